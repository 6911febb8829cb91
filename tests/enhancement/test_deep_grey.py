"""Pictures of 16 bits: taken in, enhanced and handed out in 16."""

import io

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designer.assets import rows
from designer.assets.models import Asset
from designer.assets.services import read_bytes
from enhancement.models import Enhancement
from tests import images
from tests.enhancement.operations.test_background import skirt
from tests.profiles import TABLES
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
KEEP: dict[str, dict[str, object]] = {
    "upscale": {"scale": 2},
    "detail": {"amount": 0.4},
    "denoise": {"strength": 0.4},
    "crop": {"shape": "free", "width": 0.5},
    "color": {"exposure": 0.2},
    "watermark_removal": {"rights": True, "area": "box"},
    "face_restore": {},
}


@pytest.fixture(autouse=True)
def faces_can_be_done(folder):
    """A model that is not opened, for there is no face."""
    folder.mkdir()
    (folder / "GFPGANv1.4.pth").write_bytes(b"not opened")


def ramp() -> np.ndarray:
    """A soft slope with far more levels than 256, uint16 (40, 60)."""
    return np.linspace(20_000, 24_000, 40 * 60).reshape(40, 60).round().astype(np.uint16)


def enhanced(client, data: bytes, step: dict) -> tuple[np.ndarray, Asset, Enhancement]:
    file = SimpleUploadedFile("fold.bin", data)
    asset = client.post("/api/assets", {"file": file}, format="multipart").json()
    asked = client.post(f"/api/enhance/{asset['id']}", {"operations": [step]}, format="json")
    assert asked.status_code == 202, asked.content
    work_off("gpu")
    row = Enhancement.objects.get(pk=asked.json()["id"])
    assert row.result is not None, row.error
    made = cv2.imdecode(np.frombuffer(read_bytes(row.result), np.uint8), cv2.IMREAD_UNCHANGED)
    assert made is not None
    return made, row.result, row


@pytest.mark.parametrize("kind", [".png", ".tiff"])
@pytest.mark.parametrize("name", list(KEEP))
def test_grey_of_sixteen_bits_is_enhanced_in_sixteen(name, kind, client_of):
    data = cv2.imencode(kind, ramp())[1].tobytes()
    made, result, row = enhanced(client_of("editor"), data, {"name": name, **KEEP[name]})
    assert (made.dtype, made.ndim, result.facts["bits"]) == (np.uint16, 2, 16)
    assert len(np.unique(made)) > 300
    assert result.facts["notices"] == []
    notes = row.facts["operations"][0].get("notes", [])
    if name == "face_restore":
        assert notes == ["No face was found that is large enough; nothing was changed."]
        assert (made == ramp()).all()
    else:
        assert notes == []


@pytest.mark.parametrize("mode", ["cleanup", "transparent"])
def test_a_garment_of_sixteen_bits_is_cut_out_in_sixteen(mode, client_of):
    cloth = images.deepened(skirt()[0])
    data = cv2.imencode(".png", cloth[..., ::-1])[1].tobytes()
    made, result, row = enhanced(client_of("editor"), data, {"name": "background", "mode": mode})
    assert (made.dtype, result.facts["bits"], row.facts["operations"][0]["notes"]) == (np.uint16, 16, [])
    assert (made[120:220, 105:135, 2::-1] == cloth[120:220, 105:135]).all()


def test_what_works_in_eight_says_so(client_of):
    file = io.BytesIO()
    rows.write(file, [images.deepened(skirt()[0])], height=300, info={"icc_profile": TABLES}, private=False)
    made, result, row = enhanced(client_of("editor"), file.getvalue(), {"name": "color", "exposure": 0.2})
    assert any("8 of the picture's 16 bits" in note for note in row.facts["operations"][0]["notes"])
    assert made.dtype == np.uint8 and "bits" not in result.facts
