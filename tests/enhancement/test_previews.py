"""A recipe tried on a part of an image before the whole is paid for, alone or beside another."""

import errno
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image, ImageChops

from designer.assets import blobs
from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.jobs.claims import promote_due
from designer.jobs.models import Job
from designer.ledger.models import LedgerEntry
from enhancement import previews
from enhancement.models import Enhancement, EnhancementPreview
from enhancement.operations import crop
from enhancement.operations.base import ParameterError
from enhancement.operations.detail import Detail
from enhancement.operations.framing import Box
from teams.audit.models import AuditEntry
from teams.membership.models import Membership, Role
from tests import images
from tests.enhancement.engine.conftest import shared_data
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = {"operations": [{"name": "upscale", "scale": 2}]}
SHARPER = {"operations": [{"name": "detail", "amount": 0.5}]}
MARK = {"name": "watermark_removal", "rights": True, "area": "box"}


@pytest.fixture
def large(editor, asset) -> Asset:
    """Plain but for a check of single pixels in its lower right corner."""
    picture = Image.new("RGB", (900, 600), (200, 190, 180))
    check = Image.effect_noise((200, 200), 90).convert("RGB")
    picture.paste(check, (690, 390))
    file = io.BytesIO(images.encoded("PNG", picture, icc_profile=images.SRGB))
    return store_upload(actor=asset.owner, team_id=asset.team_id, file=file, name="large.png")


def ask(client, asset, *recipes, **more):
    wish = {"asset": str(asset.pk), "recipes": list(recipes), **more}
    return client.post("/api/enhance/previews", wish, format="json")


def shown(client, url) -> Image.Image:
    answer = client.get(url)
    assert answer.status_code == 200 and answer["X-Content-Type-Options"] == "nosniff"
    return Image.open(io.BytesIO(b"".join(answer.streaming_content)))


def test_two_recipes_are_tried_on_the_same_part_and_nothing_is_charged(editor, large):
    asked = ask(editor, large, TWICE, SHARPER)
    assert asked.status_code == 202 and asked.json()["status"] == "queued"
    assert [each["url"] for each in asked.json()["recipes"]] == [None, None]
    work_off("gpu")
    told = editor.get(f"/api/enhance/previews/{asked.json()['id']}").json()
    edge = told["box"]["width"]
    assert told["status"] == "succeeded" and 128 <= edge <= 384
    part, twice, sharper = (shown(editor, url) for url in (told["url"], *(each["url"] for each in told["recipes"])))
    assert (part.size, twice.size, sharper.size) == ((edge, edge), (2 * edge, 2 * edge), (edge, edge))
    assert [each["whole"]["width"] for each in told["recipes"]] == [1800, 900]
    assert not LedgerEntry.objects.exists() and not Enhancement.objects.exists()
    assert Asset.objects.count() == 2  # a preview is none


def test_without_a_spot_it_is_the_most_detailed_one(editor, large):
    box = ask(editor, large, SHARPER).json()["box"]
    assert box["left"] + box["width"] > 690 + 100 and box["top"] + box["height"] > 390 + 100
    chosen = ask(editor, large, SHARPER, spot={"x": 0.0, "y": 0.0}).json()["box"]
    assert (chosen["left"], chosen["top"]) == (0, 0)


def test_the_part_is_enlarged_as_many_times_as_the_whole_would_be(editor, large):
    """To 2K, 900 pixels become 2048: the part grows by the same factor, which is no factor of a network."""
    row = ask(editor, large, {"operations": [{"name": "upscale", "target": "2K"}]}).json()
    work_off("gpu")
    made = editor.get(f"/api/enhance/previews/{row['id']}").json()["recipes"][0]
    assert made["width"] == round(row["box"]["width"] * 2048 / 900) and made["whole"]["width"] == 2048


def test_what_needs_the_whole_picture_is_left_out_and_said(editor, large):
    recipe = {"operations": [*TWICE["operations"], {"name": "crop", "shape": "1:1"}, {"name": "color"}]}
    notes = ask(editor, large, recipe).json()["recipes"][0]["notes"]
    assert any("part is not cut" in note for note in notes) and any("this part alone" in note for note in notes)


def part_of(told) -> tuple[int, int, int, int]:
    box = told["box"]
    return box["left"], box["top"], box["left"] + box["width"], box["top"] + box["height"]


def test_a_mark_is_taken_off_a_part_that_holds_it_whole_by_who_declares_the_rights(editor, large):
    refused = ask(editor, large, {"operations": [{**MARK, "rights": False}]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "recipes[0].operations[0].rights")
    assert not AuditEntry.objects.filter(action="image.rights_declared").exists()
    asked = ask(editor, large, {"operations": [MARK]}, {"operations": [MARK, *TWICE["operations"]]})
    assert asked.status_code == 202, asked.content
    entries = AuditEntry.objects.filter(action="image.rights_declared")
    assert [entry.facts["preview"] for entry in entries] == [asked.json()["id"]] * 2
    left, top, right, bottom = part_of(asked.json())
    assert left <= 540 and right >= 882 and top <= 510 and bottom >= 588  # the box in pixels of the image
    work_off("gpu")
    told = editor.get(f"/api/enhance/previews/{asked.json()['id']}").json()
    assert told["status"] == "succeeded" and told["recipes"][0]["notes"][0] == "Tried where the mark is."
    before, after = (shown(editor, url).convert("RGB") for url in (told["url"], told["recipes"][0]["url"]))
    changed = ImageChops.difference(before, after).getbbox()
    assert changed is not None
    assert (540 - left, 510 - top) <= changed[:2] and changed[2] <= 882 - left and changed[3] <= 588 - top
    assert told["recipes"][1]["width"] == 2 * told["box"]["width"]


def test_a_mark_that_cannot_be_tried_says_why(editor, large):
    elsewhere = ask(editor, large, {"operations": [MARK]}, spot={"x": 0.1, "y": 0.1})
    assert elsewhere.status_code == 422 and "outside the part that is tried" in elsewhere.json()["detail"]
    on_it = ask(editor, large, {"operations": [MARK]}, spot={"x": 0.7, "y": 0.9})
    assert on_it.status_code == 202 and on_it.json()["recipes"][0]["notes"] == ["Tried where the mark is."]
    huge = {**MARK, "left": 0, "top": 0, "width": 0.5, "height": 0.5}
    assert "too large to be tried on a part" in ask(editor, large, {"operations": [huge]}).json()["detail"]
    beside = ask(editor, large, {"operations": [huge, *TWICE["operations"]]}).json()["recipes"][0]
    assert any("too large" in note for note in beside["notes"])


def tried(client, asked):
    assert asked.status_code == 202, asked.content
    work_off("gpu")
    return client.get(f"/api/enhance/previews/{asked.json()['id']}").json()


def test_a_mark_at_the_edge_of_a_small_picture_can_be_tried(editor, asset):
    file = io.BytesIO(images.encoded("PNG", images.photo((64, 64)), icc_profile=images.SRGB))
    small = store_upload(actor=asset.owner, team_id=asset.team_id, file=file, name="small.png")
    corner = {**MARK, "left": 0.6, "top": 0.6, "width": 0.4, "height": 0.4}
    told = tried(editor, ask(editor, small, {"operations": [corner]}))
    assert told["status"] == "succeeded" and told["recipes"][0]["error"] is None


def test_two_recipes_with_two_marks_are_tried_on_a_part_that_holds_both(editor, large):
    box = {**MARK, "width": 0.05, "height": 0.05}
    near = [{"operations": [{**box, "left": left, "top": 0.5}]} for left in (0.4, 0.7)]
    asked = ask(editor, large, *near)
    assert asked.status_code == 202, asked.content
    left, _, right, _ = part_of(asked.json())
    assert left <= 360 and right >= 675
    assert [each["notes"] for each in asked.json()["recipes"]] == [["Tried where the mark is."]] * 2
    far = [{"operations": [{**box, "left": left, "top": 0.5}, *TWICE["operations"]]} for left in (0.0, 0.94)]
    first, second = (each["notes"] for each in ask(editor, large, *far).json()["recipes"])
    assert first == ["Tried where the mark is."]
    assert any("outside the part" in note for note in second) and "Tried where the mark is." not in second


@pytest.fixture
def portrait(editor, asset) -> Asset:
    """A face at the left, and much more detail at the right."""
    picture = Image.new("RGB", (1400, 1000), (200, 190, 180))
    with Image.open(shared_data("photos/skimage/astronaut.png")) as opened:
        picture.paste(opened.convert("RGB"), (60, 300))
    picture.paste(Image.effect_noise((400, 400), 90).convert("RGB"), (950, 50))
    file = io.BytesIO(images.encoded("PNG", picture, icc_profile=images.SRGB))
    return store_upload(actor=asset.owner, team_id=asset.team_id, file=file, name="portrait.png")


FACES = {"operations": [{"name": "face_restore", "fidelity": 0}]}


@pytest.mark.usefixtures("painter")
def test_faces_are_tried_where_one_is(editor, portrait):
    asked = ask(editor, portrait, FACES, SHARPER)
    assert asked.status_code == 202, asked.content
    told = tried(editor, asked)
    left, top, right, bottom = part_of(told)
    assert left < 285 < right < 700 and top < 414 < bottom  # the face of the astronaut, and not the noise
    assert shown(editor, told["url"]).size == (right - left, bottom - top)
    faces, sharper = (each["notes"] for each in told["recipes"])
    assert faces[0] == "Tried where a face is." and any("One face restored" in note for note in faces)
    assert "Tried where a face is." not in sharper
    plain = ask(editor, portrait, SHARPER).json()
    assert plain["box"]["left"] > 700


@pytest.mark.usefixtures("painter")
def test_without_a_face_it_is_tried_where_most_detail_is_and_a_spot_of_ones_own_is_kept(editor, large, portrait):
    without = tried(editor, ask(editor, large, FACES))
    assert "No face was found" in without["recipes"][0]["notes"][0] and without["box"]["left"] > 400
    chosen = tried(editor, ask(editor, portrait, FACES, spot={"x": 1.0, "y": 0.0}))
    assert chosen["box"]["left"] > 950 and not any("ried" in note for note in chosen["recipes"][0]["notes"])


@pytest.mark.usefixtures("painter")
def test_faces_are_looked_for_by_a_worker_and_nothing_is_said_where_nobody_can(editor, portrait, monkeypatch):
    looked: list[Asset] = []
    monkeypatch.setattr(previews, "_faces", lambda asset, ask: looked.append(asset))
    asked = ask(editor, portrait, FACES)
    assert not any("face" in note for note in asked.json()["recipes"][0]["notes"])
    monkeypatch.setattr(previews.faces, "unavailable", lambda: "OpenCV is missing.")
    work_off("gpu")
    row = EnhancementPreview.objects.get()
    assert not looked and row.box == asked.json()["box"] and "seek" not in row.recipes[0]
    assert not any("No face was found in a view" in note for note in row.recipes[0]["notes"])


def test_a_crop_is_drawn_over_the_whole_picture_before_it_is_paid_for(editor, large):
    free = {"name": "crop", "shape": "free", "left": 0.25, "top": 0.1, "width": 0.5, "height": 0.6}
    row = ask(
        editor, large, {"operations": [free]}, {"operations": [{"name": "detail"}, {"name": "crop", "shape": "1:1"}]}
    )
    assert row.status_code == 202 and row.json()["recipes"][0]["crop"] is None
    work_off("gpu")
    first, second = (each["crop"] for each in editor.get(f"/api/enhance/previews/{row.json()['id']}").json()["recipes"])
    assert first["of"] == {"width": 640, "height": 427} and first["box"]["left"] == 160
    assert second["box"]["width"] == second["box"]["height"] and len(second["guides"]["thirds"]) == 2
    page = editor.get(f"/enhancements/previews/{row.json()['id']}").content.decode()
    assert page.count('class="guides"') == 2 and "Keeps 50% of the width and 60% of the height, as free." in page
    assert 'x="250" y="98" width="500" height="600"' in page and "M417 98V698" in page  # the frame, and its first third


def test_the_size_of_the_whole_follows_the_crop_once_its_place_is_known(editor, large, monkeypatch):
    """Asked for is a square; the crop takes one of half the height, where the largest would be all of it."""
    monkeypatch.setattr(crop, "_framed", lambda area, bare, heads, size, clean: Box(0, 0, size[1] // 2, size[1] // 2))
    square = {"operations": [{"name": "upscale", "scale": 2}, {"name": "crop", "shape": "1:1"}]}
    patch = {"operations": [{"name": "crop", "shape": "free", "width": 0.5}]}
    row = ask(editor, large, square, patch).json()
    assert [each["whole"]["width"] for each in row["recipes"]] == [1200, 450]
    work_off("gpu")
    told = [each["whole"] for each in editor.get(f"/api/enhance/previews/{row['id']}").json()["recipes"]]
    assert abs(told[0]["width"] - 600) <= 4 and abs(told[0]["height"] - 600) <= 4
    assert (told[1]["width"], told[1]["height"]) == (450, 600)
    page = editor.get(f"/enhancements/previews/{row['id']}").content.decode()
    assert f"{told[0]['width']} × {told[0]['height']} px" in page and "450 × 600 px" in page


def test_a_crop_that_cannot_be_is_told_in_the_trial(editor, large, monkeypatch):
    monkeypatch.setattr(
        crop, "_framed", lambda *_: (_ for _ in ()).throw(ParameterError("shape", "It cuts a face.", "Use 1:1."))
    )
    row = ask(editor, large, {"operations": [{"name": "detail"}, {"name": "crop", "shape": "16:9"}]}).json()
    work_off("gpu")
    told = editor.get(f"/api/enhance/previews/{row['id']}").json()
    assert (told["status"], told["recipes"][0]["crop"]["error"]["message"]) == ("succeeded", "It cuts a face.")
    assert "It cuts a face. Use 1:1." in editor.get(f"/enhancements/previews/{row['id']}").content.decode()


def test_the_guides_of_a_crop_are_drawn_over_its_result(editor, large):
    wish = {"operations": [{"name": "crop", "shape": "free", "width": 0.5}]}
    made = editor.post(f"/api/enhance/{large.pk}", wish, format="json").json()["id"]
    work_off("gpu")
    result = Enhancement.objects.get(pk=made).result_id
    for address in ("/enhancements", f"/assets/{large.pk}/enhancements", f"/assets/{result}/enhancements"):
        page = editor.get(address).content.decode()
        assert "M333 0V1000M667 0V1000" in page and f"/api/assets/{result}/thumbnail?w=640" in page
    assert 'class="guides"' not in editor.get(f"/enhancements/new?asset={large.pk}").content.decode()


def test_a_fault_names_the_recipe_that_it_is_in(editor, large):
    answer = ask(editor, large, TWICE, {"operations": [{"name": "upscale", "scale": 3}]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "recipes[1].operations[0].scale"
    assert ask(editor, large, TWICE, TWICE, TWICE).status_code == 400
    assert ask(editor, large, TWICE, spot={"x": 2, "y": 0}).status_code == 400


def test_one_recipe_that_fails_does_not_hide_the_other(editor, large, monkeypatch):
    def broken(*_, **__):
        from enhancement.engine.errors import EngineError

        raise EngineError("The loom is broken.", remedy="Mend it.")

    monkeypatch.setattr(Detail, "run", broken)
    both = ask(editor, large, TWICE, SHARPER).json()["id"]
    work_off("gpu")
    told = editor.get(f"/api/enhance/previews/{both}").json()
    assert told["status"] == "succeeded" and told["recipes"][1]["error"]["message"] == "The loom is broken."
    alone = ask(editor, large, SHARPER).json()["id"]
    work_off("gpu")
    told = editor.get(f"/api/enhance/previews/{alone}").json()
    assert (told["status"], told["error"]["remedy"]) == ("failed", "Mend it.")
    assert "The loom is broken." in editor.get(f"/enhancements/previews/{alone}").content.decode()


def test_a_disk_that_is_full_is_named_and_the_trial_goes_on_once_there_is_room(editor, large, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    asked = ask(editor, large, SHARPER).json()["id"]
    with monkeypatch.context() as broken:
        broken.setattr(blobs, "_write_once", full)
        work_off("gpu")
    assert Job.objects.get(kind="enhancement.preview").last_error["code"] == "no_room"
    Job.objects.update(scheduled_at=timezone.now())
    promote_due()
    work_off("gpu")
    assert editor.get(f"/api/enhance/previews/{asked}").json()["status"] == "succeeded"


@pytest.mark.usefixtures("painter")
def test_who_loses_the_right_before_faces_are_looked_for_is_told_so(editor, portrait, team):
    asked = ask(editor, portrait, FACES).json()["id"]
    Membership.objects.filter(user=portrait.owner, team=team).update(role=Role.VIEWER)
    work_off("gpu")
    row = EnhancementPreview.objects.get(pk=asked)
    assert (row.status, row.error["code"]) == ("failed", "forbidden") and row.error["message"] and row.error["remedy"]
    assert row.error["message"] in editor.get(f"/enhancements/previews/{asked}").content.decode()


@pytest.mark.usefixtures("painter")
def test_a_face_that_draws_the_part_away_from_a_mark_leaves_no_trial_of_it(editor, large, monkeypatch):
    monkeypatch.setattr(previews, "_faces", lambda asset, ask: [Box(620, 220, 780, 380)])
    mark = {**MARK, "left": 0.5, "top": 0.5, "width": 0.05, "height": 0.05}
    asked = ask(editor, large, {"operations": [mark]}, FACES, spot={"x": 0.71, "y": 0.5})
    assert asked.status_code == 202, asked.content
    told = tried(editor, asked)
    assert (told["status"], told["error"]["code"]) == ("failed", "nothing_to_preview")
    assert "outside the part that is tried" in told["error"]["message"] and told["error"]["remedy"]


def test_a_trial_that_cannot_be_queued_leaves_neither_itself_nor_its_declaration(editor, large, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("The queue is away.")

    monkeypatch.setattr(previews, "enqueue", broken)
    with pytest.raises(RuntimeError, match="away"):
        ask(editor, large, {"operations": [MARK]})
    assert not EnhancementPreview.objects.exists()
    assert not AuditEntry.objects.filter(action="image.rights_declared").exists()


def test_a_newer_preview_takes_the_place_of_one_under_way_and_goes_before_other_work(editor, large):
    editor.post(f"/api/enhance/{large.pk}", TWICE, format="json")
    first = ask(editor, large, TWICE).json()["id"]
    second = ask(editor, large, SHARPER).json()["id"]
    assert editor.get(f"/api/enhance/previews/{first}").json()["status"] == "cancelled"
    waiting = Job.objects.filter(status="queued", lane="gpu").order_by("priority")
    assert waiting[0].payload == {"preview_id": second}
    assert editor.post(f"/api/enhance/previews/{second}/cancel").json()["status"] == "cancelled"
    assert editor.post(f"/api/enhance/previews/{second}/cancel").status_code == 202


def test_previews_are_limited_in_number(editor, large, monkeypatch):
    monkeypatch.setattr(previews, "OFTEN", (1, 300))
    assert ask(editor, large, TWICE).status_code == 202
    refused = ask(editor, large, TWICE)
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert EnhancementPreview.objects.count() == 1


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), (None, 401)])
def test_who_may_not_change_an_image_tries_nothing_on_it(role, status, large, client_of):
    assert ask(client_of(role), large, TWICE).status_code == status


def test_a_preview_is_forgotten_after_a_day(editor, large):
    row = ask(editor, large, SHARPER).json()["id"]
    work_off("gpu")
    assert previews.forget_old() == 0
    EnhancementPreview.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert previews.forget_old() == 1
    assert editor.get(f"/api/enhance/previews/{row}").status_code == 404


def test_the_builder_tries_a_recipe_in_place_and_holds_it_against_the_one_before(editor, large):
    page = editor.get(f"/enhancements/new?asset={large.pk}").content.decode()
    assert "Try it on a part first" in page and "<spot-picker" in page
    form = {"asset": large.pk, "use": "detail", "detail.amount": "0.5", "spot_x": "0.5", "spot_y": "0.5"}
    part = editor.post("/enhancements/previews", form, format="multipart", headers={"X-Partial": "1"}).content.decode()
    assert "notice-error" not in part
    first = EnhancementPreview.objects.get()
    assert f'data-preview="{first.pk}"' in part and "Cancel" in part
    work_off("gpu")
    other = {**form, "use": "upscale", "upscale.scale": "2", "beside": "earlier", "earlier": first.pk}
    plain = editor.post("/enhancements/previews", other, format="multipart")
    work_off("gpu")
    done = editor.get(plain["Location"]).content.decode()
    assert "This recipe" in done and "The recipe before" in done and "1800 × 1200 px" in done
    assert done.count("/results/") == 2
    refused = editor.post("/enhancements/previews", {"asset": large.pk}, format="multipart", headers={"X-Partial": "1"})
    assert refused.status_code == 422 and "No operation was named." in refused.content.decode()
