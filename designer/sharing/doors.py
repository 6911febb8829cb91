"""The two ways to a share: by a link, for who has no account and holds a ticket; and signed in, for whom it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from designer.sharing.pictures import Picture, is_shown, shown_width
from teams.accounts.people import person
from teams.accounts.proofs import by_session
from teams.base.errors import Missing
from teams.sharing import entering, talking, tickets
from teams.sharing.models import Share


@dataclass(frozen=True, slots=True)
class Door:
    """name: how its addresses begin; base: the page around what is shown; admit: the share, open, to who asks now, or
    Missing; goes_on: whether it still lets them download, one image of it if that is named, asked anew as long as a
    file is on its way."""

    name: str
    base: str
    admit: Callable[[HttpRequest, UUID], Share]
    goes_on: Callable[[HttpRequest, UUID, UUID | None], bool]

    def page(self, share: Share) -> str:
        return reverse(self.name, args=[share.pk])

    def archive(self, share: Share) -> str:
        return reverse(f"{self.name}_archive", args=[share.pk])

    def told(self, share: Share, picture: Picture) -> dict[str, Any]:
        """What a template needs of one picture."""
        ids = [share.pk, picture.pk]
        asset = picture.asset
        return {
            "label": picture.label,
            "alt": picture.label if share.with_briefs or not share.name else f"{picture.label} of {share.name}",
            "brief": picture.brief,
            "maker": picture.maker,
            "page": reverse(f"{self.name}_image", args=ids),
            "file": reverse(f"{self.name}_picture", args=ids),
            "download": reverse(f"{self.name}_download", args=ids) if share.may_download else "",
            "width": asset.width,
            "height": asset.height,
            "smaller": not share.may_download and shown_width(asset) < asset.width,
        }


def _by_ticket(request: HttpRequest, share_id: UUID) -> Share:
    found = tickets.held(request, share_id)
    if found is None or not found.is_open:
        raise entering.nothing()
    return found.share


def _ticket_holds(request: HttpRequest, share_id: UUID, image_id: UUID | None = None) -> bool:
    try:
        return _lets(_by_ticket(request, share_id), image_id)
    except Missing:
        return False


def _signed_in(request: HttpRequest, share_id: UUID) -> Share:
    return talking.share_of(person(request), share_id)


def _still_signed_in(request: HttpRequest, share_id: UUID, image_id: UUID | None = None) -> bool:
    found = by_session(request.session.session_key or "")
    if found is None:
        return False
    share = Share.objects.standing().reaching(found[0]).told().filter(pk=share_id).first()
    return share is not None and _lets(share, image_id)


def _lets(share: Share, image_id: UUID | None) -> bool:
    return share.may_download and (image_id is None or is_shown(share, image_id))


BY_LINK = Door("link", "designer/sharing/outside.html", _by_ticket, _ticket_holds)
SIGNED_IN = Door("shared", "designer/sharing/inside.html", _signed_in, _still_signed_in)
