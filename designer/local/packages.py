"""The machine's own PostgreSQL and Redis, for machines on which the wheels of the two services do not run."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from designer.local.system import Trouble

OLDEST: Final = 15  # PostgreSQL's major version
POSTGRES_FOLDERS: Final = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
POSTGRES_REMEDY: Final = (
    "No PostgreSQL here. As root: apt-get install postgresql (macOS: brew install postgresql@17). "
    "Or set DATABASE_URL to one of yours."
)
REDIS_REMEDY: Final = (
    "No Redis here. As root: apt-get install redis-server (macOS: brew install valkey). "
    "Or set REDIS_URL to one of yours."
)


def postgres_binaries() -> Path:
    """The folder of the newest PostgreSQL on this machine; root gets one installed. Raises Trouble with the remedy."""
    return _found(_newest_postgres, "postgresql", POSTGRES_REMEDY)


def redis_binary() -> Path:
    """valkey-server or redis-server of this machine; root gets one installed. Raises Trouble with the remedy."""
    return _found(_any_redis, "redis-server", REDIS_REMEDY)


def _found(look: Callable[[], Path | None], package: str, remedy: str) -> Path:
    found = look() or (look() if apt(package) else None)
    if found is None:
        raise Trouble(remedy)
    return found


def _newest_postgres() -> Path | None:
    folders = [Path(found) for pattern in POSTGRES_FOLDERS for found in Path("/").glob(pattern[1:])]
    if program := shutil.which("pg_ctl"):
        folders.append(Path(program).parent)
    usable = [(version, folder) for folder in folders if (version := version_of(folder / "postgres")) >= OLDEST]
    return max(usable, key=lambda one: one[0])[1] if usable else None


def _any_redis() -> Path | None:
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(program) if program else None


def version_of(postgres: Path) -> int:
    """The major version that a `postgres` program says it has; 0 when it does not run."""
    try:
        said = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def apt(package: str) -> bool:
    """Install a Debian package when we may; whether it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {package} with apt-get ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", package]):
        if subprocess.run(["apt-get", *words], env=env, capture_output=True, check=False).returncode:
            return False
    return True
