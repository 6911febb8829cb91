"""Where the studio is and who asks: as said, else from the environment, else as `designer-bff login` kept it."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from designer_bff.errors import DesignerBFFError


@dataclass(frozen=True, slots=True)
class Settings:
    """`repeats`: further tries after trouble that passes; `patience`: seconds of waiting in all for one call."""

    url: str
    token: str = field(repr=False)
    timeout: float = 60.0
    repeats: int = 2
    patience: float = 60.0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def socket(self) -> str:
        return "ws" + self.url.removeprefix("http") + "/ws/"


def kept_at() -> Path:
    """The file in which `designer-bff login` keeps the address and the token."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "designer-bff" / "login.json"


def kept() -> dict[str, str]:
    try:
        found = json.loads(kept_at().read_text())
    except (OSError, ValueError):
        return {}
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def keep(url: str, token: str) -> Path:
    """Remember them for this person only; returns the file."""
    path = kept_at()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        json.dump({"url": url, "token": token}, file)
    return path


def plain(url: str) -> str:
    """An address as it is kept: without what people copy along with it."""
    return url.strip().rstrip("/").removesuffix("/api")


def found(url: str | None, token: str | None) -> tuple[str, str]:
    """Address and token. A kept token goes with the kept address alone, never to another."""
    remembered = kept()
    place = plain(url or os.environ.get("DESIGNER_BFF_URL") or remembered.get("url") or "")
    if not place.startswith(("http://", "https://")):
        remedy = "Give `url`, set DESIGNER_BFF_URL, or run `designer-bff login`."
        why = f"{place!r} does not begin with http:// or https://." if place else "Where is the studio?"
        raise DesignerBFFError(why, code="no_url", remedy=remedy)
    own = remembered.get("token") if place == plain(remembered.get("url", "")) else None
    key = token or os.environ.get("DESIGNER_BFF_TOKEN") or own or ""
    if not key:
        remedy = "Give `token`, set DESIGNER_BFF_TOKEN, or run `designer-bff login`."
        if remembered.get("token"):
            remedy += f" The token that was kept is for {remembered.get('url')} alone."
        raise DesignerBFFError("Who asks?", code="no_token", remedy=remedy)
    return place, key
