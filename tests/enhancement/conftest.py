"""An image, its editor, and an empty models folder."""

import io
from uuid import uuid4

import pytest
from django.utils import timezone

from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.jobs.models import WorkerBeat
from enhancement.engine import examining, manifest, portraits, resuming, tiles
from tests import images


@pytest.fixture
def asset(member, team) -> Asset:
    data = images.encoded("PNG", images.photo((48, 36)), icc_profile=images.SRGB)
    return store_upload(actor=member("editor"), team_id=team.pk, file=io.BytesIO(data), name="swatch.png")


@pytest.fixture
def editor(asset, client_of):
    """The asset's own editor."""
    client = client_of(None)
    client.force_login(asset.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def serving() -> WorkerBeat:
    """A worker of one process that lives and computes."""
    about = {"lanes": ["gpu"], "processes": 1, "beat_at": timezone.now()}
    return WorkerBeat.objects.create(id=uuid4(), name="gpu@here", **about)


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    """A models folder of a test's own; files in it are looked into in this process, for a child takes seconds."""
    monkeypatch.delenv(manifest.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(manifest, "_configured", [tmp_path / "models"])
    monkeypatch.setattr(examining, "_asked", examining.answer)
    settings.DESIGNER_MODELS_MIRROR = "https://mirror.example/weights"
    return tmp_path / "models"


@pytest.fixture
def rows(monkeypatch) -> list[int]:
    """Tiles of 32 pixels, whose rows are kept however quick they are: the tops of the rows that were computed."""
    computed, real = [], tiles._Work.band

    def band(self, plane, rows, meter):
        made = real(self, plane, rows, meter)
        computed.append(rows.kept[0])
        return made

    monkeypatch.setattr(tiles.room, "edge_for", lambda network: 32)
    monkeypatch.setattr(resuming, "WORTH", 0.0)
    monkeypatch.setattr(tiles._Work, "band", band)
    return computed


@pytest.fixture
def faces_here(folder):
    """A models folder that seems to hold GFPGAN, which is not opened where there is no face."""
    folder.mkdir()
    (folder / "GFPGANv1.4.pth").write_bytes(b"not opened")
    return folder


@pytest.fixture
def painter(faces_here, monkeypatch):
    """A network of faces that turns each into its negative."""
    monkeypatch.setattr(portraits, "load", lambda name: None)
    monkeypatch.setattr(portraits, "restored", lambda face, network, cancelled: 255 - face)
