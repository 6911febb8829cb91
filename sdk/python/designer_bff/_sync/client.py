# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.
"""The studio as an object: every call of the API, files, and watching."""

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import httpx2

from designer_bff import types
from designer_bff._sync.account import AccountCalls
from designer_bff._sync.analytics import AnalyticsCalls
from designer_bff._sync.assets import AssetsCalls
from designer_bff._sync.batches import BatchesCalls
from designer_bff._sync.enhancements import EnhancementsCalls
from designer_bff._sync.generations import GenerationsCalls
from designer_bff._sync.personas import PersonasCalls
from designer_bff._sync.reviews import ReviewsCalls
from designer_bff._sync.watch import Watch
from designer_bff.events import LiveEvent
from designer_bff.following import Place
from designer_bff.saying import StrPath, quoted
from designer_bff.settings import Settings, found

Show = Callable[[LiveEvent], object]


class DesignerBFF(
    AssetsCalls,
    GenerationsCalls,
    EnhancementsCalls,
    BatchesCalls,
    PersonasCalls,
    ReviewsCalls,
    AnalyticsCalls,
    AccountCalls,
):
    """One studio, one token. `with DesignerBFF() as studio` closes its connections at the end.

    `url` and `token` may be left to DESIGNER_BFF_URL and DESIGNER_BFF_TOKEN, or to `designer-bff login`.
    `repeats` is how often a call is made again after trouble that passes, `patience` for how many seconds it may wait
    in all. All calls raise DesignerBFFError.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 60.0,
        repeats: int = 2,
        patience: float = 60.0,
        transport: Any = None,
    ) -> None:
        place, key = found(url, token)
        self.settings = Settings(place, key, timeout, repeats, patience)
        self.http = httpx2.Client(
            base_url=place, headers=self.settings.headers, timeout=timeout, trust_env=False, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    # Files

    def upload(self, photo: StrPath, *, team: str | None = None, idempotency_key: str | None = None) -> types.Asset:
        """Upload one picture file; the asset."""
        with Path(photo).open("rb") as file:
            answer: types.Asset = self.call(
                "POST",
                "/assets",
                files=[("file", (Path(photo).name, file))],
                form=_form(team=team),
                idempotency_key=idempotency_key,
            )
        return answer

    def import_rows(
        self,
        sheet: StrPath,
        *,
        team: str | None = None,
        mapping: dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> types.Import:
        """Read a CSV or XLSX file as rows of a batch. Nothing is spent: its `id` is the plan's `sheet`."""
        told = json.dumps(mapping) if mapping else None
        with Path(sheet).open("rb") as file:
            answer: types.Import = self.call(
                "POST",
                "/batch/import",
                files=[("file", (Path(sheet).name, file))],
                form=_form(team=team, mapping=told),
                idempotency_key=idempotency_key,
            )
        return answer

    def set_team_avatar(self, team_id: str, picture: StrPath) -> None:
        """Give the team a picture: its middle is shown. For owners and admins."""
        with Path(picture).open("rb") as file:
            files = [("file", (Path(picture).name, file))]
            self.call("PUT", f"/teams/{quoted(team_id)}/avatar", files=files)

    def import_portfolio(
        self, *files: StrPath, title: str = "", team: str | None = None, idempotency_key: str | None = None
    ) -> types.Portfolio:
        """Send pictures and ZIP archives to be read; the portfolio, still queued. Watch `portfolio:<id>`."""
        with ExitStack() as stack:
            parts = [("file", (Path(each).name, stack.enter_context(Path(each).open("rb")))) for each in files]
            answer: types.Portfolio = self.call(
                "POST",
                "/portfolios",
                files=parts,
                form=_form(title=title or None, team=team),
                idempotency_key=idempotency_key,
            )
        return answer

    # Watching

    def watch(self, *channels: str, after: int | None = None, timeout: float | None = None) -> Watch:
        """All events of channels such as "team:<id>", each once and in order. Ends after `timeout` seconds.

        `after` is the newest number you have of a single channel: it begins with what followed.
        """
        return self._watch(channels, after=after, timeout=timeout, until_last=False)

    def watch_generation(self, generation_id: str, *, timeout: float | None = None) -> Watch:
        """Its events until it has ended. Raises NetworkError, code "timeout", where that takes longer."""
        return self._watch([f"generation:{generation_id}"], timeout=timeout, until_last=True)

    def watch_enhancement(self, enhancement_id: str, *, timeout: float | None = None) -> Watch:
        return self._watch([f"enhancement:{enhancement_id}"], timeout=timeout, until_last=True)

    def watch_batch(self, batch_id: str, *, timeout: float | None = None) -> Watch:
        return self._watch([f"batch:{batch_id}"], timeout=timeout, until_last=True)

    def watch_portfolio(self, portfolio_id: str, *, timeout: float | None = None) -> Watch:
        return self._watch([f"portfolio:{portfolio_id}"], timeout=timeout, until_last=True)

    def watch_user(self, *, timeout: float | None = None) -> Watch:
        """Your own news: notifications, read or new."""
        return self.watch(f"user:{(self.me())['id']}", timeout=timeout)

    def _watch(
        self, channels: Iterable[str], *, until_last: bool, timeout: float | None, after: int | None = None
    ) -> Watch:
        places = {channel: Place(after) for channel in channels}
        if len(places) != 1 and (after is not None or not places):
            raise ValueError("Name a channel; with `after` exactly one, for numbers are each channel's own.")
        return Watch(self.settings, places, until_last=until_last, timeout=timeout)

    # Waiting

    def finished_generation(
        self, generation_id: str, *, show: Show | None = None, timeout: float | None = None
    ) -> types.Generation:
        """The generation once it has ended; `show` is called with each event until then."""
        _followed(self.watch_generation(generation_id, timeout=timeout), show)
        return self.generation(generation_id)

    def finished_enhancement(
        self, enhancement_id: str, *, show: Show | None = None, timeout: float | None = None
    ) -> types.Enhancement:
        _followed(self.watch_enhancement(enhancement_id, timeout=timeout), show)
        return self.enhancement(enhancement_id)

    def finished_batch(
        self, batch_id: str, *, show: Show | None = None, timeout: float | None = None
    ) -> types.BatchDetail:
        _followed(self.watch_batch(batch_id, timeout=timeout), show)
        return self.batch(batch_id)


def _followed(watch: Watch, show: Show | None) -> None:
    for event in watch:
        if show is not None:
            show(event)


def _form(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
