"""What the simulated services that enhance pictures have in common: works that go on by being looked at, and really
enlarge what they were sent.

A work waits, for `queued` looks more (0), runs and is over at its `looks`-th look (2 unless planned). What it comes to
is the planned behaviour of the call that ordered it. `ran`: seconds for which it says to have run when it begins.
`look` and `fetch` in a plan's details are what the first `first` (1) looks or fetches get.
"""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.simulators.providers.wire import Answer, Call, answer

LOOKS: Final = 2
MILLISECONDS: Final = 2500  # of a work that went to its end
STOPPED_MS: Final = 1000  # of one that was stopped while it ran
ENDLESS: Final = "endless_work"
FAILS: Final = {
    "failed_work": "The runner broke.",
    "moderated": "NSFW content detected. Try running it again, or try a different image.",
    "moderated_output": "NSFW content detected. Try running it again, or try a different image.",
    "too_large_work": "CUDA out of memory. Tried to allocate 20.00 GiB",
}
STATUS: Final = {"error_500": 500, "unavailable": 503, "unauthorized": 401, "retired": 404, "rate_limited": 429}


@dataclass(slots=True)
class Work:
    """One order and where it stands: waiting, running, succeeded, failed, stopped or dropped (stopped in the queue)."""

    id: str
    model: str
    inputs: dict[str, Any]
    made: Image.Image
    behaviour: str
    details: dict[str, Any]
    phase: str = "waiting"
    seen: int = 0
    fetched: int = 0
    hook: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    started: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.phase not in ("waiting", "running")

    def look(self) -> Answer | None:
        """Go on by one look; the refusal that was planned for it."""
        self.seen += 1
        if self.seen <= int(self.details.get("first", 1)) and "look" in self.details:
            return answer({"detail": "Planned."}, STATUS[self.details["look"]])
        if self.behaviour == "lost_work":
            return answer({"detail": "Not found."}, 404)
        if not self.is_over and self.seen > int(self.details.get("queued", 0)):
            self.started = self.started or datetime.now(UTC) - timedelta(seconds=self.details.get("ran", 0))
            self.phase = "running" if self.seen < int(self.details.get("looks", LOOKS)) else self._end()
        return None

    def _end(self) -> str:
        if self.behaviour == ENDLESS:
            return "running"
        if self.behaviour == "stopped_work":
            return "dropped"
        return "failed" if self.behaviour in FAILS else "succeeded"

    def stop(self) -> bool:
        """Whether it was still to be stopped."""
        if self.is_over:
            return False
        self.phase = "stopped" if self.phase == "running" else "dropped"
        return True

    @property
    def billed_ms(self) -> int:
        return {"succeeded": MILLISECONDS, "failed": MILLISECONDS, "stopped": STOPPED_MS}.get(self.phase, 0)

    @property
    def words(self) -> str:
        return str(self.details.get("says", FAILS.get(self.behaviour, "")))


def new_work(call: Call, model: str, picture: Image.Image, factor: float, behaviour: str | None, **more: Any) -> Work:
    """Remember a work with its result, which is the picture enlarged."""
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    if behaviour == "wrong_size":
        size = (max(1, size[0] // 2), size[1])
    made = picture.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    works: dict[str, Work] = call.state.setdefault("works", {})
    work = Work(id=f"work-{call.number:04d}", model=model, made=made, behaviour=behaviour or "ok", **more)
    works[work.id] = work
    return work


def work_of(call: Call) -> Work | None:
    found: Work | None = call.state.get("works", {}).get(call.args["pk"])
    return found


def picture_in(call: Call, reference: Any) -> Image.Image | None:
    """The picture that an input names: a data URL, or a file that was uploaded here; None for anything else."""
    if not isinstance(reference, str):
        return None
    if reference.startswith(f"{call.root}/v1/files/"):
        data = call.state.get("files", {}).get(reference.rpartition("/")[2], b"")
    else:
        try:
            data = base64.b64decode(reference.partition(";base64,")[2], validate=True)
        except binascii.Error:
            return None
    try:
        return Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        return None


def output_of(call: Call, work: Work) -> str:
    """The address that the service names for its picture."""
    match work.behaviour:
        case "no_images":
            return ""
        case "invalid_base64":
            return "data:image/png;base64,%%%"
        case "output_elsewhere":
            return str(work.details.get("url", "https://pictures.example.org/one.png"))
    return f"{call.root}/output/{work.id}.png"


def output(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """GET /output/{pk}.png, without a key, as such stores do."""
    work = work_of(call)
    if work is None or work.behaviour == "output_gone":
        return Answer(status=404)
    work.fetched += 1
    if work.fetched <= int(work.details.get("first", 1)) and "fetch" in work.details:
        return Answer(status=STATUS[work.details["fetch"]])
    data = _encoded(work.made)
    match work.behaviour:
        case "wrong_media_type":
            return Answer(body=b"%PDF-1.7 not a picture", media_type="application/pdf")
        case "output_corrupt":
            data = data[: len(data) // 2]
        case "output_huge":
            data += b"\0" * int(work.details.get("bytes", 2 << 20))
    return Answer(body=data, media_type="image/png")


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()
