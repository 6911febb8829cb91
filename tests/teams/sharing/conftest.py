"""A team's image, collection and batch, who may share them, and visitors who have nothing but a link."""

import io
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from batches.models import Batch, BatchItem
from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.generations.models import Generation
from teams.accounts.models import User
from teams.membership.models import Team
from teams.review.collections.models import Collection
from teams.review.collections.services import create
from tests.factories import MembershipFactory, TeamFactory, UserFactory

BRIEF = "a chartreuse coat for the unannounced Ravenna show"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def drawn(colour: str = "#1f6b52", size: tuple[int, int] = (96, 128)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    file.seek(0)
    return file


@dataclass
class Work:
    """What one editor of a team made. `images`: uploads; `made`: what a model drew from BRIEF, in the batch."""

    team: Team
    owner: User
    editor: User
    images: list[Asset]
    collection: Collection
    batch: Batch
    made: Asset

    def of(self, kind: str) -> Any:
        return {"asset": self.images[0], "collection": self.collection, "batch": self.batch}[kind]

    def image_in(self, kind: str) -> Asset:
        return self.made if kind == "batch" else self.images[0]


def as_(person: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_login(person, backend=BACKEND)
    return client


def page_of(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend=BACKEND)
    return client


def share(client: APIClient, work: Work, kind: str = "asset", **wish: Any) -> Any:
    body = {kind: str(work.of(kind).pk), **wish}
    return client.post(f"/api/teams/{work.team.pk}/shares", body, format="json")


def key_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return str(answer.json()["link"].rpartition("#")[2])


def visitor(key: str = "", password: str = "") -> Client:
    """Somebody without an account, in by the link."""
    client = Client(raise_request_exception=False)
    if key:
        answer = client.post("/s", {"key": key})
        assert answer.status_code == 302, answer.content
        client.place = answer["Location"]  # type: ignore[attr-defined]
        if password:
            client.post(answer["Location"], {"password": password})
    return client


def over(rows: Any) -> None:
    """These shares were made a month ago for as long, less a second."""
    rows.update(created_at=timezone.now() - timedelta(days=30), expires_at=timezone.now() - timedelta(seconds=1))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def names_in(answer: Any) -> list[str]:
    """Of the files in an archive."""
    return zipfile.ZipFile(io.BytesIO(body(answer))).namelist()


@pytest.fixture
def work(db: None) -> Work:
    owner = UserFactory(name="Olga Owner")
    team = TeamFactory(owner=owner)
    editor = MembershipFactory(team=team, role="editor", user=UserFactory(name="Edith Editor")).user
    colours = ("#1f6b52", "#8c2f39", "#224488")
    images = [
        store_upload(actor=editor, team_id=team.pk, file=drawn(colour), name=f"look {number}.png")
        for number, colour in enumerate(colours, 1)
    ]
    collection = create(actor=editor, team_id=team.pk, name="Spring", assets=[image.pk for image in images])
    run = Generation.objects.create(team=team, owner=editor, brief=BRIEF, status="succeeded")
    first = images[0]
    made = Asset.objects.create(
        team=team, owner=editor, kind="generated", title=BRIEF, generation=run, sha256=first.sha256, path=first.path,
        media_type=first.media_type, width=first.width, height=first.height, bytes=first.bytes, facts=first.facts,
    )  # fmt: skip
    batch = Batch.objects.create(team=team, owner=editor, title=BRIEF, plan={"base": {"brief": BRIEF}})
    BatchItem.objects.create(team=team, batch=batch, position=1, wish={}, generation=run, status="succeeded")
    return Work(team, owner, editor, images, collection, batch, made)
