"""An image of an editor, and reviewers of their team."""

import pytest
from rest_framework.test import APIClient

from designer.assets.models import Asset
from tests.designer.sessions.agenda import image


@pytest.fixture
def editor(client_of) -> APIClient:
    return client_of("editor")


@pytest.fixture
def asset(team, editor) -> Asset:
    return image(team, editor.user)


@pytest.fixture
def ask(editor, team, asset):
    """`ask(ada, ben, policy="one_of")`: the answer to a request by the editor."""

    def asked(*people, by=editor, about=asset, **wish):
        said = {"asset": str(about.pk), "reviewers": [str(each.pk) for each in people], **wish}
        return by.post(f"/api/teams/{team.pk}/approvals", said, format="json")

    return asked


def as_(user) -> APIClient:
    client = APIClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def say(user, asked, verdict="approve", **more):
    """The answer of `user`, a reviewer, to what was asked."""
    return as_(user).post(f"{asked['Location']}/answer", {"verdict": verdict, **more}, format="json")


def standing(asked, by) -> str:
    return by.get(asked["Location"]).json()["status"]
