"""The environment, read in one place: bad values are collected and reported together, each with its remedy."""

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

ROOT: Final = Path(__file__).resolve().parent.parent


LOOPBACK: Final = {"127.0.0.1", "localhost", "::1", "[::1]"}


class SettingsError(Exception):
    """One or more environment values are missing or wrong; the message lists every one of them."""


class Env:
    """Typed access to environment variables. Call `raise_problems` once all have been read."""

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self.values = dict(os.environ) if values is None else values
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        raw = self.text(name).lower()
        if not raw:
            return default
        if raw in {"1", "true", "yes", "on"}:
            return True
        if raw not in {"0", "false", "no", "off"}:
            self.problems.append(f"{name}={raw!r} is neither true nor false. Set it to 1 or 0.")
        return False

    def whole(self, name: str, default: int, *, low: int, high: int, unit: str) -> int:
        raw = self.text(name, str(default))
        if not raw.lstrip("-").isdigit() or not low <= int(raw) <= high:
            self.problems.append(f"{name}={raw!r} must be a whole number of {unit} from {low} to {high}.")
            return default
        return int(raw)

    def words(self, name: str, default: str = "", *, known: tuple[str, ...] = ()) -> list[str]:
        """Words with commas between; each one of `known`, where that is given."""
        said = [word.strip() for word in self.text(name, default).split(",") if word.strip()]
        if known and (strange := [word for word in said if word not in known]):
            self.problems.append(f"{name} names {', '.join(strange)}. Use some of {', '.join(known)}.")
        return said

    def choice(self, name: str, known: tuple[str, ...], default: str) -> str:
        raw = self.text(name, default).lower()
        if raw not in known:
            self.problems.append(f"{name}={raw!r} is not known. Use one of {', '.join(filter(None, known))}.")
            return default
        return raw

    def url(self, name: str, *, schemes: tuple[str, ...], default: str) -> str:
        raw = self.text(name, default)
        if urlsplit(raw).scheme not in schemes:
            self.problems.append(f"{name} must start with {' or '.join(s + '://' for s in schemes)}.")
            return default
        return raw

    def web_address(self, name: str) -> str:
        """An http(s) address without its trailing slash, or "" when it is not set."""
        raw = self.text(name)
        if raw and (urlsplit(raw).scheme not in {"http", "https"} or not urlsplit(raw).hostname):
            self.problems.append(f"{name}={raw!r} is no web address. Write http://host:port or https://host.")
            return ""
        return raw.rstrip("/")

    def refuse_public_key(self, site: str, hosts: list[str]) -> None:
        """Without SECRET_KEY everybody knows the key: that is for this machine alone, where the launcher sets one."""
        strangers = {urlsplit(site).hostname or "", *hosts} - LOOPBACK
        if strangers and not self.text("SECRET_KEY"):
            named = ", ".join(sorted(strangers))
            self.problems.append(f"SECRET_KEY is missing, and others may reach {named}. Set 50 random characters.")

    def raise_problems(self) -> None:
        """Raises SettingsError naming every bad value read so far."""
        if self.problems:
            raise SettingsError("The environment needs attention:\n- " + "\n- ".join(self.problems))


def database(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a postgres:// URL, with percent-encoded parts decoded."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django_prometheus.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "app",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or 5432),
    }
