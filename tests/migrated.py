"""A database with all migrations in it, written down once and read back for each run: migrating takes half a minute.

It lies outside the checkout under a name that says which migrations, which packages and which server it is of.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from designer.local.postgres import binaries
from designer.local.system import Trouble
from tests.stack import ROOT


def template(url: str, name: str) -> bool:
    """Whether a database `name` with all migrations now stands in the cluster of `url`; without, Django migrates."""
    try:
        tools = binaries()
    except Trouble:
        return False
    kept = _place(url)
    with _alone(kept.with_suffix(".lock")), psycopg.connect(url, autocommit=True) as link:
        _fresh(link, name)
        if kept.exists() and _ran([tools / "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", kept, _of(url, name)]):
            return True
        _fresh(link, name)
        return _migrated(_of(url, name)) and _written(tools, _of(url, name), kept)


def _place(url: str) -> Path:
    with psycopg.connect(url) as link:
        facts = [link.info.parameter_status("server_version") or ""]
    for path in sorted(ROOT.glob("*/**/migrations/*.py")):
        if ".venv" not in path.parts:
            facts += [str(path.relative_to(ROOT)), path.read_text()]
    facts.append((ROOT / "requirements" / "dev.txt").read_text())  # of the apps that are not ours
    folder = Path(tempfile.gettempdir(), f"designer-migrated-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{hashlib.sha256(''.join(facts).encode()).hexdigest()[:16]}.sql"


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _of(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


def _fresh(link: psycopg.Connection, name: str) -> None:
    link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _migrated(url: str) -> bool:
    return _ran([sys.executable, ROOT / "manage.py", "migrate", "-v", "0"], DATABASE_URL=url)


def _written(tools: Path, url: str, to: Path) -> bool:
    draft = to.with_suffix(".part")
    done = _ran([tools / "pg_dump", "--no-owner", "-f", draft, url])
    if done:
        draft.replace(to)
    return done


def _ran(command: list[str | Path], **more: str) -> bool:
    return subprocess.run(command, env={**os.environ, **more}, capture_output=True, check=False).returncode == 0
