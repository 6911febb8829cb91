"""What camera and author wrote goes along with every enhancement, beside the studio's own record."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from enhancement.models import Enhancement
from tests import images
from tests.designer.assets.test_camera import SAID, at, check_kept, photo_of, told_by
from tests.designer.assets.test_provenance import IPTC, xmp_of
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = [
    {"name": "upscale", "scale": 2},
    {"name": "detail", "amount": 0.3},
    {"name": "denoise"},
    {"name": "color", "exposure": 0.2},
    {"name": "background", "mode": "transparent"},
    {"name": "crop", "shape": "free", "width": 0.5},
    {"name": "watermark_removal", "rights": True, "area": "box", "left": 0.1, "top": 0.1, "width": 0.2, "height": 0.2},
]


def enhanced(client, asset: str, operations: list) -> Asset:
    asked = client.post(f"/api/enhance/{asset}", {"operations": operations}, format="json")
    assert asked.status_code == 202, asked.content
    work_off("gpu")
    row = Enhancement.objects.get(pk=asked.json()["id"])
    assert row.result is not None, row.error
    return row.result


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["name"])
@pytest.mark.parametrize("keep", [True, False], ids=["kept", "left out"])
def test_a_result_says_of_the_camera_what_its_source_says(keep, step, client_of, team):
    client, owner = client_of("editor"), client_of("owner")
    seen = owner.get(f"/api/teams/{team.pk}")
    here, match = f"/api/teams/{team.pk}", {"If-Match": seen["ETag"]}
    assert seen.json()["keep_exif"] is False
    assert owner.patch(here, {"keep_exif": keep}, format="json", headers=match).json()["keep_exif"] is keep
    file = SimpleUploadedFile("look.jpg", photo_of("JPEG", image=images.photo((96, 72))))
    source = client.post("/api/assets", {"file": file, "team": str(team.pk)}, format="multipart").json()
    result = enhanced(client, source["id"], [step])
    again = enhanced(client, str(result.pk), [{"name": "crop", "shape": "free", "height": 0.5}])
    for asset in (result, again):
        url = f"/api/assets/{asset.pk}"
        body = client.get(url).json()
        assert body["facts"].get("camera") == (SAID if keep else None)
        for form in ("", "?format=png&download=1", "?format=jpeg", "?format=webp"):
            data = at(client, body["url"] + form)
            check_kept(data) if keep else None
            assert keep or told_by(data) == ({}, {})
            assert f"{IPTC}DigitalSourceType" in xmp_of(data)
        assert told_by(at(client, body["thumbnail"])) == ({}, {})
        assert client.get(f"{url}/provenance").json()["intact"] is True
    assert images.MARKER not in read_bytes(again)
