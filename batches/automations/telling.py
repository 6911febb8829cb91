"""Who hears of a run: those who watch, the webhooks of the team, who asked for the review, and the owners."""

from typing import Any, Final

from batches.automations.models import Automation, AutomationRun, RunStatus
from batches.webhooks.models import Endpoint, EndpointStatus
from designer.notifications.models import Notification
from designer.notifications.services import notify
from designer.realtime.events import AUTOMATION_DELIVERED, AUTOMATION_RUN, record
from teams.accounts.models import User
from teams.membership.models import Membership, Role

NEWS: Final = "automation"
HEARD_BY: Final = ["*", "automation.*", "automation.delivered"]


def announce(run: AutomationRun) -> None:
    """How a run stands now, to those who watch its automation. In the transaction of the change."""
    told = {"run": str(run.pk), "asset": str(run.asset_id), "status": run.status}
    record(f"automation:{run.automation_id}", AUTOMATION_RUN, told, team_id=run.team_id)


def listening(row: Automation) -> int:
    """How many webhooks of the team hear of a delivery."""
    on = Endpoint.objects.filter(team=row.team_id, status=EndpointStatus.ENABLED)
    return on.filter(patterns__overlap=HEARD_BY).count()


def announce_delivery(run: AutomationRun) -> None:
    row = run.automation
    told: dict[str, Any] = {
        "run": str(run.pk),
        "name": row.name,
        "approval": str(run.approval_id),
        "asset": str(run.asset_id),
        "result": str(run.result_id),
        "collection": str(row.collection_id) if row.collects else None,
        "cost": f"{run.cost:f}",
    }
    record(f"automation:{row.pk}", AUTOMATION_DELIVERED, told, team_id=row.team_id)


def tell_people(run: AutomationRun) -> None:
    """Who asked for the review, and the owners of the team; of many images once, until that is read."""
    row = run.automation
    if not row.tells_people:
        return
    failed = run.status == RunStatus.FAILED
    title = f"{row.name}: not delivered" if failed else f"{row.name}: delivered"
    subject = f"automation:{row.pk}"
    owners = User.objects.filter(pk__in=Membership.objects.filter(team=row.team_id, role=Role.OWNER).values("user"))
    people = {person.pk: person for person in [run.approval.requester, *owners]}
    # of what is shown: what only goes by mail is never read, and folded by the pace that its reader chose
    unread = Notification.objects.filter(kind=NEWS, subject=subject, title=title[:200], shown=True, read_at=None)
    for pk in unread.filter(user__in=list(people)).values_list("user", flat=True):
        people.pop(pk, None)
    said = f"{run.error['message']} {run.error['remedy']}".strip() if failed and run.error else ""
    notify(
        users=people.values(),
        kind=NEWS,
        subject=subject,
        title=title,
        body=said or f"{run.asset.title or 'An image'} was approved, and is ready to take away.",
        link=f"/teams/{row.team_id}/automations/{row.pk}",
        team_id=row.team_id,
    )
