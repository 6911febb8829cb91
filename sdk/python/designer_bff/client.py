"""The HTTP half: uploads, generations, enhancements, downloads."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2

from designer_bff.live import LiveEvent, watch

Json = dict[str, Any]


class ApiError(Exception):
    """An answer of 400 or above. `errors` lists {field, code, message}."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status = status
        self.code: str = problem.get("code", "")
        self.errors: list[Json] = problem.get("errors", [])
        super().__init__(problem.get("detail") or problem.get("title") or f"HTTP {status}")


class DesignerBFF:
    """One studio, one token. Safe to use as a context manager."""

    def __init__(self, url: str, token: str, *, timeout: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.http = httpx2.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout, trust_env=False
        )

    def __enter__(self) -> "DesignerBFF":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One request below /api. Returns the decoded JSON; raises ApiError."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        answer = self.http.request(method, f"/api{path}", headers=headers, **options)
        if answer.status_code >= 400:
            is_json = "json" in answer.headers.get("content-type", "")
            raise ApiError(answer.status_code, answer.json() if is_json else {"title": answer.reason_phrase})
        return answer.json() if answer.content else None

    def me(self) -> Json:
        answer: Json = self.call("GET", "/me")
        return answer

    def upload(self, photo: str | Path) -> Json:
        """Upload one picture file; returns the asset."""
        path = Path(photo)
        with path.open("rb") as file:
            answer: Json = self.call("POST", "/assets", files={"file": (path.name, file)})
        return answer

    def import_portfolio(self, *files: str | Path, title: str = "", team: str | None = None) -> Json:
        """Send pictures and ZIP archives to be read; the portfolio, still queued. Follow `portfolio:<id>`."""
        said = {"title": title, **({"team": team} if team else {})}
        with ExitStack() as stack:
            parts = [("file", (Path(each).name, stack.enter_context(Path(each).open("rb")))) for each in files]
            answer: Json = self.call("POST", "/portfolios", files=parts, data=said)
        return answer

    def portfolio(self, portfolio_id: str) -> Json:
        """How far it is; its looks under `clusters` once it is done."""
        answer: Json = self.call("GET", f"/portfolios/{portfolio_id}")
        return answer

    def personas_from_portfolio(self, portfolio_id: str, clusters: list[Json]) -> list[Json]:
        """Personas of the looks that were picked, such as [{"cluster": 0, "name": "Coast"}]."""
        made: list[Json] = self.call("POST", f"/portfolios/{portfolio_id}/personas", json={"clusters": clusters})
        return made

    def generate(self, brief: str = "", **wish: Any) -> Json:
        """Ask for images; returns the generation, still queued."""
        answer: Json = self.call("POST", "/generations", json={"brief": brief, **wish})
        return answer

    def preview(self, brief: str = "", **wish: Any) -> Json:
        answer: Json = self.call("POST", "/generations/preview", json={"brief": brief, **wish})
        return answer

    def generation(self, generation_id: str) -> Json:
        answer: Json = self.call("GET", f"/generations/{generation_id}")
        return answer

    def cancel_generation(self, generation_id: str) -> Json:
        answer: Json = self.call("POST", f"/generations/{generation_id}/cancel")
        return answer

    def feedback(self, generation_id: str, kind: str, **more: Any) -> Json:
        answer: Json = self.call("POST", f"/generations/{generation_id}/feedback", json={"kind": kind, **more})
        return answer

    def feedback_on(self, assets: list[str], kind: str, **more: Any) -> Json:
        """Say the same of several images of one team, all or none; returns `act` (see `undo_feedback`), `feedback`."""
        answer: Json = self.call("POST", "/feedback", json={"assets": assets, "kind": kind, **more})
        return answer

    def undo_feedback(self, act: str | None = None) -> Json:
        """Undo your last feedback, or the act named; an undo too can be undone. All it had moved moves back."""
        answer: Json = self.call("POST", "/feedback/undo", json={"act": act} if act else {})
        return answer

    def enhance(self, subject_id: str, operations: list[Json], *, asset: str | None = None) -> Json:
        """Enhance an asset, or one of a generation (its first when none is named); the enhancement, still queued."""
        body: Json = {"operations": operations, **({"asset": asset} if asset else {})}
        answer: Json = self.call("POST", f"/enhance/{subject_id}", json=body)
        return answer

    def enhancement(self, enhancement_id: str) -> Json:
        answer: Json = self.call("GET", f"/enhance/{enhancement_id}")
        return answer

    def watch(self, channel: str, *, after: int | None = None, timeout: float = 600.0) -> Iterator[LiveEvent]:
        """Facts and ticks of a channel, in order, resumed over lost connections. Ends when `timeout` seconds passed."""
        return watch(self.url, self.token, channel, after=after, timeout=timeout)

    def download(self, asset_id: str, target: str | Path, **query: str) -> Path:
        """Write an asset's picture to `target` (format= png, jpeg or webp converts); returns the path."""
        path = Path(target)
        part = path.with_name(path.name + ".part")
        with self.http.stream("GET", f"/api/assets/{asset_id}/content", params=query) as answer:
            if answer.status_code >= 400:
                answer.read()
                raise ApiError(answer.status_code, {"title": answer.reason_phrase})
            with part.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
        part.replace(path)
        return path
