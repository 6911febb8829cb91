# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: personas."""

from typing import Literal, Unpack

from designer_bff import types
from designer_bff._sync.http import Caller
from designer_bff._sync.pages import Pages
from designer_bff.saying import quoted, said


class PersonasCalls(Caller):
    def learned_weights(
        self,
        *,
        about: Literal["attribute", "model"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        persona: str | None = None,
        search: str | None = None,
        team: str | None = None,
    ) -> Pages[types.Weight]:
        """What was learned: each weight with its basis."""
        return Pages(
            self,
            "/learning",
            query={
                "about": about,
                "ordering": ordering,
                "page_size": page_size,
                "persona": persona,
                "search": search,
                "team": team,
            },
        )

    def revert_weight(self, weight_id: str, *, idempotency_key: str | None = None) -> types.Act:
        """Forget all that was learned for one weight. The answer is what was done; it can be undone."""
        answer: types.Act = self.call("POST", f"/learning/{quoted(weight_id)}/revert", idempotency_key=idempotency_key)
        return answer

    def learning_acts(
        self,
        *,
        kind: Literal["give", "revert", "undo", "withdraw"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        owner: str | None = None,
        page_size: int | None = None,
        search: str | None = None,
        team: str | None = None,
    ) -> Pages[types.Act]:
        """What people did to feedback and to what was learned, with every weight that moved by it."""
        return Pages(
            self,
            "/learning/acts",
            query={
                "kind": kind,
                "ordering": ordering,
                "owner": owner,
                "page_size": page_size,
                "search": search,
                "team": team,
            },
        )

    def weight_moves(
        self,
        *,
        act: str | None = None,
        key: str | None = None,
        kind: Literal["give", "revert", "undo", "withdraw"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        team: str | None = None,
    ) -> Pages[types.WeightMove]:
        """What moved, by how much and by whose act; the newest first."""
        return Pages(
            self,
            "/learning/moves",
            query={
                "act": act,
                "key": key,
                "kind": kind,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "team": team,
            },
        )

    def revert_weight_move(self, move_id: str, *, idempotency_key: str | None = None) -> types.Act:
        """Let the feedback behind one move no longer count for that weight; it goes on counting for the others."""
        answer: types.Act = self.call(
            "POST", f"/learning/moves/{quoted(move_id)}/revert", idempotency_key=idempotency_key
        )
        return answer

    def revert_learning(
        self, *, idempotency_key: str | None = None, **more: Unpack[types.RevertLearningWish]
    ) -> types.Act:
        """Forget all that a team, or one persona, has learned. It can be undone."""
        answer: types.Act = self.call("POST", "/learning/revert", body=said({**more}), idempotency_key=idempotency_key)
        return answer

    def learning_settings(self, *, team: str | None = None) -> types.Settings:
        """How a team is learned from: the share of prompts and routes that try something unproven (0 = never)."""
        answer: types.Settings = self.call("GET", "/learning/settings", query={"team": team})
        return answer

    def change_learning_settings(self, **more: Unpack[types.ChangeLearningSettingsWish]) -> types.Settings:
        """For owners and admins of the team."""
        answer: types.Settings = self.call("PATCH", "/learning/settings", body=said({**more}))
        return answer

    def personas(
        self,
        *,
        from_pictures: bool | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        starter: bool | None = None,
    ) -> Pages[types.Persona]:
        """List personas, or make one from words."""
        return Pages(
            self,
            "/personas",
            query={
                "from_pictures": from_pictures,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "starter": starter,
            },
        )

    def create_persona(
        self, name: str, *, idempotency_key: str | None = None, **more: Unpack[types.CreatePersonaWish]
    ) -> types.PersonaMade:
        """List personas, or make one from words."""
        answer: types.PersonaMade = self.call(
            "POST", "/personas", body=said({"name": name, **more}), idempotency_key=idempotency_key
        )
        return answer

    def persona(self, persona_id: str) -> types.Persona:
        """One persona."""
        answer: types.Persona = self.call("GET", f"/personas/{quoted(persona_id)}")
        return answer

    def change_persona(
        self, persona_id: str, *, if_match: str, **more: Unpack[types.ChangePersonaWish]
    ) -> types.Persona:
        """Change what is given. For its maker, owners and admins; needs If-Match."""
        answer: types.Persona = self.call(
            "PATCH", f"/personas/{quoted(persona_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    def delete_persona(self, persona_id: str) -> None:
        """Delete it. If you began with it, you begin with the one you used last from now on, else with the team's
        newest: `GET /api/personas/default` says which. Without one where it was the team's last.
        """
        self.call("DELETE", f"/personas/{quoted(persona_id)}")

    def persona_drift(self, persona_id: str, *, basis: Literal["liked", "made"] | None = None) -> types.Drift:
        """The persona's profile against what was liked, or made, with it, month by month."""
        answer: types.Drift = self.call("GET", f"/personas/{quoted(persona_id)}/drift", query={"basis": basis})
        return answer

    def duplicate_persona(
        self, persona_id: str, *, idempotency_key: str | None = None, **more: Unpack[types.DuplicatePersonaWish]
    ) -> types.Persona:
        """A copy to go on from."""
        answer: types.Persona = self.call(
            "POST", f"/personas/{quoted(persona_id)}/duplicate", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    def match_persona(self, persona_id: str, brief: str, *, idempotency_key: str | None = None) -> types.MatchAnswer:
        """How near a brief is to a persona, by its parts, and what the persona would add to it. Changes nothing."""
        answer: types.MatchAnswer = self.call(
            "POST",
            f"/personas/{quoted(persona_id)}/match",
            body=said({"brief": brief}),
            idempotency_key=idempotency_key,
        )
        return answer

    def default_persona(self, *, team: str | None = None) -> types.DefaultAnswer:
        """The persona that you begin with in a team: one at most, and yours alone."""
        answer: types.DefaultAnswer = self.call("GET", "/personas/default", query={"team": team})
        return answer

    def set_default_persona(
        self, persona: str | None, **more: Unpack[types.SetDefaultPersonaWish]
    ) -> types.DefaultAnswer:
        """The persona that you begin with in a team: one at most, and yours alone."""
        answer: types.DefaultAnswer = self.call("PUT", "/personas/default", body=said({"persona": persona, **more}))
        return answer

    def merge_personas(
        self, personas: list[str], *, idempotency_key: str | None = None, **more: Unpack[types.MergePersonasWish]
    ) -> types.Persona:
        """One persona of several; each counts by the pictures behind it, one made of words as three."""
        answer: types.Persona = self.call(
            "POST", "/personas/merge", body=said({"personas": personas, **more}), idempotency_key=idempotency_key
        )
        return answer

    def portfolios(
        self,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        status: list[Literal["cancelled", "failed", "partial", "queued", "running", "succeeded"]] | None = None,
        team: str | None = None,
    ) -> Pages[types.Portfolio]:
        """List portfolios, or send one."""
        return Pages(
            self,
            "/portfolios",
            query={"ordering": ordering, "page_size": page_size, "search": search, "status": status, "team": team},
        )

    def portfolio(self, portfolio_id: str) -> types.Portfolio:
        """One portfolio: how far it is, and the looks once it is done."""
        answer: types.Portfolio = self.call("GET", f"/portfolios/{quoted(portfolio_id)}")
        return answer

    def cancel_portfolio(self, portfolio_id: str, *, idempotency_key: str | None = None) -> types.Portfolio:
        """Stop at the next file; what was read stays among the references. Asking twice is harmless."""
        answer: types.Portfolio = self.call(
            "POST", f"/portfolios/{quoted(portfolio_id)}/cancel", idempotency_key=idempotency_key
        )
        return answer

    def forget_portfolio(self, portfolio_id: str, *, idempotency_key: str | None = None) -> types.Portfolio:
        """Delete what was sent with a portfolio that stopped; what was read stays. Asking twice is harmless."""
        answer: types.Portfolio = self.call(
            "POST", f"/portfolios/{quoted(portfolio_id)}/forget", idempotency_key=idempotency_key
        )
        return answer

    def portfolio_items(
        self,
        portfolio_id: str,
        *,
        cluster: int | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        status: list[Literal["duplicate", "ignored", "read", "refused", "waiting"]] | None = None,
    ) -> Pages[types.PortfolioItem]:
        """Every file of a portfolio and what became of it."""
        return Pages(
            self,
            f"/portfolios/{quoted(portfolio_id)}/items",
            query={
                "cluster": cluster,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "status": status,
            },
        )

    def personas_from_portfolio(
        self, portfolio_id: str, clusters: list[types.PickRequestRequest], *, idempotency_key: str | None = None
    ) -> list[types.Persona]:
        """Make personas of the looks that were picked."""
        answer: list[types.Persona] = self.call(
            "POST",
            f"/portfolios/{quoted(portfolio_id)}/personas",
            body=said({"clusters": clusters}),
            idempotency_key=idempotency_key,
        )
        return answer

    def resume_portfolio(self, portfolio_id: str, *, idempotency_key: str | None = None) -> types.Portfolio:
        """Go on with a cancelled portfolio where it stopped. What was sent is kept for a week, of the three that a
        team stopped last.
        """
        answer: types.Portfolio = self.call(
            "POST", f"/portfolios/{quoted(portfolio_id)}/resume", idempotency_key=idempotency_key
        )
        return answer
