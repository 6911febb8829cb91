"""The comments of a page as a part of it: read, said, answered, changed, resolved, reacted to and taken back there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.base.ids import named
from teams.membership.models import Team
from teams.review import services
from teams.review.discussing import discussion, thread_of


@dataclass(frozen=True, slots=True)
class Panel:
    """address: of the part, page: of the page that it is on; subject: the channels that it listens to; about: of what
    a new comment on it is, in answer to the one named; facts: what its templates need, begun at a thread."""

    address: str
    page: str
    team: Team
    subject: str
    about: Callable[[UUID | None], tuple[str, UUID]]
    facts: Callable[[UUID | None], dict[str, Any]]

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """What `teams/review/_discussion.html` needs."""
        thread = thread_of(request)
        facts = self.facts(thread)
        query = f"?thread={thread}" if thread else ""
        members = reverse("api_members", args=[self.team.pk])
        return {
            **facts,
            "panel": f"{self.address}{query}",
            "panel_start": self.address,
            "panel_page": self.page,
            "panel_subject": self.subject,
            "panel_members": members,
        }

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The part; a POST first does what it says in `act`."""
        if request.method == "POST":
            try:
                self._do(request)
            except Missing:
                raise
            except Refused as refused:
                return self._refused(request, refused)
        if request.headers.get("X-Partial") == "1":
            return render(request, "teams/review/_comments.html", self.context(request))
        return self._back(request)

    def _do(self, request: HttpRequest) -> None:
        said, actor = request.POST, person(request)
        act, _, sign = said.get("act", "").partition(" ")
        if act in ("remove", "resolve", "reopen", "react", "unreact"):
            comment = named(said.get("comment", ""))
            if act == "remove":
                services.remove_comment(actor=actor, comment_id=comment)
            elif act in ("resolve", "reopen"):
                services.settle(actor=actor, comment_id=comment, resolved=act == "resolve")
            else:
                services.react(actor=actor, comment_id=comment, sign=sign, given=act == "react")
        elif said.get("comment"):
            # the page shows what is there: words typed on it are meant for the comment as it is by now
            services.change_comment(
                actor=actor, comment_id=named(said["comment"]), text=said.get("text", ""), if_match="*"
            )
        else:
            self._say(request)

    def _say(self, request: HttpRequest) -> None:
        said = request.POST
        answered = named(said["reply_to"]) if said.get("reply_to") else None
        services.write_comment(
            actor=person(request),
            team_id=self.team.pk,
            about=self.about(answered),
            text=said.get("text", ""),
            pin=_pin(request),
            reply_to=answered,
        )

    def _back(self, request: HttpRequest) -> HttpResponse:
        thread = thread_of(request)
        return redirect(f"{self.page}?thread={thread}#comments" if thread else f"{self.page}#comments")

    def _refused(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        words = f"{refused.message} {refused.remedy}".strip()
        if request.headers.get("X-Partial") == "1":
            return HttpResponse(words, status=refused.status, content_type="text/plain; charset=utf-8")
        messages.error(request, words)
        return self._back(request)


def panel_of(user: User, kind: str, thing: Any) -> Panel:
    """The panel of a collection or a batch, on the page of its name."""
    open_to_words = getattr(thing, "trashed_at", None) is None

    def facts(thread: UUID | None) -> dict[str, Any]:
        return discussion(user, thing.team, Q(**{kind: thing.pk}), thread=thread, open_to_words=open_to_words)

    return Panel(
        address=reverse(f"{kind}_comments", args=[thing.pk]),
        page=reverse(kind, args=[thing.pk]),
        team=thing.team,
        subject=f"{kind}:{thing.pk}",
        about=lambda answered: (kind, thing.pk),
        facts=facts,
    )


def _pin(request: HttpRequest) -> services.Pin | None:
    """The spot or region that the form names; none where it holds no two numbers."""
    x, y, width, height = (_number(request.POST.get(f"pin_{side}", "")) for side in ("x", "y", "width", "height"))
    return None if x is None or y is None else services.Pin(x, y, width, height)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
