"""What the tests of batches say again and again."""

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from batches.models import Batch
from designer.jobs.claims import promote_due
from designer.jobs.models import Job
from designer.personas.models import LearningSettings
from tests import work

BRIEF = "a plain coat"


def plan(brief: str = BRIEF, **parts: Any) -> dict[str, Any]:
    return {"base": {"brief": brief}, **parts}


def drawn_plan(variations: int = 1, **base: Any) -> dict[str, Any]:
    """Of items that only the scripted model may make."""
    return {"base": {"brief": "a coat", "provider": "scripted", "model": "one", **base}, "variations": variations}


def generate(client: Any, said: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post("/api/batch/generate", {"plan": plan() if said is None else said, **more}, format="json")


def made(client: Any, said: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The accepted batch, nothing of it run yet."""
    answer = generate(client, said, **more)
    assert answer.status_code == 202, answer.content
    body: dict[str, Any] = answer.json()
    return body


def work_off(*lanes: str) -> int:
    """As a worker does: what is ready, and what has become due meanwhile; how many jobs."""
    done = 0
    while True:
        promote_due()
        some = work.work_off(*lanes)
        if not some:
            return done
        done += some


def try_again_now() -> None:
    """What waits to be tried again is due."""
    Job.objects.filter(status="retrying").update(scheduled_at=timezone.now() - timedelta(seconds=1))


def run_out(client: Any, said: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The batch after all that is queued was done."""
    pk = made(client, said, **more)["id"]
    work_off()
    return look(client, pk)


def look(client: Any, pk: str) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"/api/batch/{pk}").json()
    return body


def items(client: Any, pk: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/batch/{pk}/items", query).json()["results"]
    return found


def statuses(pk: str) -> dict[str, int]:
    row = Batch.objects.get(pk=pk)
    return {name: count for name, count in row.counts().items() if count and name != "total"}


def invariants_hold() -> bool:
    call_command("check_invariants")
    return True


def unexplored(told: dict[str, Any]) -> str:
    """The batch, none of whose routes is drawn by lot."""
    LearningSettings.objects.update_or_create(team_id=told["team"], defaults={"exploration": 0})
    return str(told["id"])
