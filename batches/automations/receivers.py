"""What automations hear from below: an image was approved, an approval was withdrawn, an enhancement has ended. In the
transaction of the change, which nothing that goes wrong here may undo: a job does it again, until it is done."""

import logging
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from batches.automations import running
from designer.jobs.services import enqueue
from enhancement.models import Enhancement
from enhancement.signals import enhancement_finished
from teams.review.approvals.models import Approval, Status
from teams.signals import approval_changed

log = logging.getLogger(__name__)


@receiver(approval_changed, dispatch_uid="automations.approval_changed")
def set_off(sender: object, approval: Approval, what: str, **_: Any) -> None:
    deed = None
    if what in ("answered", "settled") and approval.status == Status.APPROVED:
        deed = running.set_off
    elif what == "withdrawn":
        deed = running.withdraw
    if deed is None:
        return
    try:
        with transaction.atomic():
            deed(approval)
    except Exception:
        log.exception("automations could not follow approval %s; a job does it again", approval.pk)
        key = f"{running.SET_OFF}:{approval.pk}"
        enqueue(running.SET_OFF, {"approval_id": str(approval.pk)}, team_id=approval.team_id, lane="io", dedup_key=key)


@receiver(enhancement_finished, dispatch_uid="automations.enhancement_finished")
def go_on(sender: object, enhancement: Enhancement, **_: Any) -> None:
    try:
        with transaction.atomic():
            running.follow(enhancement)
    except Exception:
        log.exception("automations could not follow enhancement %s; they look again in a minute", enhancement.pk)
