"""Messages of the services: they only hasten a look, which stays the one source of what happened.

A message must be proved, and be of the last minutes; the same one again changes nothing. Nothing of it is believed but
which work it is about, and the address says which purchase of ours that is.
"""

import logging
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from designer.jobs.services import hear
from enhancement.remote import registry
from enhancement.remote.base import HookRefused
from teams.base.errors import Forbidden, Missing

log = logging.getLogger(__name__)


@csrf_exempt  # it comes from a service, which proves itself by its signature
@require_POST
def receive(request: HttpRequest, service: str, attempt: UUID) -> HttpResponse:
    """204 for every proved message, also where nothing waits for it any more: the service need not send it again."""
    if service not in registry.SERVICES or not _listens_to(service):
        raise Missing(message="There is no such service.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        reference = registry.service(service).heard(headers, request.body, timezone.now())
    except HookRefused as refused:
        log.warning("hook_refused", extra={"service": service, "reason": str(refused)})
        raise Forbidden(
            message="This message is not proved.", remedy="Sign it as the service does, just now."
        ) from None
    hear(attempt, provider=service, reference=reference)
    return HttpResponse(status=204)


def _listens_to(name: str) -> bool:
    """Whether a service may have work of ours, and a way to prove what it says: to others nothing is answered."""
    service = registry.service(name)
    return service.is_ready() and service.tells()
