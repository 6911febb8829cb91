"""What the engine found out about this machine, on disk: small texts that each process may do without. No torch.

Variable: DESIGNER_ENGINE_CACHE, a folder; by default what an application's settings say, else nothing is kept.
"""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

logger = logging.getLogger(__name__)
_configured: list[Path] = []


def use_folder(folder: Path) -> None:
    """What an application's settings say; called at its start. The variable in the environment goes before."""
    _configured[:] = [folder]


def _folder() -> Path | None:
    named = os.environ.get("DESIGNER_ENGINE_CACHE", "").strip()
    return Path(named) if named else next(iter(_configured), None)


def read(name: str) -> str | None:
    """The text kept under that name, if there is one."""
    folder = _folder()
    try:
        return (folder / f"{name}.json").read_text(encoding="utf-8") if folder else None
    except (OSError, UnicodeDecodeError):
        return None


def keep(name: str, text: str) -> None:
    """Keep a text whole or not at all. Where nothing may be written, each process finds out for itself."""
    folder = _folder()
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as fresh:
            fresh.write(text)
        Path(fresh.name).replace(folder / f"{name}.json")
    except OSError as reason:
        logger.info("engine_table_not_kept", extra={"reason": str(reason)})
