# Written by `manage.py write_contracts` from the API description. Change that, not this.

"""Calls of the API: enhancements."""

from pathlib import Path
from typing import Any, Literal, Unpack

from designer_bff import types
from designer_bff._async.http import Caller
from designer_bff._async.pages import AsyncPages
from designer_bff.saying import UNSET, StrPath, Unset, quoted, said


class EnhancementsCalls(Caller):
    def enhancements(
        self,
        *,
        asset: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        status: Literal["cancelled", "failed", "queued", "running", "succeeded"] | None = None,
        team: str | None = None,
    ) -> AsyncPages[types.Enhancement]:
        """The enhancements of your teams, the newest first; `search` looks at titles, presets and operations."""
        return AsyncPages(
            self,
            "/enhance",
            query={
                "asset": asset,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "status": status,
                "team": team,
            },
        )

    async def enhancement(self, enhancement_id: str) -> types.Enhancement:
        """GET follows an enhancement by its id; POST enhances an image of the generation (or the asset) of that
        id.
        """
        answer: types.Enhancement = await self.call("GET", f"/enhance/{quoted(enhancement_id)}")
        return answer

    async def enhance(
        self,
        subject_id: str,
        operations: list[dict[str, Any]] | Unset | None = UNSET,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.EnhanceWish],
    ) -> types.Enhancement:
        """GET follows an enhancement by its id; POST enhances an image of the generation (or the asset) of that
        id.
        """
        answer: types.Enhancement = await self.call(
            "POST",
            f"/enhance/{quoted(subject_id)}",
            body=said({"operations": operations, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    async def cancel_enhancement(self, enhancement_id: str, *, idempotency_key: str | None = None) -> types.Enhancement:
        """Stop at the next tile. Asking twice is harmless."""
        answer: types.Enhancement = await self.call(
            "POST", f"/enhance/{quoted(enhancement_id)}/cancel", idempotency_key=idempotency_key
        )
        return answer

    async def retry_enhancement(
        self, enhancement_id: str, *, idempotency_key: str | None = None, **more: Unpack[types.RetryEnhancementWish]
    ) -> types.Enhancement:
        """The same again, after it failed or was cancelled: a new enhancement."""
        answer: types.Enhancement = await self.call(
            "POST", f"/enhance/{quoted(enhancement_id)}/retry", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    async def enhance_many(
        self, assets: list[str], *, idempotency_key: str | None = None, **more: Unpack[types.EnhanceManyWish]
    ) -> types.BatchAnswer:
        """The same recipe for several images. What cannot be enhanced is listed with its reason; the rest is
        queued.
        """
        answer: types.BatchAnswer = await self.call(
            "POST", "/enhance/batch", body=said({"assets": assets, **more}), idempotency_key=idempotency_key
        )
        return answer

    async def estimate_enhancements(
        self, assets: list[str], *, idempotency_key: str | None = None, **more: Unpack[types.EstimateEnhancementsWish]
    ) -> types.EstimateAnswer:
        """What a recipe would come to: per step size, seconds and price; of several images the sum. Writes
        nothing.
        """
        answer: types.EstimateAnswer = await self.call(
            "POST", "/enhance/estimate", body=said({"assets": assets, **more}), idempotency_key=idempotency_key
        )
        return answer

    async def enhancement_models(self) -> list[types.EnhancementModel]:
        """The models that the workers have or could install, with their licences."""
        answer: list[types.EnhancementModel] = await self.call("GET", "/enhance/models")
        return answer

    async def operations(self) -> list[types.Operation]:
        """The operations this studio knows, in the order of a recipe, with parameters, defaults and limits."""
        answer: list[types.Operation] = await self.call("GET", "/enhance/operations")
        return answer

    async def presets(self, *, team: str | None = None) -> list[types.Preset]:
        """The presets you may choose: those of your teams (at most 200 each), then those that come with the
        studio.
        """
        answer: list[types.Preset] = await self.call("GET", "/enhance/presets", query={"team": team})
        return answer

    async def create_preset(
        self,
        name: str,
        operations: list[dict[str, Any]],
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreatePresetWish],
    ) -> types.Preset:
        """Keep a recipe under a name, for the whole team."""
        answer: types.Preset = await self.call(
            "POST",
            "/enhance/presets",
            body=said({"name": name, "operations": operations, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    async def preset(self, preset_id: str) -> types.Preset:
        """One preset."""
        answer: types.Preset = await self.call("GET", f"/enhance/presets/{quoted(preset_id)}")
        return answer

    async def change_preset(
        self, preset_id: str, *, if_match: str, **more: Unpack[types.ChangePresetWish]
    ) -> types.Preset:
        """Change what is given. For its maker, owners and admins; needs If-Match."""
        answer: types.Preset = await self.call(
            "PATCH", f"/enhance/presets/{quoted(preset_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    async def delete_preset(self, preset_id: str) -> None:
        """One preset."""
        await self.call("DELETE", f"/enhance/presets/{quoted(preset_id)}")

    async def create_enhancement_preview(
        self,
        asset: str,
        recipes: list[types.RecipeRequestRequest],
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateEnhancementPreviewWish],
    ) -> types.EnhancementPreview:
        """Try one or two recipes on the same part of an image: free, a few seconds, kept for a day."""
        answer: types.EnhancementPreview = await self.call(
            "POST",
            "/enhance/previews",
            body=said({"asset": asset, "recipes": recipes, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    async def enhancement_preview(self, preview_id: str) -> types.EnhancementPreview:
        """A preview and what came of it so far."""
        answer: types.EnhancementPreview = await self.call("GET", f"/enhance/previews/{quoted(preview_id)}")
        return answer

    async def cancel_enhancement_preview(
        self, preview_id: str, *, idempotency_key: str | None = None
    ) -> types.EnhancementPreview:
        """Stop it. Asking twice is harmless."""
        answer: types.EnhancementPreview = await self.call(
            "POST", f"/enhance/previews/{quoted(preview_id)}/cancel", idempotency_key=idempotency_key
        )
        return answer

    async def download_preview_part(self, preview_id: str, target: StrPath) -> Path:
        """The part as it is."""
        return await self.save(target, f"/enhance/previews/{quoted(preview_id)}/part")

    async def download_preview_result(self, preview_id: str, number: str, target: StrPath) -> Path:
        """The part as a recipe made it; `number` is the recipe's place, from 0."""
        return await self.save(target, f"/enhance/previews/{quoted(preview_id)}/results/{quoted(number)}")
