"""What can be taken away: tables, archives, contact sheets; and blind votes on two arms."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from batches.models import BatchItem, BatchVote
from batches.verdicts import Verdict
from designer.assets.blobs import thumbnail_path
from designer.assets.models import Asset
from tests import images
from tests.batches.asking import items, made, plan, run_out, work_off
from tests.batches.test_sheets import send

pytestmark = pytest.mark.django_db(transaction=True)
HOSTILE = ["=HYPERLINK(1)", "+cmd", "@SUM(1)", "-2+3", "'=x", "''@x", "plain 'quote'"]


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_table_guards_formulas_and_comes_back_as_it_was(client_of):
    client = client_of("editor")
    pk = made(client, {"prompts": HOSTILE}, start=False)["id"]
    answer = client.get(f"/api/batch/{pk}/results")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    raw = body(answer)
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(lines) == len(HOSTILE)
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "-", "@"))]
    again = send(client, raw).json()
    assert [each["row"]["brief"] for each in again["preview"]] == HOSTILE


def test_the_table_and_its_json_say_the_same_and_name_what_sets_items_apart(client_of):
    client = client_of("editor")
    said = {"base": {"brief": "a {garment}"}, "slots": {"garment": ["coat", "cape"]}}
    pk = run_out(client, said)["id"]
    lines = list(csv.DictReader(io.StringIO(body(client.get(f"/api/batch/{pk}/results")).decode("utf-8-sig"))))
    facts = json.loads(body(client.get(f"/api/batch/{pk}/results", {"as": "json"})))
    assert [line["garment"] for line in lines] == [each["label"]["garment"] for each in facts] == ["coat", "cape"]
    assert [line["assets"].split() for line in lines] == [each["assets"] for each in facts]
    assert {line["cost"] for line in lines} == {"0.010000"} and {line["status"] for line in lines} == {"succeeded"}
    assert client.get(f"/api/batch/{pk}/results", {"as": "exe"}).status_code == 400


def test_the_archive_holds_every_image_and_the_table(client_of):
    client = client_of("editor")
    pk = run_out(client, {"base": {"brief": "a coat", "n": 2}, "variations": 2})["id"]
    with zipfile.ZipFile(io.BytesIO(body(client.get(f"/api/batch/{pk}/zip")))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == ["00001-1.png", "00001-2.png", "00002-1.png", "00002-2.png", "results.csv"]
        assert Image.open(io.BytesIO(archive.read("00002-1.png"))).size == (768, 1024)


def test_the_table_names_what_each_row_of_the_sheet_put_into_the_slots(client_of):
    client = client_of("editor")
    rows = [{"garment": "coat"}, {"garment": "dress", "cloth": "=silk"}]
    pk = made(client, {"base": {"brief": "a {garment}"}, "rows": rows}, start=False)["id"]
    lines = list(csv.DictReader(io.StringIO(body(client.get(f"/api/batch/{pk}/results")).decode("utf-8-sig"))))
    told = [(line["row"], line["garment"], line["cloth"]) for line in lines]
    assert told == [("1", "coat", ""), ("2", "dress", "'=silk")]


def test_the_contact_sheet_is_a_picture_or_a_pdf_page_by_page(client_of):
    client = client_of("editor")
    pk = run_out(client, plan(variations=2), title="Ünïcødé 🧵 <script>")["id"]
    png = client.get(f"/api/batch/{pk}/contact-sheet")
    sheet = Image.open(io.BytesIO(png.content))
    assert sheet.format == "PNG" and len(sheet.getcolors(1 << 24)) > 50
    pdf = client.get(f"/api/batch/{pk}/contact-sheet", {"as": "pdf"})
    assert pdf.content.startswith(b"%PDF") and pdf.headers["Content-Type"] == "application/pdf"
    assert client.get(f"/api/batch/{pk}/contact-sheet", {"page": 2}).status_code == 400


def test_what_is_transparent_is_paper_on_a_contact_sheet(client_of):
    client = client_of("editor")
    pk = run_out(client, plan())["id"]
    asset = items(client, pk)[0]["assets"][0]["id"]
    through = Image.new("RGBA", (320, 427), (0, 0, 0, 0))
    for width in (160, 320):
        path = Path(settings.MEDIA_ROOT) / thumbnail_path(Asset.objects.get(pk=asset).path, width)
        path.chmod(0o600)
        path.write_bytes(images.encoded("WEBP", through))
    sheet = Image.open(io.BytesIO(client.get(f"/api/batch/{pk}/contact-sheet").content)).convert("RGB")
    assert sheet.getpixel((150, 250)) == (255, 255, 255)


def test_strangers_take_nothing_away(client_of, team):
    pk = made(client_of("editor"), plan(), team=str(team.pk))["id"]
    stranger = client_of("stranger")
    for what in ("results", "zip", "contact-sheet", "votes", "votes/next"):
        assert stranger.get(f"/api/batch/{pk}/{what}").status_code == 404


ARMS = {"a": {"brief": "a wool coat"}, "b": {"brief": "a silk coat"}}


def ab(client, team, pairs=3):
    pk = made(client, {"base": {"brief": "x"}, "arms": ARMS, "variations": pairs}, team=str(team.pk))["id"]
    work_off()
    return pk


def test_votes_are_blind_once_each_and_add_up_to_a_verdict(client_of, team):
    client = client_of("editor")
    pk = ab(client, team)
    wins = {"a": 0, "b": 0}
    seen = []
    while (pair := client.get(f"/api/batch/{pk}/votes/next").json()["next"]) is not None:
        assert "arm" not in json.dumps(pair) and len(pair["left"]) == len(pair["right"]) == 1
        told = client.post(f"/api/batch/{pk}/votes", {"pair": pair["pair"], "choice": "left"}, format="json")
        assert told.status_code == 201
        shown = BatchItem.objects.get(batch=pk, pair=pair["pair"], arm=told.json()["left"])
        assert str(shown.shown_assets[0].pk) == pair["left"][0]["id"]
        wins[told.json()["left"]] += 1
        seen.append(pair["pair"])
    assert sorted(seen) == [0, 1, 2]
    twice = client.post(f"/api/batch/{pk}/votes", {"pair": 0, "choice": "tie"}, format="json")
    assert twice.status_code == 409 and BatchVote.objects.count() == 3
    verdict = client.get(f"/api/batch/{pk}/votes").json()
    assert (verdict["a"], verdict["b"], verdict["mine"], verdict["pairs"]) == (wins["a"], wins["b"], 3, 3)


def test_a_viewer_sees_the_verdict_and_casts_no_vote(client_of, team):
    pk = ab(client_of("editor"), team, pairs=1)
    viewer = client_of("viewer")
    assert viewer.get(f"/api/batch/{pk}/votes").status_code == 200
    assert viewer.post(f"/api/batch/{pk}/votes", {"pair": 0, "choice": "tie"}, format="json").status_code == 403


def test_what_compares_nothing_cannot_be_voted_on(client_of):
    client = client_of("editor")
    pk = run_out(client, plan())["id"]
    assert client.get(f"/api/batch/{pk}/votes").status_code == 409
    assert items(client, pk)[0]["arm"] == ""


def test_a_pair_that_does_not_exist_is_missing(client_of, team):
    client = client_of("editor")
    pk = ab(client, team, pairs=1)
    assert client.post(f"/api/batch/{pk}/votes", {"pair": 9, "choice": "tie"}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("a", "b", "low", "high", "better", "winner"),
    [
        (0, 0, None, None, 0.5, None),
        (8, 2, 0.4902, 0.9433, 0.9673, "a"),  # interval as published for Wilson's method; Beta(9, 3) above one half
        (2, 8, 0.0567, 0.5098, 0.0327, "b"),
        (6, 4, 0.3127, 0.8318, 0.7256, None),
        (50, 50, 0.4038, 0.5962, 0.5, None),
    ],
)
def test_a_verdict_is_as_sure_as_its_votes(a, b, low, high, better, winner):
    told = Verdict(a, b, 1).to_json()
    assert told["interval"] == (None if low is None else pytest.approx([low, high], abs=2e-4))
    assert told["a_is_better"] == pytest.approx(better, abs=2e-4)
    assert told["winner"] == winner
