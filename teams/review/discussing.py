"""What was said of something, as a page shows it: threads, the newest first, a page of them at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import HttpRequest
from django.utils.safestring import SafeString
from rest_framework.request import Request

from teams.accounts.models import User
from teams.base.ids import id_of
from teams.membership.models import Team
from teams.membership.permissions import may
from teams.review.markup import rendered
from teams.review.models import Comment, CommentQuerySet, Sign
from teams.review.services import LONGEST

PAGE: Final = 20  # threads
ANSWERS: Final = 30  # of a thread, the newest; of one that was asked for MOST
MOST: Final = 500


@dataclass(slots=True)
class Said:
    """A comment with its words as HTML and its signs as {sign, glyph, word, count, mine}."""

    row: Any  # a Comment as `told`
    html: SafeString
    signs: list[dict[str, Any]]


@dataclass(slots=True)
class Thread:
    """A comment and its answers. number: of its pin, the first of all being 1; 0 without one. place: where that is in
    the picture that is shown; lost: it is not in it; elsewhere: it was said of another version."""

    said: Said
    number: int
    answers: list[Said] = field(default_factory=list)
    place: dict[str, float] | None = None
    lost: bool = False
    elsewhere: bool = False

    @property
    def answer_rows(self) -> list[Any]:
        return [each.row for each in self.answers]

    @property
    def hidden(self) -> int:
        """How many of the answers, the earliest, are left out."""
        return max(0, int(self.said.row.answers) - len(self.answers))


def thread_of(request: HttpRequest | Request) -> UUID | None:
    """The thread that an address asks to begin with: `?thread=<id>`."""
    return id_of(request.GET.get("thread", ""))


def discussion(user: User, team: Team, about: Q, *, thread: UUID | None, open_to_words: bool) -> dict[str, Any]:
    """A page of the threads about something, and what this person may do there.

    about: which comments; thread: begin with this one where it is not among the newest, and show more of its answers;
    open_to_words: whether more may be said at all. The number of queries is the same for any number of comments.
    """
    rows = Comment.objects.visible_to(user).filter(about).standing().told(user)
    found, begun = _page(rows.filter(reply_to=None).annotate(number=_number(about)), thread)
    threads = {row.pk: Thread(_said(row), row.number if row.pin else 0) for row in found[:PAGE]}
    for row in _answers(rows, threads, thread):
        threads[row.reply_to_id].answers.append(_said(row))
    return {
        "threads": list(threads.values()),
        "older": found[PAGE].pk if len(found) > PAGE else None,
        "begun": begun,
        "longest": LONGEST,
        "glyphs": [(sign.value, sign.glyph, sign.label) for sign in Sign],
        "may_comment": open_to_words and may(user, "create_work", team),
        "may_remove": may(user, "edit_all_work", team),
    }


def _page(rows: CommentQuerySet, thread: UUID | None) -> tuple[list[Any], UUID | None]:
    """The threads of the page and one more, and the thread that it begins with where these are not the newest."""
    rows = rows.order_by("-created_at", "-id")
    found = list(rows[: PAGE + 1])
    if thread is None or thread in {row.pk for row in found[:PAGE]}:
        return found, None
    first = rows.filter(pk=thread).values_list("created_at", "pk").first()
    if first is None:
        return found, None
    when, pk = first
    beyond = list(rows.filter(Q(created_at__lt=when) | Q(created_at=when, pk__lte=pk))[: PAGE + 1])
    return (beyond, thread) if beyond else (found, None)


def _number(about: Q) -> Any:
    """Counted among all pins, those taken back too: a pin keeps its number whatever becomes of the others."""
    older = Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lte=OuterRef("pk"))
    pins = Comment.objects.filter(about, older, reply_to=None, pin_x__isnull=False).order_by()
    counted = pins.annotate(one=F("team")).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _answers(rows: CommentQuerySet, threads: Iterable[UUID], thread: UUID | None) -> list[Any]:
    latest = [F("created_at").desc(), F("pk").desc()]
    ranked = rows.filter(reply_to__in=list(threads)).annotate(
        rank=Window(RowNumber(), partition_by=F("reply_to"), order_by=latest)
    )
    shown = ranked.filter(Q(rank__lte=ANSWERS) | Q(reply_to=thread, rank__lte=MOST))
    return list(shown.order_by("created_at", "pk"))


def _said(row: Any) -> Said:
    words = rendered(row.shown_text, [each["name"] for each in row.named])
    signs = [(each, Sign(each["sign"])) for each in row.signs]
    return Said(row, words, [{**each, "glyph": sign.glyph, "word": sign.label} for each, sign in signs])
