"""Images without files, a collection of them and a session over it, made the way the product makes them."""

import itertools
from uuid import UUID

from django.test import Client

from designer.assets.models import Asset
from designer.sessions.models import ReviewSession
from designer.sessions.services import open_session
from teams.accounts.models import User
from teams.membership.models import Team
from teams.review.collections.models import Collection
from teams.review.collections.services import create

_number = itertools.count(1)


def image(team: Team, owner: User, **about: object) -> Asset:
    """A row alone: nobody looks at its picture."""
    number = next(_number)
    digest = f"{number:064x}"
    facts = {"path": f"none/{digest}", "media_type": "image/png", "width": 96, "height": 128, "bytes": 1}
    return Asset.objects.create(
        **{"team": team, "owner": owner, "kind": "generated", "sha256": digest, "title": f"Look {number}"}
        | facts
        | about
    )


def images(team: Team, owner: User, count: int) -> list[Asset]:
    return [image(team, owner) for _ in range(count)]


def gathered(team: Team, owner: User, count: int = 3) -> Collection:
    """A collection of that many new images."""
    assets = [asset.pk for asset in images(team, owner, count)]
    return create(actor=owner, team_id=team.pk, name="Spring capsule", assets=assets)


def assets_in(collection: Collection) -> list[UUID]:
    """The ids of its images, in order."""
    return list(collection.items.shown().values_list("asset", flat=True))


def session_of(team: Team, owner: User, count: int = 3, **wish: object) -> ReviewSession:
    return open_session(actor=owner, team_id=team.pk, collection=gathered(team, owner, count).pk, **wish)


def browser_of(user: User) -> Client:
    """Who sends forms, not JSON. The person is at `client.user`."""
    client = Client()
    client.user = user  # type: ignore[attr-defined]
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
