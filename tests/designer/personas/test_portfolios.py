"""A portfolio through the front door: what is read, what is refused and why, and what survives a crash."""

import io
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from designer.assets.models import Asset
from designer.jobs.claims import claim
from designer.jobs.models import Job, JobStatus
from designer.jobs.running import perform
from designer.personas import archives, importing, portfolios
from designer.personas.models import Persona
from designer.personas.portfolio_models import ItemStatus, PortfolioImport
from designer.realtime.models import Event
from tests.archives import LINEN, WOOL, bomb, locked, picture, with_link, zipped
from tests.work import work_off

pytestmark = pytest.mark.django_db


def send(client, *files: tuple[str, bytes], **fields):
    parts = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post("/api/portfolios", {"file": parts, **fields}, format="multipart")


def brought_in(client, *files: tuple[str, bytes], **fields) -> PortfolioImport:
    answer = send(client, *files, **fields)
    assert answer.status_code == 202, answer.content
    work_off("batch")
    return PortfolioImport.objects.get(pk=answer.json()["id"])


def told(row: PortfolioImport) -> dict[str, tuple[str, str]]:
    return {path: (status, code) for path, status, code in row.items.values_list("path", "status", "code")}


@pytest.fixture
def client(client_of, team):
    made = client_of("editor")
    made.team = team
    return made


def test_pictures_alone_in_folders_and_in_archives_three_deep_become_references(
    client, team, django_capture_on_commit_callbacks
):
    deep = zipped({"c.png": picture(3)})
    archive = zipped({"linen dresses/b.png": picture(2), "more.zip": zipped({"inner.zip": deep})})
    with django_capture_on_commit_callbacks(execute=True):
        row = brought_in(client, ("a.jpg", picture(1, kind="JPEG")), ("set.zip", archive), team=str(team.pk))
    assert (row.status, row.percent, row.read, row.refused) == ("succeeded", 100, 3, 0)
    assert Asset.objects.filter(team=team, kind="reference").count() == 3
    assert set(told(row)) == {"a.jpg", "set.zip/linen dresses/b.png", "set.zip/more.zip/inner.zip/c.png"}
    assert not any(default_storage.exists(each["path"]) for each in row.uploads)


def test_heic_is_read_and_what_a_computer_adds_is_passed_over_and_listed(client, team):
    junk = {"__MACOSX/._a.png": b"x", "._b.png": b"x", ".DS_Store": b"x", "pics/Thumbs.db": b"x", "notes.txt": b"hello"}
    archive = zipped({**junk, "pics/a.heic": picture(1, kind="HEIF")})
    row = brought_in(client, ("p.zip", archive), team=str(team.pk))
    assert (row.status, row.read, row.ignored, row.total) == ("succeeded", 1, 5, 1)
    codes = {code for _, code in told(row).values()}
    assert codes == {"", "junk", "no_picture"}
    assert Asset.objects.get(team=team).media_type == "image/jpeg"


def test_one_picture_is_enough_and_its_confidence_says_so(client, team):
    row = brought_in(client, ("only.png", picture()), team=str(team.pk))
    (look,) = client.get(f"/api/portfolios/{row.pk}").json()["clusters"]
    assert look["count"] == 1 and look["confidence"] < 0.15 and look["basis"] == "1 picture: a first guess"


GARMENTS = ("dress", "coat", "skirt", "trousers", "shirt", "blazer", "hoodie", "shorts")
CLOTHS = ("linen", "wool", "silk", "denim", "leather", "velvet", "cotton", "tweed")


@pytest.mark.parametrize("alike", [True, False])
def test_many_pictures_are_a_well_founded_look_only_where_they_have_something_in_common(alike, client, team):
    said = [(GARMENTS[0], CLOTHS[0]) if alike else (GARMENTS[n % 8], CLOTHS[(n + n // 8) % 8]) for n in range(16)]
    colours = [LINEN if alike else (n * 53 % 256, n * 97 % 256, n * 151 % 256) for n in range(16)]
    files = {f"{cloth} {garment} {n}.png": picture(n, colours[n]) for n, (garment, cloth) in enumerate(said)}
    row = brought_in(client, ("all.zip", zipped(files)), team=str(team.pk))
    looks = client.get(f"/api/portfolios/{row.pk}").json()["clusters"]
    assert sum(look["count"] for look in looks) == 16
    largest = looks[0]
    if alike:
        assert largest["basis"] == f"{largest['count']} pictures, linen in 16 and dress in 16: well founded"
    else:
        assert not any("well founded" in look["basis"] for look in looks) and largest["confidence"] < 0.25


APART = ((170, 40, 40), (40, 120, 60), (40, 60, 160), (220, 180, 40), (120, 60, 130))


def looks_of(client, team, files: dict[str, tuple[int, int, int]]) -> tuple[PortfolioImport, list[dict]]:
    pictures = {name: picture(n, colour) for n, (name, colour) in enumerate(files.items())}
    row = brought_in(client, ("all.zip", zipped(pictures)), team=str(team.pk))
    return row, client.get(f"/api/portfolios/{row.pk}").json()["clusters"]


def test_a_name_and_what_marks_a_look_claim_only_what_holds_for_it(client, team):
    """A look was "in charcoal" because one picture of eleven was, and had the most of it."""
    _, (mixed,) = looks_of(client, team, {f"hats/{n}.png": APART[n] for n in range(5)})
    assert mixed["distributions"]["garment"] == {"hat": 5} and len(mixed["distributions"]["colours"]) >= 5
    assert mixed["name"] == "Hats" and [trait["value"] for trait in mixed["signature"]] == ["hat"]
    _, (alike,) = looks_of(client, team, {f"hats/{n}.png": LINEN if n else APART[0] for n in range(5)})
    colour = max(alike["distributions"]["colours"], key=alike["distributions"]["colours"].get)
    assert alike["name"] == f"Hats in {colour}" and alike["distributions"]["colours"][colour] >= 3


@pytest.mark.parametrize(("linen", "holds"), [(1, False), (2, True), (3, True)])
def test_of_few_pictures_that_tell_an_attribute_it_is_said_how_many_they_are(linen, holds, client, team):
    names = [f"linen dresses/{n}.png" for n in range(linen)] + [f"dresses/{n}.png" for n in range(5 - linen)]
    row, (look,) = looks_of(client, team, dict.fromkeys(names, LINEN))
    assert look["count"] == 5 and look["read"]["garment"] == 5 and look["read"]["fabric"] == linen
    traits = {trait["value"]: trait for trait in look["signature"]}
    assert ("linen" in traits, "linen" in look["name"].lower()) == (holds, holds)
    shown = client.get(f"/style/imports/{row.pk}").content.decode()
    assert "<strong>dress</strong> all 5" in shown
    assert (f"{linen} of the {linen} whose fabric was read, of 5" in shown) == holds
    if holds:
        assert (traits["linen"]["read"], traits["linen"]["count"]) == (linen, linen)
        made = client.post(f"/style/imports/{row.pk}/personas", {"cluster": "0"}, format="multipart", follow=True)
        assert f"read in {linen} of 5" in made.content.decode()


ABUSES = {
    "a name that leads out": (lambda: zipped({"../../etc/x.png": picture(1), "good.png": picture()}), "unsafe_name"),
    "an absolute name": (lambda: zipped({"/etc/x.png": picture(1), "good.png": picture()}), "unsafe_name"),
    "a drive": (lambda: zipped({"C:\\x.png": picture(1), "good.png": picture()}), "unsafe_name"),
    "a link": (lambda: with_link("link.png", "/etc/passwd"), "link"),
    "a locked member": (lambda: locked(zipped({"x.png": picture(1)})), "encrypted"),
    "a way of packing that takes memory": (lambda: zipped({"x.png": picture(1)}, zipfile.ZIP_LZMA), "unknown_packing"),
    "a bomb": (lambda: bomb(32), "bomb"),
    "a bomb named as a picture": (
        lambda: zipped({"x.png": picture(1)[:600] + b"\0" * (48 << 20), "good.png": picture()}),
        "bomb",
    ),
    "half an archive": (lambda: zipped({"x.png": picture(1)})[:300], "damaged_archive"),
    "words named as a picture": (lambda: zipped({"x.png": b"hello", "good.png": picture()}), "no_picture"),
    "half a picture": (lambda: zipped({"x.png": picture(1)[:400], "good.png": picture()}), "truncated"),
    "nothing at all": (lambda: zipped({"x.png": b"", "good.png": picture()}), "empty"),
    "one name twice": (lambda: zipped([("x.png", picture(1)), ("x.png", picture(2))]), "same_name"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("abuse", ABUSES)
def test_an_archive_that_means_harm_is_answered_file_by_file_and_the_rest_is_read(abuse, client, team):
    make, code = ABUSES[abuse]
    row = brought_in(client, ("bad.zip", make()), ("beside.png", picture(9)), team=str(team.pk))
    assert row.status == "partial" and row.read >= 1
    refused = row.items.filter(status=ItemStatus.REFUSED)
    assert [item.code for item in refused] == [code]
    assert refused[0].reason.endswith((".", ")"))
    assert row.read + row.duplicates + row.refused == row.total
    assert Asset.objects.filter(team=team).count() == row.read


def test_a_broken_checksum_refuses_that_member_alone(client, team):
    data = bytearray(zipped({"x.png": picture(1), "good.png": picture(2)}, zipfile.ZIP_STORED))
    data[data.find(b"IDAT") + 40] ^= 0xFF
    row = brought_in(client, ("bad.zip", bytes(data)), team=str(team.pk))
    assert (row.status, row.read, row.refused) == ("partial", 1, 1)
    assert told(row)["bad.zip/x.png"] == ("refused", "damaged")


def test_archives_deeper_than_three_are_said_and_left_alone(client, team):
    deep = zipped({"d.png": picture(4)})
    for name in ("4.zip", "3.zip", "2.zip"):
        deep = zipped({name: deep, f"{name}.png": picture(int(name[0]))})
    row = brought_in(client, ("1.zip", deep), team=str(team.pk))
    assert told(row)["1.zip/2.zip/3.zip/4.zip"] == ("refused", "too_deep")
    assert row.read == 3


def test_ten_thousand_files_are_listed_and_the_first_pictures_are_read(client, team, monkeypatch):
    monkeypatch.setattr(archives.Budget.__init__, "__defaults__", (1 << 30, 3, archives.MAX_ROWS))
    tiny = picture(5)
    files = [(f"{n}.png", tiny if n < 6 else b"\x89PNG\r\n\x1a\n") for n in range(10_000)]
    row = brought_in(client, ("many.zip", zipped(files, zipfile.ZIP_STORED)), team=str(team.pk))
    assert (row.total, row.read, row.duplicates, row.refused) == (10_000, 1, 2, 9_997)
    assert row.items.count() == 10_000 and row.status == "partial"
    assert row.items.filter(code="too_many_pictures").count() == 9_997


def test_pictures_beyond_the_limit_are_told_before_any_is_read_and_the_bar_grows_evenly(client, team, monkeypatch):
    monkeypatch.setattr(archives.Budget.__init__, "__defaults__", (1 << 30, 4, archives.MAX_ROWS))
    monkeypatch.setattr(archives, "MAX_PICTURES", 4)
    files = {f"{n}.png": picture(n, colour=(20 * n, 90, 120)) for n in range(12)} | {"notes.txt": b"x", "._0.png": b"x"}
    answer = send(client, ("many.zip", zipped(files)), ("one.png", picture()), team=str(team.pk))
    row = PortfolioImport.objects.get(pk=answer.json()["id"])
    address = f"/style/imports/{row.pk}"
    assert answer.json()["left_out"] == 9 and "9 are left out" in client.get(address).content.decode()
    work_off("batch")
    row.refresh_from_db()
    assert (row.status, row.read, row.refused) == ("partial", 4, 9)
    told_of = Event.objects.filter(channel=f"portfolio:{row.pk}").order_by("seq")
    assert [event.data["percent"] for event in told_of] == [0, 0, 3, 26, 49, 72, 95, 100]
    assert client.get(f"/api/portfolios/{row.pk}").json()["left_out"] == 9
    assert "9 are left out" in client.get(address).content.decode()


def test_no_more_pictures_than_are_read_are_no_reason_to_say_so(client, team):
    broken = zipped({"a.png": picture(1)})[:-30]
    row = brought_in(client, ("set.zip", zipped({"b.png": picture(2)})), ("broken.zip", broken), team=str(team.pk))
    assert client.get(f"/api/portfolios/{row.pk}").json()["left_out"] == 0
    assert "left out" not in client.get(f"/style/imports/{row.pk}").content.decode()


def test_an_archive_with_too_many_names_is_refused_before_they_are_read(client, team, monkeypatch):
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 2000)
    many = zipped([(f"{n}.txt", b"x") for n in range(100)])
    row = brought_in(client, ("many.zip", many), ("a.png", picture()), team=str(team.pk))
    assert told(row)["many.zip"] == ("refused", "too_many_members")


def test_the_same_picture_counts_once_and_is_said(client, team):
    archive = zipped({"a.png": picture(1), "b/again.png": picture(1), "c.png": picture(2)})
    row = brought_in(client, ("p.zip", archive), team=str(team.pk))
    assert (row.status, row.read, row.duplicates) == ("succeeded", 2, 1)
    twin = row.items.get(status=ItemStatus.DUPLICATE)
    assert twin.reason == "The same picture as p.zip/a.png." and twin.asset is not None
    again = brought_in(client, ("p.zip", archive), team=str(team.pk))
    assert again.read == 2 and Asset.objects.filter(team=team).count() == 2


def test_without_a_picture_it_fails_and_says_so(client, team):
    row = brought_in(client, ("words.zip", zipped({"a.txt": b"hello"})), team=str(team.pk))
    assert (row.status, row.error["code"]) == ("failed", "no_pictures")
    assert Job.objects.get(pk=row.job_id).status == JobStatus.FAILED
    assert list(Event.objects.filter(channel=f"portfolio:{row.pk}").values_list("event", flat=True))[-1:] == [
        "portfolio:failed"
    ]
    assert "each file's reason below" in row.error["remedy"]


def test_an_archive_without_any_file_is_not_said_to_have_reasons_below(client, team):
    row = brought_in(client, ("empty.zip", zipped({})), team=str(team.pk))
    assert (row.status, row.error["code"], row.items.count()) == ("failed", "no_pictures", 0)
    assert (row.error["message"], row.error["remedy"]) == (
        "There is no file in it.",
        "Send pictures, or a ZIP that holds some.",
    )


def test_after_a_crash_it_goes_on_and_takes_no_picture_twice(client, team, monkeypatch):
    files = {f"{n}.png": picture(n) for n in range(5)}
    answer = send(client, ("p.zip", zipped(files)), team=str(team.pk))
    real, done = importing._prepared, []

    def dies_at_the_third(row, data):
        done.append(1)
        if len(done) == 3:
            raise RuntimeError("the power went")
        return real(row, data)

    monkeypatch.setattr(importing, "_prepared", dies_at_the_third)
    perform(claim("batch", "one"))
    row = PortfolioImport.objects.get(pk=answer.json()["id"])
    assert (row.status, row.read, Asset.objects.filter(team=team).count()) == ("running", 2, 2)
    first = set(Asset.objects.filter(team=team).values_list("pk", flat=True))
    Job.objects.update(status=JobStatus.QUEUED)
    work_off("batch")
    row.refresh_from_db()
    assert (row.status, row.read, row.refused, row.duplicates) == ("succeeded", 5, 0, 0)
    assert Asset.objects.filter(team=team).count() == 5 and len(done) == 6
    assert first <= set(Asset.objects.filter(team=team).values_list("pk", flat=True))


def test_cancelled_before_it_began_it_does_nothing_until_it_is_taken_up_again(
    client, team, django_capture_on_commit_callbacks
):
    row = PortfolioImport.objects.get(pk=send(client, ("a.png", picture()), team=str(team.pk)).json()["id"])
    assert client.post(f"/api/portfolios/{row.pk}/cancel").json()["status"] == "cancelled"
    assert work_off("batch") == 0
    assert client.post(f"/api/portfolios/{row.pk}/resume").status_code == 202
    with django_capture_on_commit_callbacks(execute=True):
        work_off("batch")
    row.refresh_from_db()
    assert (row.status, row.read) == ("succeeded", 1) and not default_storage.exists(row.uploads[0]["path"])


def test_cancelled_in_the_middle_it_stops_at_the_next_file_and_keeps_what_was_read(client, team, monkeypatch):
    answer = send(client, *[(f"{n}.png", picture(n)) for n in range(4)], team=str(team.pk))
    pk = answer.json()["id"]
    real, done = importing._prepared, []

    def cancelled_after_the_first(row, data):
        done.append(1)
        made = real(row, data)
        if len(done) == 1:
            client.post(f"/api/portfolios/{pk}/cancel")
            monkeypatch.setattr("designer.jobs.handlers.LOOK_EVERY", 0)
        return made

    monkeypatch.setattr(importing, "_prepared", cancelled_after_the_first)
    work_off("batch")
    row = PortfolioImport.objects.get(pk=pk)
    assert (row.status, row.read, len(done)) == ("cancelled", 1, 1)
    assert Asset.objects.filter(team=team).count() == 1
    assert "Go on reading" in client.get(f"/style/imports/{pk}").content.decode()
    assert client.post(f"/style/imports/{pk}/resume").status_code == 302
    work_off("batch")
    row.refresh_from_db()
    assert (row.status, row.read, len(done), bool(row.clusters)) == ("succeeded", 4, 4, True)
    answer = client.post(f"/api/portfolios/{pk}/resume")
    assert answer.status_code == 409 and answer.json()["code"] == "cannot_go_on"


def test_a_week_after_it_was_cancelled_its_files_are_gone_and_the_page_says_what_to_do(client, team):
    pk = send(client, ("a.png", picture()), team=str(team.pk)).json()["id"]
    client.post(f"/api/portfolios/{pk}/cancel")
    PortfolioImport.objects.filter(pk=pk).update(finished_at=timezone.now() - timedelta(days=8))
    portfolios.sweep()
    row = PortfolioImport.objects.get(pk=pk)
    assert not default_storage.exists(row.uploads[0]["path"])
    page = client.get(f"/style/imports/{pk}").content.decode()
    assert "Go on reading" not in page and "Send it again" in page
    assert client.post(f"/api/portfolios/{pk}/resume").status_code == 409


def stopped(client, team) -> PortfolioImport:
    pk = send(client, ("a.png", picture()), team=str(team.pk)).json()["id"]
    client.post(f"/api/portfolios/{pk}/cancel")
    return PortfolioImport.objects.get(pk=pk)


def test_of_cancelled_portfolios_the_last_three_keep_their_files(client, team, django_capture_on_commit_callbacks):
    """Sending and cancelling again and again filled the disk for a week."""
    with django_capture_on_commit_callbacks(execute=True):
        rows = [stopped(client, team) for _ in range(5)]
    assert [default_storage.exists(row.uploads[0]["path"]) for row in rows] == [False, False, True, True, True]
    told = [client.get(f"/api/portfolios/{row.pk}").json()["can_go_on"] for row in rows]
    assert told == [False, False, True, True, True]
    assert client.post(f"/api/portfolios/{rows[0].pk}/resume").json()["code"] == "cannot_go_on"


def test_what_was_sent_wrongly_is_deleted_at_once(client, team, django_capture_on_commit_callbacks):
    first, second = stopped(client, team), stopped(client, team)
    assert "Delete what was sent" in client.get(f"/style/imports/{first.pk}").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/style/imports/{first.pk}/forget").status_code == 302
        assert client.post(f"/api/portfolios/{second.pk}/forget").json()["can_go_on"] is False
    assert not any(default_storage.exists(row.uploads[0]["path"]) for row in (first, second))
    page = client.get(f"/style/imports/{first.pk}").content.decode()
    assert "Delete what was sent" not in page and "Send it again" in page
    assert client.post(f"/api/portfolios/{second.pk}/forget").status_code == 200


def test_what_is_being_read_is_not_deleted(client, team):
    pk = send(client, ("a.png", picture()), team=str(team.pk)).json()["id"]
    answer = client.post(f"/api/portfolios/{pk}/forget")
    assert (answer.status_code, answer.json()["code"]) == (409, "under_way")
    assert default_storage.exists(PortfolioImport.objects.get(pk=pk).uploads[0]["path"])


def test_a_failed_portfolio_whose_files_are_gone_says_so_when_it_is_tried_again(client, team):
    row = brought_in(client, ("a.txt", b"words"), team=str(team.pk))
    assert client.post(f"/api/portfolios/{row.pk}/forget").status_code == 200
    portfolios.reopen(str(row.pk))
    Job.objects.filter(pk=row.job_id).update(status=JobStatus.QUEUED, finished_at=None)
    work_off("batch")
    row.refresh_from_db()
    assert (row.status, row.error["code"]) == ("failed", "files_gone")


def test_what_was_read_of_few_pictures_becomes_no_preference(client, team):
    files = {f"dresses/{word} {n}.png": LINEN for n, word in enumerate(["velvet", *["look"] * 3])}
    row, looks = looks_of(client, team, files)
    assert [look["count"] for look in looks] == [4] and looks[0]["read"]["fabric"] == 1
    (made,) = client.post(f"/api/portfolios/{row.pk}/personas", {"clusters": [{"cluster": 0}]}, format="json").json()
    assert made["distributions"]["fabric"] == {"velvet": 1}
    assert "fabric" not in made["weights"] and "garment" in made["attributes"]
    wish = {"brief": "a dress", "persona": made["id"], "team": str(team.pk)}
    added = client.post("/api/generations/preview", wish, format="json").json()
    assert added["prompt"] and "velvet" not in added["prompt"]


def test_two_looks_are_told_apart_and_become_personas(client, team):
    files = {f"relaxed linen dresses/{n}.png": picture(n, LINEN) for n in range(5)}
    files |= {f"tailored wool coats/{n}.png": picture(n + 50, WOOL) for n in range(4)}
    row = brought_in(client, ("p.zip", zipped(files)), team=str(team.pk))
    looks = client.get(f"/api/portfolios/{row.pk}").json()["clusters"]
    assert [look["count"] for look in looks] == [5, 4]
    assert "linen" in looks[0]["name"].lower() and "wool" in looks[1]["name"].lower()
    assert ("fabric", "linen") in {(trait["attribute"], trait["value"]) for trait in looks[0]["signature"]}
    wish = {"clusters": [{"cluster": 0}, {"cluster": 1, "name": "Winter"}]}
    made = client.post(f"/api/portfolios/{row.pk}/personas", wish, format="json")
    assert made.status_code == 201, made.content
    first, second = made.json()
    assert (first["name"], second["name"], second["evidence"]) == (looks[0]["name"], "Winter", 4)
    assert first["distributions"]["fabric"] == {"linen": 5} and len(first["exemplars"]) == 4
    assert first["weights"]["fabric"]["linen"] == 1.0 and first["palette"]
    for persona in (first, second):
        for name, values in persona["weights"].items():
            assert list(values) == persona["attributes"][name] == sorted(values, key=lambda value: -values[value])
    again = client.post(f"/api/portfolios/{row.pk}/personas", wish, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "made_before")
    assert Persona.objects.filter(team=team, evidence__gt=0).count() == 2


def test_merged_looks_name_each_portfolio_once_with_its_pictures(client, team):
    def personas_of(title: str, words: dict[str, tuple[tuple[int, int, int], int]]) -> list[str]:
        files = {f"{word}/{n}.png": picture(n, colour) for word, (colour, many) in words.items() for n in range(many)}
        row = brought_in(client, ("raw_0047.zip", zipped(files)), team=str(team.pk), title=title)
        count = len(client.get(f"/api/portfolios/{row.pk}").json()["clusters"])
        wish = {"clusters": [{"cluster": key} for key in range(count)]}
        return [each["id"] for each in client.post(f"/api/portfolios/{row.pk}/personas", wish, format="json").json()]

    def merge(*ids: str) -> dict:
        return client.post("/api/personas/merge", {"personas": ids}, format="json").json()

    linen, wool = personas_of("", {"relaxed linen dresses": (LINEN, 5), "tailored wool coats": (WOOL, 4)})
    (silk,) = personas_of("Evening", {"silk gowns": (APART[0], 2)})
    Persona.objects.filter(pk=wool).update(description="From 4 pictures of raw_0047.zip. Warm and calm", version=2)
    both = merge(linen, wool)
    assert both["description"] == "From 9 pictures of raw_0047.zip. Warm and calm."
    copied = client.post(f"/api/personas/{linen}/duplicate", {}, format="json").json()
    all_of_them = merge(both["id"], silk, copied["id"])
    assert all_of_them["description"] == "From 9 pictures of raw_0047.zip and 2 of Evening. Warm and calm."
    Persona.objects.filter(pk=linen).update(description="My own words")
    assert merge(linen, silk)["description"] == "From 5 pictures of raw_0047.zip and 2 of Evening. My own words."


def test_a_merged_persona_tells_one_figure_of_its_pictures_and_shares_that_they_bear_out(client, team):
    """Beside "10 pictures" stood "From 5 pictures of Trials. My own words.", and beside 7 pictures of 11 a share of
    71 %: of portfolios in part of whose pictures no cloth was read."""

    def personas_of(title: str, files: dict[str, bytes]) -> list[str]:
        row = brought_in(client, ("p.zip", zipped(files)), team=str(team.pk), title=title)
        count = len(client.get(f"/api/portfolios/{row.pk}").json()["clusters"])
        wish = {"clusters": [{"cluster": key} for key in range(count)]}
        return [each["id"] for each in client.post(f"/api/portfolios/{row.pk}/personas", wish, format="json").json()]

    spring = personas_of("Spring", {f"linen dresses/{n}.png": picture(n, LINEN) for n in range(5)})
    unread = {f"dresses/{n}.png": picture(n + 20, LINEN) for n in range(3)}
    trials = personas_of("Trials", {**unread, **{f"linen dresses/{n}.png": picture(n + 40, LINEN) for n in range(2)}})
    again = {f"linen dresses/{n}.png": picture(n, LINEN) for n in range(2)}
    winter = personas_of("Winter", {**again, **{f"wool coats/{n}.png": picture(n + 60, WOOL) for n in range(4)}})
    Persona.objects.filter(pk__in=spring).update(description="My own words")
    wish = {"personas": [*spring, *trials, *winter], "name": "All of it", "remove": True}
    made = client.post("/api/personas/merge", wish, format="json").json()
    assert made["evidence"] == sum(each["pictures"] for each in made["origin"]["sources"]) == 14
    assert made["description"] == "From 5 pictures of Spring, 5 of Trials and 4 of Winter. My own words."
    assert made["distributions"]["fabric"] == {"linen": 7, "wool": 4}
    assert made["weights"]["fabric"] == {"linen": round(7 / 11, 3), "wool": round(4 / 11, 3)}
    page = client.get(f"/style/personas/{made['id']}").content.decode()
    assert "14 pictures, confidence" in page and "read in 11 of 14" in page and "64 %, 7 pictures" in page
    listed = client.get(f"/style/personas?team={team.pk}").content.decode()
    assert "14 pictures</p>" in listed and made["description"] in listed


def test_a_picture_behind_several_merged_personas_counts_once(client, team):
    def personas_of(colours: dict[str, list[tuple[int, int, int]]]) -> list[dict]:
        files = {f"{word}/{n}.png": picture(n, one) for word, each in colours.items() for n, one in enumerate(each)}
        row = brought_in(client, ("p.zip", zipped(files)), team=str(team.pk))
        count = len(client.get(f"/api/portfolios/{row.pk}").json()["clusters"])
        wish = {"clusters": [{"cluster": key} for key in range(count)]}
        return client.post(f"/api/portfolios/{row.pk}/personas", wish, format="json").json()

    def merge(*ids: str) -> dict:
        return client.post("/api/personas/merge", {"personas": ids}, format="json").json()

    linen, wool = personas_of({"relaxed linen dresses": [LINEN] * 5, "tailored wool coats": [WOOL] * 4})
    copied = client.post(f"/api/personas/{linen['id']}/duplicate", {}, format="json").json()
    itself = merge(linen["id"], copied["id"])
    for same in ("evidence", "distributions", "weights", "confidence", "exemplars"):
        assert itself[same] == linen[same] == copied[same], same
    both = merge(linen["id"], wool["id"])
    again = merge(both["id"], copied["id"])
    assert (both["evidence"], again["evidence"]) == (9, 9)
    assert again["distributions"] == both["distributions"] and again["distributions"]["fabric"] == {
        "linen": 5,
        "wool": 4,
    }
    (twin,) = personas_of({"relaxed linen dresses": [LINEN] * 5})
    assert merge(linen["id"], twin["id"])["evidence"] == 5, "the same pictures, sent twice"
    Persona.objects.filter(pk=copied["id"]).update(origin={"copy_of": linen["id"]})
    assert merge(linen["id"], copied["id"])["evidence"] == 5, "copied before roots were on record"


def test_what_was_not_found_cannot_be_picked(client, team):
    row = brought_in(client, ("a.png", picture()), team=str(team.pk))
    wishes: list[dict] = [{"clusters": []}, {"clusters": [{"cluster": 7}]}, {"clusters": [{"cluster": 0}] * 2}, {}]
    for wish in wishes:
        assert client.post(f"/api/portfolios/{row.pk}/personas", wish, format="json").status_code in (400, 422)
    assert not Persona.objects.filter(team=team, evidence__gt=0).exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 202), ("admin", 202), ("editor", 202), ("viewer", 403), ("stranger", 404), (None, 401)],
)
def test_those_who_may_create_may_send_a_portfolio(role, status, client_of, team):
    assert send(client_of(role), ("a.png", picture()), team=str(team.pk)).status_code == status


@pytest.mark.parametrize(("deed", "done"), [("cancel", 202), ("forget", 409)])
@pytest.mark.parametrize(("role", "status"), [("owner", None), ("editor", 403), ("viewer", 403), ("stranger", 404)])
def test_a_portfolio_of_another_is_stopped_by_those_who_may_change_all_work(
    role, status, deed, done, client_of, member, team
):
    row = PortfolioImport.objects.create(team=team, owner=member("editor"), title="x")
    assert client_of(role).post(f"/api/portfolios/{row.pk}/{deed}").status_code == (status or done)


def test_no_file_a_wrong_team_and_a_wrong_list_are_said(client):
    assert client.post("/api/portfolios", {}, format="multipart").json()["code"] == "missing"
    assert send(client, ("a.png", b"x"), team="x").json()["errors"][0]["field"] == "team"
    assert send(client, ("a.png", b"x"), paths="{}").json()["errors"][0]["field"] == "paths"
    assert send(client, ("a.png", b"x"), team=str(uuid.uuid4())).status_code == 404
    assert not default_storage.exists(portfolios.FOLDER) or not default_storage.listdir(portfolios.FOLDER)[0]


def test_more_than_a_portfolio_may_be_is_stopped_on_its_way(client, settings):
    settings.PORTFOLIO_MAX_BYTES = 1000
    answer = send(client, ("a.png", b"x" * 900), ("b.png", b"x" * 900))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not PortfolioImport.objects.exists()


def test_more_files_than_are_read_at_once_are_refused_by_the_number_with_a_way_out(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    refused = send(client, *[(f"{number}.png", picture()) for number in range(3)])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (413, "file")
    assert "At most 2 files" in refused.json()["detail"] and "ZIP" in refused.json()["remedy"]


def test_a_team_has_three_portfolios_under_way_at_most(client, team):
    statuses = [send(client, ("a.png", picture()), team=str(team.pk)).status_code for _ in range(4)]
    assert statuses == [202, 202, 202, 409]


def test_places_in_a_folder_are_kept_and_their_words_are_read(client, team):
    row = brought_in(client, ("1.png", picture()), team=str(team.pk), paths='["SS26/silk gowns/1.png"]', title="Spring")
    assert row.title == "Spring" and set(told(row)) == {"SS26/silk gowns/1.png"}
    assert row.items.get().look["attributes"]["fabric"]["value"] == "silk"


def test_the_list_of_files_is_searched_filtered_and_paged(client, team):
    archive = zipped({"a.png": picture(1), "b.png": b"words", "c.png": picture(2)})
    row = brought_in(client, ("p.zip", archive), team=str(team.pk))
    base = f"/api/portfolios/{row.pk}/items"
    assert [each["path"] for each in client.get(f"{base}?status=refused").json()["results"]] == ["p.zip/b.png"]
    assert len(client.get(f"{base}?search=c.png").json()["results"]) == 1
    assert len(client.get(f"{base}?page_size=2").json()["results"]) == 2


def test_files_of_imports_that_are_unknown_or_long_over_are_swept(client, team, settings):
    row = PortfolioImport.objects.get(pk=send(client, ("a.png", picture()), team=str(team.pk)).json()["id"])
    assert portfolios.sweep() == 0 and default_storage.exists(row.uploads[0]["path"])
    PortfolioImport.objects.filter(pk=row.pk).update(status="failed", finished_at="2020-01-01T00:00:00Z")
    assert portfolios.sweep() == 1 and not default_storage.exists(row.uploads[0]["path"])


def test_only_what_is_asked_for_is_unpacked():
    data = zipped({"a.png": picture(1), "b.png": picture(2)})
    with archives.Opener([lambda: io.BytesIO(data)], 10_000_000) as opener:
        assert opener.read([0, 1]) == picture(2) and opener.read([0, 0]) == picture(1)
        with pytest.raises(archives.Unreadable):
            opener.read([0, 7])


def test_files_that_could_not_be_deleted_when_they_were_let_go_are_swept_and_counted_once(client, team):
    """Their row knew them no more: the folder stayed for ever, and was counted as gone each hour."""
    row = stopped(client, team)
    path = row.uploads[0]["path"]
    over = timezone.now() - timedelta(days=8)
    PortfolioImport.objects.filter(pk=row.pk).update(uploads=[], finished_at=over)
    assert (portfolios.sweep(), default_storage.exists(path), portfolios.sweep()) == (1, False, 0)
