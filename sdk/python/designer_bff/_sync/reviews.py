# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: reviews."""

from pathlib import Path
from typing import Literal, Unpack

from designer_bff import types
from designer_bff._sync.http import Caller
from designer_bff._sync.pages import Pages
from designer_bff.saying import StrPath, quoted, said


class ReviewsCalls(Caller):
    def session(self, session_id: str) -> types.SessionAnswer:
        """What is shown now, who presents, and the clock."""
        answer: types.SessionAnswer = self.call("GET", f"/sessions/{quoted(session_id)}")
        return answer

    def attend_session(self, session_id: str) -> types.AttendedAnswer:
        """Say every 5 s that you are there: the summary lists you, and nobody takes over from you."""
        answer: types.AttendedAnswer = self.call("PUT", f"/sessions/{quoted(session_id)}/attendance")
        return answer

    def end_session(self, session_id: str, *, idempotency_key: str | None = None) -> types.SummaryAnswer:
        """End it and keep its summary. For the presenter, who began it, and admins."""
        answer: types.SummaryAnswer = self.call(
            "POST", f"/sessions/{quoted(session_id)}/end", idempotency_key=idempotency_key
        )
        return answer

    def session_images(
        self, session_id: str, *, after: int | None = None, limit: int | None = None
    ) -> Pages[types.AgendaImage]:
        """The agenda, in order."""
        return Pages(self, f"/sessions/{quoted(session_id)}/images", query={"after": after, "limit": limit})

    def session_image(self, session_id: str, asset_id: str) -> types.AgendaImageInFull:
        """One image of the agenda, with who voted, and what, where that is open."""
        answer: types.AgendaImageInFull = self.call("GET", f"/sessions/{quoted(session_id)}/images/{quoted(asset_id)}")
        return answer

    def present_image(self, session_id: str, asset: str, *, idempotency_key: str | None = None) -> types.SessionAnswer:
        """Show an image to everybody. For the presenter."""
        answer: types.SessionAnswer = self.call(
            "POST",
            f"/sessions/{quoted(session_id)}/present",
            body=said({"asset": asset}),
            idempotency_key=idempotency_key,
        )
        return answer

    def hand_over_session(
        self, session_id: str, user: str, *, idempotency_key: str | None = None
    ) -> types.SessionAnswer:
        """Hand over to a member who may present; or take over, when the presenter has been gone for 15 s."""
        answer: types.SessionAnswer = self.call(
            "POST",
            f"/sessions/{quoted(session_id)}/presenter",
            body=said({"user": user}),
            idempotency_key=idempotency_key,
        )
        return answer

    def reveal_votes(
        self, session_id: str, asset: str, *, idempotency_key: str | None = None
    ) -> types.AgendaImageInFull:
        """Show everybody the votes on an image. For the presenter."""
        answer: types.AgendaImageInFull = self.call(
            "POST",
            f"/sessions/{quoted(session_id)}/reveal",
            body=said({"asset": asset}),
            idempotency_key=idempotency_key,
        )
        return answer

    def session_summary(
        self, session_id: str, target: StrPath, *, format: Literal["csv", "json", "pdf"] | None = None
    ) -> Path:
        """Who was there and what was voted, once the session has ended."""
        return self.save(target, f"/sessions/{quoted(session_id)}/summary", query={"format": format})

    def set_session_timer(
        self,
        session_id: str,
        action: types.TimerWishActionEnum,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.SetSessionTimerWish],
    ) -> types.SessionAnswer:
        """Start, pause or reset the clock of the image shown. For the presenter."""
        answer: types.SessionAnswer = self.call(
            "POST",
            f"/sessions/{quoted(session_id)}/timer",
            body=said({"action": action, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def vote_in_session(
        self,
        session_id: str,
        asset: str,
        choice: types.SessionVoteEnum | types.NullEnum,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.VoteInSessionWish],
    ) -> types.AgendaImageInFull:
        """Vote on an image, change that, or take it back. For editors and above, until the session ends."""
        answer: types.AgendaImageInFull = self.call(
            "POST",
            f"/sessions/{quoted(session_id)}/votes",
            body=said({"asset": asset, "choice": choice, **more}),
            idempotency_key=idempotency_key,
        )
        return answer
