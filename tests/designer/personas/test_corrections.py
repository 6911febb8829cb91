"""What designers correct: kept, used again for the same picture, learned from, and taken back."""

import io
import re
import threading

import pytest
from django.db import connection
from django.test import Client
from PIL import Image

from designer.assets.services import store_upload
from designer.generations import estimates
from designer.generations.understanding_forms import corrections_of, rows_of, text_of, value_of
from designer.personas.corrections import MIN_EVIDENCE, photo_digest
from designer.personas.models import AttributeCorrection
from designer.pipeline.records import ATTRIBUTES, Understanding
from designer.realtime.models import Event
from tests.designer.generations.test_flow import made
from tests.designer.pipeline.test_photo import cloth_of, drawn

pytestmark = pytest.mark.django_db(transaction=True)


def photo(client, number=0, kind="stripe", team=None):
    """A picture of striped cloth, each `number` another file."""
    pixels, _ = drawn(cloth_of(kind, one=(30, 60, 140 + number)))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    file.seek(0)
    return store_upload(actor=client.user, team_id=team, file=file, name=f"{number}.png")


def read(client, what, row):
    answer = client.get(f"/api/{what}/{row}/understood")
    assert answer.status_code == 200, answer.content
    return answer.json()["understood"], answer["ETag"]


def correct(client, what, row, tag, **corrections):
    headers = {"HTTP_IF_MATCH": tag} if tag else {}
    return client.patch(f"/api/{what}/{row}/understood", {"corrections": corrections}, format="json", **headers)


def corrected_photo(client, number, value="herringbone"):
    asset = photo(client, number)
    answer = correct(client, "assets", asset.pk, read(client, "assets", asset.pk)[1], pattern=value)
    assert answer.status_code == 200, answer.content
    return answer


def test_a_picture_is_looked_at_once_and_before_anything_is_locked(client_of, monkeypatch):
    client = client_of("editor")
    asset = photo(client)
    tag, looks, look = read(client, "assets", asset.pk)[1], [], estimates.photos_of

    def watched(assets):
        looks.append(connection.in_atomic_block)
        return look(assets)

    monkeypatch.setattr(estimates, "photos_of", watched)
    answer = correct(client, "assets", asset.pk, tag, pattern="herringbone")
    assert answer.json()["understood"]["pattern"]["value"] == "herringbone"
    assert looks == [False]


def test_a_corrected_picture_is_read_by_the_correction_wherever_it_is_used_again(client_of):
    client = client_of("editor")
    asset = photo(client)
    seen, tag = read(client, "assets", asset.pk)
    assert (seen["pattern"]["value"], seen["pattern"]["source"]) == ("stripe", "image")
    assert correct(client, "assets", asset.pk, tag, pattern="herringbone").status_code == 200
    again = photo(client)
    assert again.pk != asset.pk and photo_digest(again) == photo_digest(asset)
    assert read(client, "assets", again.pk)[0]["pattern"] == {
        "value": "herringbone", "confidence": 1.0, "source": "correction", "was": "stripe"
    }  # fmt: skip
    wish = {"brief": "a coat like this", "references": [str(again.pk)]}
    preview = client.post("/api/generations/preview", wish, format="json").json()
    assert preview["understood"]["pattern"]["value"] == "herringbone"
    assert "herringbone" in preview["prompt"]


def test_the_words_of_a_brief_win_over_what_was_said_of_its_picture(client_of):
    client = client_of("editor")
    asset = photo(client)
    correct(client, "assets", asset.pk, read(client, "assets", asset.pk)[1], pattern="herringbone")
    wish = {"brief": "a floral coat", "references": [str(asset.pk)]}
    understood = client.post("/api/generations/preview", wish, format="json").json()["understood"]
    assert (understood["pattern"]["value"], understood["pattern"]["source"]) == ("floral", "brief")


def test_another_team_is_told_nothing_of_it(client_of, team):
    client = client_of("editor")
    asset = photo(client)
    correct(client, "assets", asset.pk, read(client, "assets", asset.pk)[1], pattern="herringbone")
    theirs = photo(client, team=team.pk)
    assert read(client, "assets", theirs.pk)[0]["pattern"]["value"] == "stripe"


def test_every_attribute_of_a_generation_is_corrected_later_and_its_brief_is_read_so_again(client_of):
    client = client_of("editor")
    done = made(client, brief="something for the evening")
    values = dict.fromkeys(ATTRIBUTES, "own word")
    values |= {"colours": [{"name": "navy"}], "construction": ["belt"], "photography": {"light": "soft"}}
    _, tag = read(client, "generations", done["id"])
    answer = correct(client, "generations", done["id"], tag, **values)
    assert answer.status_code == 200, answer.content
    told = client.get(f"/api/generations/{done['id']}").json()["understood"]
    assert {each["source"] for each in told.values()} == {"correction"} and len(told) == len(ATTRIBUTES)
    preview = client.post("/api/generations/preview", {"brief": "Something for the  evening"}, format="json").json()
    assert preview["understood"]["colours"]["value"][0]["name"] == "navy"
    assert preview["understood"]["fit"]["value"] == "own word"


def test_null_makes_an_attribute_unknown(client_of):
    client = client_of("editor")
    done = made(client, brief="a silk dress")
    _, tag = read(client, "generations", done["id"])
    assert correct(client, "generations", done["id"], tag, fabric=None).json()["understood"]["fabric"]["value"] is None
    preview = client.post("/api/generations/preview", {"brief": "a silk dress"}, format="json").json()
    assert preview["understood"]["fabric"]["value"] is None


def test_who_looks_at_the_generation_is_told_what_was_corrected_and_by_whom(client_of, settings):
    settings.CHECK_EVENTS = True
    client = client_of("editor")
    done = made(client, brief="a silk dress")
    tag = read(client, "generations", done["id"])[1]
    assert correct(client, "generations", done["id"], tag, fabric="linen", mood="calm").status_code == 200
    assert correct(client, "generations", done["id"], tag, fabric="wool").status_code == 412
    (told,) = Event.objects.filter(channel=f"generation:{done['id']}", event="generation:corrected")
    assert told.data == {"attributes": ["fabric", "mood"], "by": client.user.shown_name}


def test_of_two_who_correct_the_same_at_once_one_is_told_what_stands_there_now(client_of):
    client = client_of("editor")
    done = made(client, brief="a silk dress")
    _, tag = read(client, "generations", done["id"])
    answers, start = {}, threading.Barrier(2)

    def change(value):
        try:
            other = type(client)()
            other.force_authenticate(client.user)
            start.wait(10)
            answers[value] = correct(other, "generations", done["id"], tag, fabric=value)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(value,)) for value in ("linen", "wool")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answer.status_code for answer in answers.values()) == [200, 412]
    (kept,) = [value for value, answer in answers.items() if answer.status_code == 200]
    (refused,) = [answer.json() for answer in answers.values() if answer.status_code == 412]
    assert refused["errors"][0]["field"] == "corrections.fabric" and f'"{kept}"' in refused["errors"][0]["message"]
    assert read(client, "generations", done["id"])[0]["fabric"]["value"] == kept
    assert AttributeCorrection.objects.filter(attribute="fabric").count() == 1


def test_who_comes_late_is_told_what_was_changed_by_whom_and_what_they_sent(client_of, team):
    first, late = client_of("admin"), client_of("owner")
    first.user.name = "Ana"
    first.user.save(update_fields=["name"])
    done = made(first, brief="a silk midi dress", team=str(team.pk))
    _, tag = read(late, "generations", done["id"])
    assert correct(first, "generations", done["id"], tag, fabric="linen").status_code == 200
    answer = correct(late, "generations", done["id"], tag, length="maxi")
    told = answer.json()
    assert answer.status_code == 412 and told["detail"].startswith("Ana changed fabric since you read it.")
    assert [(line["field"], line["message"]) for line in told["errors"]] == [
        ("understood.fabric", 'fabric is "linen" now.'),
        ("corrections.length", 'length is still "midi", you sent "maxi".'),
    ]
    same = correct(late, "generations", done["id"], tag, fabric="wool").json()["errors"]
    assert same[0]["message"] == 'fabric is "linen" now. You sent "wool".' and len(same) == 1
    assert correct(first, "generations", done["id"], "*", colours=["navy"]).status_code == 200
    hues = correct(late, "generations", done["id"], tag, colours=[{"name": "red"}, "ecru"]).json()["detail"]
    assert 'colours is ["navy"] now. You sent ["red", "ecru"].' in hues
    own = correct(first, "generations", done["id"], tag, fit="slim").json()["detail"]
    assert own.startswith("You changed fabric, colours since you read it.")
    strange = correct(late, "generations", done["id"], '"of-elsewhere"', length="maxi").json()["detail"]
    assert strange.startswith("Somebody changed this since you read it.")
    now = read(late, "generations", done["id"])[1]
    assert correct(late, "generations", done["id"], now, length="maxi").status_code == 200


def test_of_several_who_changed_it_meanwhile_each_is_named_with_what_they_changed(client_of, team):
    ana, ben, late = client_of("admin"), client_of("editor"), client_of("owner")
    for client, name in ((ana, "Ana"), (ben, "Ben")):
        client.user.name = name
        client.user.save(update_fields=["name"])
    done = made(ben, brief="a silk midi dress", team=str(team.pk))
    record, tag = read(late, "generations", done["id"])
    assert correct(ana, "generations", done["id"], tag, fabric="linen", mood="calm").status_code == 200
    assert correct(ben, "generations", done["id"], "*", season="summer", mood="playful").status_code == 200
    told = correct(late, "generations", done["id"], tag, fabric="wool").json()["detail"]
    assert told.startswith("Ana changed fabric and Ben changed mood, season since you read it.")
    sent = {f"{kind}-{row['name']}": row["was"] for row in rows_of(record, by={}) for kind in ("was", "fix")}
    typed = {"fix-fabric": "wool", "fix-season": "winter"}
    page = late.post(f"/generations/{done['id']}/understood", {**sent, "tag": tag, **typed}, format="multipart")
    told = page.content.decode()
    assert page.status_code == 412
    assert "Ana changed fabric to linen and Ben changed mood to playful, season to summer meanwhile." in told
    assert "Ana chose linen; what" in told and "Ben chose summer; what" in told


def test_a_picture_too_is_corrected_by_the_version_that_was_read(client_of):
    client = client_of("editor")
    asset = photo(client)
    _, tag = read(client, "assets", asset.pk)
    assert correct(client, "assets", asset.pk, tag, pattern="herringbone").status_code == 200
    late = correct(client, "assets", asset.pk, tag, pattern="check")
    assert late.status_code == 412 and '"herringbone"' in late.json()["detail"]
    assert late.json()["detail"].startswith("You changed pattern since")
    assert correct(client, "assets", asset.pk, None, pattern="check").status_code == 428


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"colour": "red"}, "corrections.colour"),
        ({"colours": "red"}, "corrections.colours"),
        ({"fit": "x" * 81}, "corrections.fit"),
        ({"mood": 3}, "corrections.mood"),
        ({"mood": "a\u2028b"}, "corrections.mood"),
    ],
)
def test_what_is_no_correction_is_refused_by_name_and_changes_nothing(client_of, wrong, field):
    client = client_of("editor")
    done = made(client, brief="a silk dress")
    before, tag = read(client, "generations", done["id"])
    answer = correct(client, "generations", done["id"], tag, **wrong)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field
    assert read(client, "generations", done["id"]) == (before, tag)
    assert not AttributeCorrection.objects.exists()


def test_after_enough_corrections_of_one_reading_the_next_picture_is_read_by_them(client_of):
    client = client_of("editor")
    fresh = photo(client, 50)
    plain, _ = read(client, "assets", fresh.pk)
    for number in range(MIN_EVIDENCE - 1):
        corrected_photo(client, number)
    assert read(client, "assets", fresh.pk)[0] == plain
    corrected_photo(client, MIN_EVIDENCE - 1)
    taught = read(client, "assets", fresh.pk)[0]["pattern"]
    assert (taught["value"], taught["source"], taught["confidence"]) == ("herringbone", "correction", 0.8)
    assert "3 of 3" in taught["reason"]
    assert {name: each for name, each in read(client, "assets", fresh.pk)[0].items() if name != "pattern"} == {
        name: each for name, each in plain.items() if name != "pattern"
    }


def test_corrections_to_this_and_that_only_make_the_reading_less_sure(client_of):
    client = client_of("editor")
    fresh = photo(client, 50)
    plain = read(client, "assets", fresh.pk)[0]["pattern"]
    for number, value in enumerate(["herringbone", "check", "geometric"]):
        corrected_photo(client, number, value)
    taught = read(client, "assets", fresh.pk)[0]["pattern"]
    assert (taught["value"], taught["source"]) == ("stripe", "image")
    assert taught["confidence"] == pytest.approx(plain["confidence"] * 2 / 5, abs=2e-3)


def test_saying_that_a_reading_is_right_counts_against_the_corrections(client_of):
    client = client_of("editor")
    fresh = photo(client, 50)
    for number in range(3):
        corrected_photo(client, number)
    for number in range(3, 6):
        corrected_photo(client, number, value="stripe")
    assert read(client, "assets", fresh.pk)[0]["pattern"]["value"] == "stripe"


def test_changing_ones_mind_about_one_picture_is_no_more_evidence(client_of):
    client = client_of("editor")
    asset = photo(client)
    for value in ("herringbone", "check", "herringbone", "check"):
        correct(client, "assets", asset.pk, read(client, "assets", asset.pk)[1], pattern=value)
    assert AttributeCorrection.objects.count() == 4
    assert set(AttributeCorrection.objects.values_list("before", "read_from")) == {("stripe", "image")}
    assert read(client, "assets", photo(client, 9).pk)[0]["pattern"]["value"] == "stripe"


def test_a_correction_taken_back_is_neither_used_nor_learned_from(client_of):
    client = client_of("editor")
    fresh = photo(client, 50)
    plain = read(client, "assets", fresh.pk)
    for number in range(3):
        corrected_photo(client, number)
    assert read(client, "assets", fresh.pk) != plain
    found = client.get("/api/corrections?attribute=pattern&search=herringbone&page_size=2").json()
    assert len(found["results"]) == 2 and found["next"]
    assert found["results"][0]["before"] == "stripe" and found["results"][0]["read_from"] == "image"
    assert client.get("/api/corrections?search=paisley").json()["results"] == []
    assert client.delete(f"/api/corrections/{found['results'][0]['id']}").status_code == 204
    assert read(client, "assets", fresh.pk) == plain


def test_a_fix_made_before_the_photo_is_read_is_learned_from_once_it_is(client_of):
    client = client_of("editor")
    asset = photo(client)
    wish = {"brief": "a coat", "references": [str(asset.pk)], "corrections": {"pattern": "herringbone"}}
    assert made(client, **wish)["understood"]["pattern"]["value"] == "herringbone"
    (kept,) = AttributeCorrection.objects.all()
    assert (kept.before, kept.read_from, kept.asset_id) == ("stripe", "image", asset.pk)
    assert read(client, "assets", asset.pk)[0]["pattern"]["value"] == "herringbone"


def test_a_viewer_reads_and_corrects_nothing(client_of, team):
    editor, viewer = client_of("editor"), client_of("viewer")
    asset = photo(editor, team=team.pk)
    _, tag = read(viewer, "assets", asset.pk)
    assert correct(viewer, "assets", asset.pk, tag, pattern="check").status_code == 403
    assert correct(editor, "assets", asset.pk, tag, pattern="check").status_code == 200
    (row,) = viewer.get("/api/corrections").json()["results"]
    assert viewer.delete(f"/api/corrections/{row['id']}").status_code == 403


def test_a_brief_that_was_not_read_yet_is_not_corrected(client_of):
    client = client_of("editor")
    waiting = client.post("/api/generations", {"brief": "a dress"}, format="json").json()["id"]
    assert client.get(f"/api/generations/{waiting}/understood").status_code == 409
    assert correct(client, "generations", waiting, "*", fit="slim").status_code == 409


def test_the_page_corrects_without_script_and_keeps_what_was_typed_when_refused(client_of):
    api = client_of("editor")
    done = made(api, brief="a silk dress")
    page = Client()
    page.force_login(api.user, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/generations/{done['id']}/understood"
    assert b"What was understood" in page.get(f"/generations/{done['id']}").content
    record, tag = read(api, "generations", done["id"])
    sent = {f"was-{row['name']}": row["was"] for row in rows_of(record, by={})}
    sent |= {f"fix-{row['name']}": row["was"] for row in rows_of(record, by={})}
    answer = page.post(path, {**sent, "tag": tag, "fix-fabric": "linen", "fix-colours": "navy, #ff0000"})
    assert answer.status_code == 302
    after = read(api, "generations", done["id"])[0]
    assert after["fabric"]["value"] == "linen" and len(after["colours"]["value"]) == 2
    assert after["garment"]["source"] == "brief"
    late = page.post(path, {**sent, "tag": tag, "fix-mood": "a mood of my own"})
    assert late.status_code == 412
    told = late.content.decode()
    assert "a mood of my own" in told and "You changed fabric to linen, colours to navy" in told
    form = late.context["edit"]
    shown = {f"{kind}-{row['name']}": row[of] for row in form["rows"] for kind, of in (("fix", "text"), ("was", "was"))}
    assert page.post(path, {**shown, "tag": form["tag"]}).status_code == 302
    kept = read(api, "generations", done["id"])[0]
    assert (kept["mood"]["value"], kept["fabric"]["value"]) == ("a mood of my own", "linen")


def test_of_two_at_one_attribute_the_later_sees_the_others_value_at_the_field_and_their_own_words(client_of, team):
    first, late = client_of("admin"), client_of("owner")
    first.user.name = "Ana"
    first.user.save(update_fields=["name"])
    done = made(first, brief="a silk midi dress", team=str(team.pk))
    page = Client()
    page.force_login(late.user, backend="django.contrib.auth.backends.ModelBackend")
    record, tag = read(late, "generations", done["id"])
    sent = {f"{kind}-{row['name']}": row["was"] for row in rows_of(record, by={}) for kind in ("was", "fix")}
    wish = {"fabric": "linen", "colours": ["navy", "ecru"], "length": "maxi"}
    assert correct(first, "generations", done["id"], tag, **wish).status_code == 200
    path = f"/generations/{done['id']}/understood"
    typed = {"fix-fabric": "wool", "fix-colours": "#ff0000", "fix-mood": "my own mood"}
    answer = page.post(path, {**sent, "tag": tag, **typed})
    told = answer.content.decode()
    assert answer.status_code == 412 and "Ana changed length to maxi, fabric to linen, colours to navy, ecru" in told
    for name, theirs in (("fabric", "linen"), ("colours", "navy, ecru")):
        words = f'id="late-theirs-{name}">Ana chose {theirs}; what stands here is what you typed.</p>'
        assert words in told and f"late-theirs-{name}" in re.findall(rf'<[^>]*name="fix-{name}"[^>]*>', told)[0]
    assert 'value="#ff0000"' in told and 'value="my own mood"' in told and told.count("what stands here") == 2
    shown = {row["name"]: row for row in answer.context["edit"]["rows"]}
    again = {f"was-{name}": row["was"] for name, row in shown.items()}
    again |= {f"fix-{name}": row["text"] for name, row in shown.items()}
    assert page.post(path, {**again, "tag": answer.context["edit"]["tag"]}).status_code == 302
    kept = read(late, "generations", done["id"])[0]
    assert (kept["fabric"]["value"], kept["length"]["value"]) == ("wool", "maxi"), "hers stays where nothing was said"


def test_a_record_goes_through_the_form_and_back_unchanged():
    values = {"colours": [{"name": "navy"}], "construction": ["patch_pockets"], "photography": {"light": "soft"}}
    record = Understanding().merged_with_corrections({"fit": "slim", **values})
    for name in values:
        again = value_of(name, text_of(name, record[name].value))
        assert Understanding().merged_with_corrections({name: again})[name].value == record[name].value
    rows = rows_of(record.to_json(), by={})
    sent = {f"{kind}-{row['name']}": row["was"] for row in rows for kind in ("fix", "was")}
    assert corrections_of(sent) == {} and len(rows) == len(ATTRIBUTES)
    assert corrections_of({**sent, "fix-fit": ""}) == {"fit": None}


def test_what_was_corrected_on_a_photo_is_what_an_analysis_of_it_says(client_of):
    client = client_of("editor")
    asset = photo(client)
    correct(client, "assets", asset.pk, read(client, "assets", asset.pk)[1], pattern="herringbone")
    answer = client.post("/api/analyze", {"brief": "", "references": [str(asset.pk)]}, format="json")
    assert answer.json()["understood"]["pattern"]["value"] == "herringbone"


def test_two_who_want_the_same_do_not_stand_in_each_others_way(client_of, team):
    first, late = client_of("admin"), client_of("owner")
    done = made(first, brief="a silk midi dress", team=str(team.pk))
    _, tag = read(late, "generations", done["id"])
    assert correct(first, "generations", done["id"], tag, fabric="linen", colours=["navy"]).status_code == 200
    for same in ({"fabric": "linen"}, {"colours": [{"name": "navy"}]}, {"fabric": "linen", "colours": ["navy"]}):
        assert correct(late, "generations", done["id"], tag, **same).status_code == 200, same
    more = correct(late, "generations", done["id"], tag, fabric="linen", colours=["navy"], length="maxi")
    assert more.status_code == 200 and read(late, "generations", done["id"])[0]["length"]["value"] == "maxi"
    assert correct(late, "generations", done["id"], tag, fabric="wool", colours=["navy"]).status_code == 412
    assert correct(late, "generations", done["id"], tag, fabric="linen", fit="slim").status_code == 412
    assert correct(late, "generations", done["id"], '"of-elsewhere"', fabric="linen").status_code == 412


def test_every_fault_of_a_correction_is_told_by_its_field(client_of):
    client = client_of("editor")
    done = made(client, brief="a silk dress")
    _, tag = read(client, "generations", done["id"])
    answer = correct(client, "generations", done["id"], tag, fit="x" * 81, length="maxi", mood=3, hue="red")
    told = answer.json()
    fields = [line["field"] for line in told["errors"]]
    assert answer.status_code == 422 and fields == ["corrections.fit", "corrections.mood", "corrections.hue"]
    assert all(line["message"] in told["detail"] for line in told["errors"])
    wish = {"brief": "a dress", "corrections": {"fit": "x" * 81, "mood": 3}}
    preview = client.post("/api/generations/preview", wish, format="json")
    assert preview.status_code == 422 and len(preview.json()["errors"]) == 2
