"""The PDF: what stands in it, for eyes and for screen readers, and that it is made without a network or other files."""

import io
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone
from PIL import Image

from analytics import rollups
from analytics.reports import contents, paper
from designer import printing
from designer.assets.blobs import thumbnail_path
from designer.assets.models import Asset
from designer.jobs.models import Job
from designer.pipeline.generation import check_image
from tests.analytics.reports.conftest import AT, made
from tests.pdfs import Read

pytestmark = pytest.mark.django_db(transaction=True)
HOSTILE = (
    "<script>alert(1)</script>",
    '<link rel=attachment href="file:///etc/passwd">',
    '"><img src="http://127.0.0.1:9/x.png">',
    '</style><style>@import url("file:///etc/passwd"); body { background: url(http://127.0.0.1:9/) }</style>',
    '<object data="file:///etc/hostname"></object><svg><image href="file:///etc/passwd"/></svg>',
)
GONE = 2  # of `liked` one, and the one of `filled` never had a file
WATCHED: list[tuple[str, Any]] = []
LISTENING = threading.Event()


def test_who_makes_a_report_still_sees_that_a_picture_is_damaged(monkeypatch):
    for name in [each for each in sys.modules if each.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    printing._weasyprint()
    file = io.BytesIO()
    Image.effect_noise((48, 64), 60).save(file, "PNG")
    assert check_image(file.getvalue()) == ()
    assert check_image(file.getvalue()[:500]) == ("The picture is cut off or damaged.",)


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if LISTENING.is_set() and event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        WATCHED.append((event, args[1] if event == "socket.connect" else args[0]))


sys.addaudithook(_hear)  # there is no way to take one away


def read(report) -> Read:
    with default_storage.open(report.files["report.pdf"]["path"]) as file:
        return Read(file.read())


def test_it_says_the_figures_in_words_on_numbered_pages(filled, liked, owner, ask):
    found = read(made(ask(owner)))
    text = found.text
    for part in (filled.team.name, "2–8 November 2026", "In short", "Key figures", "Models", "Members", "Best images"):
        assert part in text, part
    assert "9 images came of 7 generations" in text and "likely" in text and "rated" in text
    assert found.pages >= 2 and f"Page 1 of {found.pages}" in text and f"Page {found.pages} of {found.pages}" in text
    assert "A coat of kind 0" in text and "The file of this image is gone." in text


def test_screen_readers_find_a_language_a_title_tags_and_words_for_pictures(liked, owner, ask):
    report = made(ask(owner))
    found = read(report)
    assert found.has(rb"/MarkInfo <<[^>]*/Marked true") or found.has(rb"/Marked true")
    assert found.has(rb"/Lang \(en\)") and found.has(rb"pdfuaid:part") and found.has(rb"/DisplayDocTitle true")
    told = found.alternatives
    assert any("Cost by the day" in each for each in told) and any("A coat of kind" in each for each in told)
    assert found.has(rb"/S /TH") and found.has(rb"/S /H1") and found.has(rb"/S /Table")


@pytest.mark.parametrize("text", HOSTILE)
def test_it_is_made_without_network_and_files_whatever_people_write(text, filled, liked, owner, ask):
    filled.team.name = text[:80]
    filled.team.save()
    owner.user.name = text[:80]
    owner.user.save()
    filled.generation(owner.user, AT, maker=(text[:60], text, False), status="failed", error={"code": text})
    Asset.objects.update(title=text)
    for asset in liked:
        asset.generation.brief = text
        asset.generation.save()
    rollups.work_off()
    report = made(ask(owner))
    assert report.status == "done"
    with default_storage.open(report.files["report.pdf"]["path"]) as file:
        assert b"/EmbeddedFile" not in file.read()
    paper.pdf(report, report.content)  # what it loads once is loaded
    WATCHED.clear()
    LISTENING.set()
    try:
        paper.pdf(report, report.content)
    finally:
        LISTENING.clear()
    opened = {str(what) for event, what in WATCHED if event == "open"}
    assert not [each for each in WATCHED if each[0] != "open"]
    assert not [each for each in opened if "passwd" in each or "hostname" in each]
    house = Path(paper.__file__).parents[2]
    own = (paper.STYLE, house / "templates", settings.MEDIA_ROOT, sys.prefix, sys.base_prefix)
    strange = {each for each in opened if not each.isdigit() and not each.startswith(tuple(map(str, own)))}
    assert not {each for each in strange if "font" not in each}, strange


def test_a_storage_that_is_away_is_waited_for_and_not_printed(liked, owner, ask, monkeypatch):
    told, real = ask(owner), FileSystemStorage.open

    def away(storage, name, mode="rb"):
        if name.endswith(".webp"):
            raise ConnectionError("no route to the storage")
        return real(storage, name, mode)

    with monkeypatch.context() as lost:
        lost.setattr(FileSystemStorage, "open", away)
        report = made(told)
    assert report.status == "running" and Job.objects.get(pk=report.job_id).last_error["code"] == "storage_away"
    Job.objects.filter(pk=report.job_id).update(status="queued", scheduled_at=timezone.now())
    report = made(told)
    assert report.status == "done" and read(report).text.count("The file of this image is gone.") == GONE


def test_a_damaged_thumbnail_is_passed_over(liked, owner, ask):
    name = thumbnail_path(liked[0].path, 160)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"RIFF and nothing more"))
    report = made(ask(owner))
    assert report.status == "done" and read(report).text.count("The file of this image is gone.") == GONE + 1


def test_it_does_not_grow_with_the_images(filled, owner, ask):
    row = filled.generation(owner.user, AT)
    images = [filled.image(row, AT) for _ in range(500)]
    for image in images[:60]:
        filled.said(image, owner.user, "like")
    rollups.work_off()
    report = made(ask(owner))
    assert len(report.content["best"]) == contents.BEST
    assert report.files["report.pdf"]["bytes"] < 300_000
    assert read(report).pages < 12


def test_a_table_of_hundreds_says_what_it_leaves_out(filled, owner, ask, monkeypatch):
    monkeypatch.setattr(contents, "MOST_LINES", 2)
    for number in range(5):
        maker = (f"vendor-{number}", f"model-{number}", False)
        row = filled.generation(owner.user, AT, maker=maker)
        filled.image(row, AT)
        filled.charge(AT, "0.010000", row=row, maker=maker, actor=owner.user)
    rollups.work_off()
    report = made(ask(owner))
    assert len(report.content["models"]) == len(report.content["costs"]["models"]) == 2
    assert report.content["cut"]["models"] >= 3 and report.content["cut"]["costs_models"] >= 3
    assert "more are left out here" in read(report).text and "more, of less, are left out" in read(report).text


def test_long_words_tables_over_pages_and_other_alphabets(filled, owner, ask):
    for number in range(60):
        maker = (f"vendor-{number}", f"model-{number}-" + "x" * 90, False)
        filled.image(filled.generation(owner.user, AT, maker=maker), AT)
    filled.team.name = "Ателье Αθήνα " + "W" * 60
    filled.team.save()
    rollups.work_off()
    found = read(made(ask(owner)))
    assert "Ателье Αθήνα" in found.text and found.pages > 3
    assert found.text.count("95 % within") >= 2, "the head of a table comes again on the next page"
