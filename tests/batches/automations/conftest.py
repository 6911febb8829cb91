"""A team whose owner makes automations, an editor who asks for reviews, and an admin who gives them."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from batches.automations import services
from batches.automations.models import Automation, AutomationRun
from batches.automations.services import Plan
from designer.assets.models import Asset
from designer.assets.services import store_upload
from enhancement.presets import create_preset
from teams.accounts.models import User
from teams.review.approvals.models import Approval
from teams.review.approvals.services import Request, answer, request_approval
from tests import images

RECIPE = [{"name": "color", "auto_exposure": True}]  # quick: it needs no network


class Studio:
    def __init__(self, team: Any, owner: User, admin: User, editor: User) -> None:
        self.team, self.owner, self.admin, self.editor = team, owner, admin, editor
        self.made = 0

    def image(self, size: tuple[int, int] = (48, 36)) -> Asset:
        self.made += 1  # every one another picture
        picture = images.photo(size)
        picture.putpixel((0, 0), (self.made, 0, 0))
        file = io.BytesIO(images.encoded("PNG", picture))
        return store_upload(actor=self.editor, team_id=self.team.pk, file=file, name=f"Coat {self.made}.png")

    def ask(self, asset: Asset | None = None) -> Approval:
        about = asset or self.image()
        wish = Request(asset=about.pk, reviewers=[self.admin.pk])
        return request_approval(actor=about.owner, team_id=self.team.pk, wish=wish)

    def approve(self, asset: Asset | None = None) -> Approval:
        return answer(actor=self.admin, approval_id=self.ask(asset).pk, verdict="approve")

    def preset(self, operations: Any = None, name: str = "House look") -> Any:
        return create_preset(actor=self.owner, team_id=self.team.pk, name=name, operations=operations or RECIPE)

    def automation(self, name: str = "Approved to print", **plan: Any) -> Automation:
        if not {"preset", "target", "plain"} & set(plan):
            plan["preset"] = self.preset().pk
        plan.pop("plain", None)
        if not {"collection", "new_collection"} & set(plan):
            plan["new_collection"] = f"Delivered by {name}"
        return services.create(actor=self.owner, team_id=self.team.pk, plan=Plan(name=name, **plan))


@pytest.fixture
def studio(team, member) -> Studio:
    return Studio(team, member("owner"), member("admin"), member("editor"))


@pytest.fixture
def runs() -> Callable[[], list[AutomationRun]]:
    """All runs there are, as they are now."""
    return lambda: list(AutomationRun.objects.told().order_by("created_at", "pk"))
