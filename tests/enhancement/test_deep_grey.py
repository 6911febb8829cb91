"""Grey pictures of 16 bits: taken in, enhanced and handed out in 16."""

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from enhancement.models import Enhancement
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
KEEP = {
    "upscale": {"scale": 2},
    "detail": {"amount": 0.4},
    "denoise": {"strength": 0.4},
    "crop": {"shape": "free", "width": 0.5},
    "color": {"exposure": 0.2},
}


def ramp() -> np.ndarray:
    """A soft slope with far more levels than 256, uint16 (40, 60)."""
    return np.linspace(20_000, 24_000, 40 * 60).reshape(40, 60).round().astype(np.uint16)


def enhanced(client, kind: str, step: dict) -> tuple[np.ndarray, Asset, Enhancement]:
    file = SimpleUploadedFile("fold.bin", cv2.imencode(kind, ramp())[1].tobytes())
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
    made, result, row = enhanced(client_of("editor"), kind, {"name": name, **KEEP[name]})
    assert (made.dtype, made.ndim, result.facts["bits"]) == (np.uint16, 2, 16)
    assert len(np.unique(made)) > 300
    assert result.facts["notices"] == []
    assert row.facts["operations"][0].get("notes", []) == []


def test_what_works_in_eight_says_so(client_of):
    made, result, row = enhanced(client_of("editor"), ".png", {"name": "background", "mode": "transparent"})
    assert any("8 of the picture's 16 bits" in note for note in row.facts["operations"][0]["notes"])
    assert made.dtype == np.uint8 and "bits" not in result.facts
