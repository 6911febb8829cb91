"""The versions of an image: which there are, what they are called, which one is in use, and back again."""

import pytest

from designer.assets.models import Asset
from enhancement.models import Enhancement
from teams.membership.models import Role
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def enhanced(client, asset, scale=2) -> Asset:
    client.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": "upscale", "scale": scale}]}, format="json")
    work_off("gpu")
    made = Enhancement.objects.get(source=asset, operations__0__scale=scale).result
    assert made is not None
    return made


def ids(client, asset):
    return [each["id"] for each in client.get(f"/api/assets/{asset.pk}/versions").json()]


def test_all_versions_are_listed_from_whichever_one_looks(editor, asset):
    twice, four = enhanced(editor, asset), enhanced(editor, asset, 4)
    again = enhanced(editor, twice)
    expected = [str(each.pk) for each in (asset, twice, four, again)]
    assert ids(editor, asset) == ids(editor, again) == expected
    page = editor.get(f"/assets/{again.pk}/versions").content.decode()
    assert page.count('class="version') >= 4 and "Original" in page and "Enlarge 4×" in page
    editor.delete(f"/api/assets/{four.pk}")
    assert ids(editor, asset) == [str(each.pk) for each in (asset, twice, again)]


def test_a_version_is_used_in_the_originals_place_and_the_original_again(editor, asset):
    twice = enhanced(editor, asset)
    used = editor.post(f"/api/assets/{twice.pk}/use")
    assert used.status_code == 200 and (used.json()["id"], used.json()["chosen"]) == (str(asset.pk), str(twice.pk))
    gallery = editor.get("/gallery").content.decode()
    assert gallery.count(f"/api/assets/{twice.pk}/thumbnail?w=640") == 4  # its own tile, and the original's
    assert f"/api/assets/{asset.pk}/thumbnail" not in gallery and f'href="/assets/{asset.pk}"' in gallery
    assert editor.post(f"/api/assets/{asset.pk}/use").json()["chosen"] is None
    assert Asset.objects.filter(trashed_at=None).count() == 2


def test_the_newest_version_is_proposed_beside_the_original_and_beside_a_version_that_version(editor, asset):
    twice, four = enhanced(editor, asset), enhanced(editor, asset, 4)
    for looked_at, proposed in ((asset, four), (twice, twice)):
        page = editor.get(f"/assets/{looked_at.pk}/versions").content.decode()
        after = page.split('name="after"')[1].split("</select>")[0]
        assert f'value="{proposed.pk}" selected' in after and after.count("selected") == 1


def test_the_page_says_what_is_in_use_and_offers_to_undo(editor, asset):
    twice, four = enhanced(editor, asset), enhanced(editor, asset, 4)
    editor.post(f"/assets/{twice.pk}/use")
    page = editor.post(f"/assets/{four.pk}/use", follow=True).content.decode()
    assert "This version is in use now. Nothing was deleted." in page
    assert f'action="/assets/{twice.pk}/use" class="notice-undo"' in page
    strip = editor.get(f"/assets/{four.pk}/versions").content.decode()
    assert strip.count("in use") == 1 and "Back to the original" in strip and "Use this version" not in strip
    editor.post(f"/assets/{twice.pk}/use")  # undo
    asset.refresh_from_db()
    assert asset.chosen_id == twice.pk


def test_what_goes_into_the_trash_is_no_longer_in_use(editor, asset):
    twice = enhanced(editor, asset)
    editor.post(f"/api/assets/{twice.pk}/use")
    editor.delete(f"/api/assets/{twice.pk}")
    asset.refresh_from_db()
    assert asset.chosen_id is None
    refused = editor.post(f"/api/assets/{twice.pk}/use")
    assert refused.status_code == 409 and refused.json()["code"] == "trashed"


def test_a_version_gets_a_name_by_its_etag_alone(editor, asset):
    twice = enhanced(editor, asset)
    path = f"/api/assets/{twice.pk}"
    assert editor.patch(path, {"version_name": "For print"}, format="json").status_code == 428
    tag = editor.get(path)["ETag"]
    named = editor.patch(path, {"version_name": " For print "}, format="json", headers={"If-Match": tag})
    assert (named.status_code, named.json()["version_name"]) == (200, "For print")
    assert editor.patch(path, {"version_name": "x"}, format="json", headers={"If-Match": tag}).status_code == 412
    assert "For print" in editor.get(f"/assets/{asset.pk}/versions").content.decode()
    page = editor.post(f"/assets/{twice.pk}/name", {"version_name": ""}, format="multipart", follow=True)
    twice.refresh_from_db()
    assert page.status_code == 200 and twice.version_name == ""


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.EDITOR, 403), ("stranger", 404), (None, 401)])
def test_only_who_may_change_an_image_chooses_or_names_its_versions(role, status, asset, client_of):
    client = client_of(role)
    named = client.patch(f"/api/assets/{asset.pk}", {"version_name": "x"}, format="json", headers={"If-Match": "*"})
    assert named.status_code == status
    assert client.post(f"/api/assets/{asset.pk}/use").status_code == status
