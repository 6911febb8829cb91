"""A session as others are told of it: the truth now, one image of it, its clock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.urls import reverse

from designer.assets.models import Asset
from designer.realtime.payloads import SessionTally, SessionTimer
from designer.sessions.models import Choice, ReviewSession, SessionImage, SessionVote
from teams.accounts.models import User

Json = dict[str, Any]
NOBODY: Final = {"id": None, "name": ""}


def database_time() -> datetime:
    """Now, by the one clock that all web nodes share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def full_time(session: ReviewSession) -> int:
    """Seconds for the image shown; 0: as many as one likes."""
    own = session.present.seconds if session.present else None
    return session.seconds if own is None else own


def timer_of(session: ReviewSession, now: datetime) -> SessionTimer:
    running = session.ends_at is not None
    left = (session.ends_at - now).total_seconds() if session.ends_at else session.left
    return {
        "seconds": full_time(session),
        "running": running,
        "ends_at": session.ends_at.isoformat() if session.ends_at else None,
        "left": round(max(0.0, left), 1),
        "at": now.isoformat(),
    }


def tally_of(image: SessionImage) -> SessionTally:
    found = {str(choice): 0 for choice in Choice.values}
    for choice in SessionVote.objects.filter(image=image).values_list("choice", flat=True):
        found[choice] += 1
    return {"yes": found["yes"], "no": found["no"], "perhaps": found["perhaps"]}


def open_votes(session: ReviewSession, image: SessionImage) -> bool:
    """Whether everybody may see who voted what on it."""
    return not session.votes_hidden or image.revealed


def state_of(session: ReviewSession) -> Json:
    """The truth now, the same for everybody."""
    shown, who, now = session.present, session.presenter, database_time()
    return {
        "id": str(session.pk),
        "title": session.title,
        "status": session.status,
        "collection": str(session.collection_id) if session.collection_id else None,
        "presenter": {"id": str(who.pk), "name": who.shown_name} if who else NOBODY,
        "present": {"asset": str(shown.asset_id), "position": shown.position} if shown and shown.asset_id else None,
        "images": session.images.count(),
        "votes_hidden": session.votes_hidden,
        "timer": timer_of(session, now),
        "now": now.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
    }


def images_of(session: ReviewSession, user: User, rows: Iterable[SessionImage]) -> list[Json]:
    """Images of the agenda (rows as `told` reads them), each with what `user` voted and, where open, all votes."""
    found = list(rows)
    mine = {vote.image_id: vote for vote in SessionVote.objects.filter(image__in=[row.pk for row in found], voter=user)}
    return [_image(session, row, mine.get(row.pk)) for row in found]


def image_of(session: ReviewSession, user: User, asset_id: UUID) -> Json | None:
    """One image with all that may be told of the votes on it; None where the session does not have it."""
    row = session.images.told().filter(asset=asset_id).first()
    if row is None:
        return None
    told = images_of(session, user, [row])[0]
    votes = SessionVote.objects.filter(image=row).select_related("voter").order_by("created_at", "pk")
    shown = open_votes(session, row)
    told["votes"] = [
        {
            "user": str(vote.voter_id),
            "name": vote.voter.shown_name,
            "choice": vote.choice if shown else None,
            "note": vote.note if shown else "",
        }
        for vote in votes
    ]
    return told


def _image(session: ReviewSession, row: SessionImage, mine: SessionVote | None) -> Json:
    asset: Asset | None = row.asset
    tally, face = row.tally, (asset.chosen or asset) if asset else None
    return {
        "asset": str(row.asset_id) if asset else None,
        "position": row.position,
        "title": row.title,
        "gone": row.gone,
        "seconds": row.seconds,
        "width": face.width if face else None,
        "height": face.height if face else None,
        "transparent": face.is_clear if face else None,
        "url": reverse("api_asset_content", args=[face.pk]) if face else None,
        "thumbnail": reverse("api_asset_thumbnail", args=[face.pk]) if face else None,
        "voted": sum(tally.values()),
        "tally": tally if open_votes(session, row) else None,
        "mine": {"choice": mine.choice, "note": mine.note} if mine else None,
    }
