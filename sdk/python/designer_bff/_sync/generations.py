# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: generations."""

from typing import Literal, Unpack

from designer_bff import types
from designer_bff._sync.http import Caller
from designer_bff._sync.pages import Pages
from designer_bff.saying import UNSET, Unset, quoted, said


class GenerationsCalls(Caller):
    def feedback_given(
        self,
        *,
        asset: str | None = None,
        generation: str | None = None,
        kind: Literal["comment", "dislike", "like", "pick", "rating"] | None = None,
        mine: bool | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        team: str | None = None,
    ) -> Pages[types.Feedback]:
        """List feedback, or say the same of several images."""
        return Pages(
            self,
            "/feedback",
            query={
                "asset": asset,
                "generation": generation,
                "kind": kind,
                "mine": mine,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "team": team,
            },
        )

    def feedback_on(
        self,
        assets: list[str],
        kind: types.FeedbackKindEnum,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.FeedbackOnWish],
    ) -> types.Given:
        """All images of one team or none; each fault names its place in `assets`."""
        answer: types.Given = self.call(
            "POST", "/feedback", body=said({"assets": assets, "kind": kind, **more}), idempotency_key=idempotency_key
        )
        return answer

    def undo_feedback(self, act: str | Unset | None = UNSET, *, idempotency_key: str | None = None) -> types.Act:
        """Undo your last feedback, given or withdrawn, or the act named; an undo can be undone."""
        answer: types.Act = self.call(
            "POST", "/feedback/undo", body=said({"act": act}), idempotency_key=idempotency_key
        )
        return answer

    def generations(
        self,
        *,
        model: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        provider: str | None = None,
        search: str | None = None,
        status: Literal["cancelled", "failed", "partial", "queued", "running", "succeeded"] | None = None,
        team: str | None = None,
        trashed: bool | None = None,
    ) -> Pages[types.Generation]:
        """List generations, or ask for a new one."""
        return Pages(
            self,
            "/generations",
            query={
                "model": model,
                "ordering": ordering,
                "page_size": page_size,
                "provider": provider,
                "search": search,
                "status": status,
                "team": team,
                "trashed": trashed,
            },
        )

    def generate(
        self, brief: str | Unset = UNSET, *, idempotency_key: str | None = None, **more: Unpack[types.GenerateWish]
    ) -> types.Generation:
        """List generations, or ask for a new one."""
        answer: types.Generation = self.call(
            "POST", "/generations", body=said({"brief": brief, **more}), idempotency_key=idempotency_key
        )
        return answer

    def generation(self, generation_id: str) -> types.Generation:
        """One generation; DELETE moves it and its images to the trash for 30 days."""
        answer: types.Generation = self.call("GET", f"/generations/{quoted(generation_id)}")
        return answer

    def delete_generation(self, generation_id: str) -> None:
        """One generation; DELETE moves it and its images to the trash for 30 days."""
        self.call("DELETE", f"/generations/{quoted(generation_id)}")

    def cancel_generation(self, generation_id: str, *, idempotency_key: str | None = None) -> types.Generation:
        """Stop a generation at its next safe point. What was finished stays; asking twice is harmless."""
        answer: types.Generation = self.call(
            "POST", f"/generations/{quoted(generation_id)}/cancel", idempotency_key=idempotency_key
        )
        return answer

    def mark_favourite(self, generation_id: str) -> None:
        """Keep a prompt as a favourite of yours (PUT), or let it go (DELETE). Both may be sent twice."""
        self.call("PUT", f"/generations/{quoted(generation_id)}/favourite")

    def unmark_favourite(self, generation_id: str) -> None:
        """Keep a prompt as a favourite of yours (PUT), or let it go (DELETE). Both may be sent twice."""
        self.call("DELETE", f"/generations/{quoted(generation_id)}/favourite")

    def feedback(
        self,
        generation_id: str,
        kind: types.FeedbackKindEnum,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.FeedbackWish],
    ) -> types.Feedback:
        """Say what you think of an image. The answer shows every weight that moved."""
        answer: types.Feedback = self.call(
            "POST",
            f"/generations/{quoted(generation_id)}/feedback",
            body=said({"kind": kind, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def delete_feedback(self, generation_id: str, kind: str, *, asset: str | None = None) -> None:
        """Take your feedback back, and all that it moved. `?asset=` names the image; else the first."""
        self.call("DELETE", f"/generations/{quoted(generation_id)}/feedback/{quoted(kind)}", query={"asset": asset})

    def restore_generation(self, generation_id: str, *, idempotency_key: str | None = None) -> types.Generation:
        """Take a generation and its images out of the trash."""
        answer: types.Generation = self.call(
            "POST", f"/generations/{quoted(generation_id)}/restore", idempotency_key=idempotency_key
        )
        return answer

    def retry_generation(self, generation_id: str, *, idempotency_key: str | None = None) -> types.Generation:
        """Try a generation again that failed, or came in part: for the images that are missing. What came stays,
        and what may have been paid for is not bought a second time. One of a batch is retried there.
        """
        answer: types.Generation = self.call(
            "POST", f"/generations/{quoted(generation_id)}/retry", idempotency_key=idempotency_key
        )
        return answer

    def generation_understood(self, generation_id: str) -> types.Understood:
        """What a generation was understood as."""
        answer: types.Understood = self.call("GET", f"/generations/{quoted(generation_id)}/understood")
        return answer

    def correct_generation(
        self, generation_id: str, *, if_match: str, **more: Unpack[types.CorrectGenerationWish]
    ) -> types.Understood:
        """Correct it. Its images stay; the same brief or picture is read by your values from now on."""
        answer: types.Understood = self.call(
            "PATCH", f"/generations/{quoted(generation_id)}/understood", body=said({**more}), if_match=if_match
        )
        return answer

    def preview(
        self, brief: str | Unset = UNSET, *, idempotency_key: str | None = None, **more: Unpack[types.PreviewWish]
    ) -> types.Preview:
        """What a request would be understood as, its prompt and its price. Nothing is written or spent."""
        answer: types.Preview = self.call(
            "POST", "/generations/preview", body=said({"brief": brief, **more}), idempotency_key=idempotency_key
        )
        return answer

    def models(
        self,
        *,
        family: str | None = None,
        kind: Literal["enhancement", "image", "language"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        provider: str | None = None,
    ) -> Pages[types.Model]:
        """Models that may be used today."""
        return Pages(
            self,
            "/models",
            query={"family": family, "kind": kind, "ordering": ordering, "page_size": page_size, "provider": provider},
        )

    def prompts(
        self,
        *,
        favourite: bool | None = None,
        model: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        provider: str | None = None,
        search: str | None = None,
    ) -> Pages[types.Prompt]:
        """What was asked before, with what it became as a prompt; `favourite` says which ones you keep."""
        return Pages(
            self,
            "/prompts",
            query={
                "favourite": favourite,
                "model": model,
                "ordering": ordering,
                "page_size": page_size,
                "provider": provider,
                "search": search,
            },
        )
