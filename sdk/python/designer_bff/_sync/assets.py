# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: assets."""

from pathlib import Path
from typing import Literal, Unpack

from designer_bff import types
from designer_bff._sync.http import Caller
from designer_bff._sync.pages import Pages
from designer_bff.saying import StrPath, quoted, said


class AssetsCalls(Caller):
    def analyze(self, *, idempotency_key: str | None = None, **more: Unpack[types.AnalyzeWish]) -> types.Analysis:
        """Read a brief and photos into attributes, each with its confidence and source; unknown stays unknown. By
        the studio's own reader, for nothing: no language model takes part. What the team of the photos has
        corrected on them, and taught by that, counts as it does for a generation.
        """
        answer: types.Analysis = self.call("POST", "/analyze", body=said({**more}), idempotency_key=idempotency_key)
        return answer

    def assets(
        self,
        *,
        alike: str | None = None,
        generation: str | None = None,
        kind: Literal["enhanced", "generated", "reference"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        set_aside: bool | None = None,
        team: str | None = None,
        trashed: bool | None = None,
    ) -> Pages[types.Asset]:
        """List assets, or upload pictures."""
        return Pages(
            self,
            "/assets",
            query={
                "alike": alike,
                "generation": generation,
                "kind": kind,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "set_aside": set_aside,
                "team": team,
                "trashed": trashed,
            },
        )

    def asset(self, asset_id: str) -> types.Asset:
        """One asset; DELETE moves it to the trash for 30 days."""
        answer: types.Asset = self.call("GET", f"/assets/{quoted(asset_id)}")
        return answer

    def change_asset(self, asset_id: str, *, if_match: str, **more: Unpack[types.ChangeAssetWish]) -> types.Asset:
        """Call this version something. Needs If-Match."""
        answer: types.Asset = self.call("PATCH", f"/assets/{quoted(asset_id)}", body=said({**more}), if_match=if_match)
        return answer

    def delete_asset(self, asset_id: str) -> None:
        """One asset; DELETE moves it to the trash for 30 days."""
        self.call("DELETE", f"/assets/{quoted(asset_id)}")

    def compare_assets(self, asset_id: str, before_id: str) -> types.VersusAnswer:
        """How far an image is from another, usually its source: fidelity, colours, sharpness."""
        answer: types.VersusAnswer = self.call("GET", f"/assets/{quoted(asset_id)}/against/{quoted(before_id)}")
        return answer

    def download_difference(self, asset_id: str, before_id: str, target: StrPath) -> Path:
        """A PNG of where the colours of two images differ: black 0, pale yellow 10 and more of CIEDE2000."""
        return self.save(target, f"/assets/{quoted(asset_id)}/against/{quoted(before_id)}/map")

    def asset_comments(self, asset_id: str, *, thread: str | None = None) -> types.ThreadPage:
        """The threads on all versions of the image, newest first, each pin where it lies in this one."""
        answer: types.ThreadPage = self.call("GET", f"/assets/{quoted(asset_id)}/comments", query={"thread": thread})
        return answer

    def download(
        self,
        asset_id: str,
        target: StrPath,
        *,
        download: bool | None = None,
        format: Literal["jpeg", "png", "webp"] | None = None,
    ) -> Path:
        """The picture itself; `format` converts it, `download` asks the browser to save it."""
        return self.save(target, f"/assets/{quoted(asset_id)}/content", query={"download": download, "format": format})

    def asset_lineage(
        self, asset_id: str, *, alone: bool | None = None, limit: int | None = None
    ) -> types.LineageAnswer:
        """What an image was made from, up to the first of all, and everything that was made of that: by whom,
        when, and for how much. One that was made from several images stands under the first of them.
        """
        answer: types.LineageAnswer = self.call(
            "GET", f"/assets/{quoted(asset_id)}/lineage", query={"alone": alone, "limit": limit}
        )
        return answer

    def promote_asset(self, asset_id: str, *, idempotency_key: str | None = None) -> types.Asset:
        """Show an image that a best-of had set aside."""
        answer: types.Asset = self.call("POST", f"/assets/{quoted(asset_id)}/promote", idempotency_key=idempotency_key)
        return answer

    def asset_provenance(self, asset_id: str) -> types.Provenance:
        """How the image came to be, read from its file, and whether its signature holds."""
        answer: types.Provenance = self.call("GET", f"/assets/{quoted(asset_id)}/provenance")
        return answer

    def restore_asset(self, asset_id: str, *, idempotency_key: str | None = None) -> types.Asset:
        """Take an asset out of the trash."""
        answer: types.Asset = self.call("POST", f"/assets/{quoted(asset_id)}/restore", idempotency_key=idempotency_key)
        return answer

    def download_thumbnail(self, asset_id: str, target: StrPath, *, w: int | None = None) -> Path:
        """A WebP thumbnail at least `w` pixels wide where the picture has them."""
        return self.save(target, f"/assets/{quoted(asset_id)}/thumbnail", query={"w": w})

    def asset_understood(self, asset_id: str) -> types.Understood:
        """What one picture shows, by itself."""
        answer: types.Understood = self.call("GET", f"/assets/{quoted(asset_id)}/understood")
        return answer

    def correct_asset(
        self, asset_id: str, *, if_match: str, **more: Unpack[types.CorrectAssetWish]
    ) -> types.Understood:
        """Correct it. Wherever your team uses the same picture, it is read by your values."""
        answer: types.Understood = self.call(
            "PATCH", f"/assets/{quoted(asset_id)}/understood", body=said({**more}), if_match=if_match
        )
        return answer

    def use_asset(self, asset_id: str, *, idempotency_key: str | None = None) -> types.Asset:
        """Let this version stand for the image; the original's id lets the original again. Answers with the
        original.
        """
        answer: types.Asset = self.call("POST", f"/assets/{quoted(asset_id)}/use", idempotency_key=idempotency_key)
        return answer

    def asset_versions(self, asset_id: str) -> list[types.Asset]:
        """The original, then all versions that were made from it, whichever of them was asked for."""
        answer: list[types.Asset] = self.call("GET", f"/assets/{quoted(asset_id)}/versions")
        return answer

    def corrections(
        self,
        *,
        asset: str | None = None,
        attribute: Literal[
            "aesthetic",
            "colours",
            "construction",
            "fabric",
            "fabric_weight",
            "finish",
            "fit",
            "formality",
            "garment",
            "length",
            "mood",
            "neckline",
            "occasion",
            "pattern",
            "photography",
            "season",
            "silhouette",
            "sleeves",
            "texture",
        ]
        | None = None,
        generation: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        read_from: Literal["brief", "correction", "image", "none", "original"] | None = None,
        search: str | None = None,
        team: str | None = None,
    ) -> Pages[types.Correction]:
        """What your teams corrected, the newest first. Later readings go by it."""
        return Pages(
            self,
            "/corrections",
            query={
                "asset": asset,
                "attribute": attribute,
                "generation": generation,
                "ordering": ordering,
                "page_size": page_size,
                "read_from": read_from,
                "search": search,
                "team": team,
            },
        )

    def delete_correction(self, correction_id: str) -> None:
        """Take it back: it is used and learned from no more."""
        self.call("DELETE", f"/corrections/{quoted(correction_id)}")
