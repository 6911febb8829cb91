"""A small stage on which real processes are started and really killed, each in a group of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import redis
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection

from designer.jobs.models import FINAL, Job
from designer.local.postgres import DURABLE, Postgres
from designer.local.processes import web_flags
from designer.local.valkey import Valkey
from teams.membership.models import Team
from tests.stack import free_port

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float, *, every: float = 0.05) -> T:
    """The first true value of `condition`. Raises TimeoutError after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {getattr(condition, '__name__', condition)}")
        time.sleep(every)


def when_up(act: Callable[[], T]) -> T:
    """Do this once the database answers again."""
    for _ in range(100):
        try:
            return act()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.1)
    return act()


def idle() -> bool:
    """Whether every job has ended; False while the database is away."""
    try:
        return not Job.objects.exclude(status__in=FINAL).exists()
    except (DatabaseError, InterfaceError):
        connection.close()
        return False


def ended(ids: Iterable[UUID | str]) -> Callable[[], bool]:
    """Whether all these jobs are in a final state."""
    wanted = list(ids)
    return lambda: Job.objects.filter(pk__in=wanted, status__in=FINAL).count() == len(wanted)


def all_in(ids: Iterable[UUID | str], status: str) -> Callable[[], bool]:
    """Whether all these jobs are in this state."""
    wanted = list(ids)
    return lambda: Job.objects.filter(pk__in=wanted, status=status).count() == len(wanted)


class Proc:
    """A process with everything it forks, in its own group."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], log: Path, **pipes: Any) -> None:
        self.name, self.command, self.env, self.log, self.pipes = name, command, env, log, pipes
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stderr=out,
                **{"stdout": out, "stdin": subprocess.DEVNULL, **self.pipes},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: int) -> None:
        """To the whole group, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait(20)

    def children(self) -> list[int]:
        """Pids of the processes that this one forked."""
        try:
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except FileNotFoundError:
            return []


class Client(Proc):
    """A stand-in for a web node: one request per line, one answer per line."""

    def start(self) -> None:
        self.pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        super().start()

    def ask(self, **wish: Any) -> dict[str, Any] | None:
        """The answer, or None if the node died before it gave one (it is then started again)."""
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(json.dumps(wish).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except OSError:
            line = b""
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.kill()
        self.start()
        return None


class Web(Proc):
    """A web node on a port of its own, asked as a client asks it."""

    def __init__(self, port: int, env: dict[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        words = [sys.executable, "-m", "uvicorn", "designer.asgi:application", *web_flags(port)]
        super().__init__("web", words, env, log)

    def ask(self, method: str, path: str, token: str, said: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of the answer; status 0 where none came."""
        head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
        body = None if said is None else json.dumps(said).encode()
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"{self.url}{path}", body, head, method=method), timeout=20
            ) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except (OSError, ValueError):
            return 0, None

    def shows(self, path: str, cookie: str) -> int:
        """The status with which a page is answered; 0 where no answer came."""
        try:
            asked = urllib.request.Request(f"{self.url}{path}", headers={"Cookie": cookie})
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except OSError:
            return 0

    def is_up(self) -> bool:
        return self.ask("GET", "/healthz", "")[0] == 200


class Journal:
    """Ids of accepted jobs, on disk before they count. The system under test does not keep the score."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a")
        self.ids: list[str] = []

    def write(self, job_id: str) -> None:
        self.file.write(job_id + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.ids.append(job_id)


class Stage:
    """Valkey of its own, and workers, schedulers and clients on the database of this test process."""

    def __init__(self, *, lease: int = 3, heartbeat: int = 1, sweep: int = 1, postgres: Postgres | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stage-"))
        self.plans = self.folder / "plans"
        self.plans.mkdir()
        self.postgres = postgres
        self.valkey = Valkey(self.folder / "valkey", self.folder / "valkey.log")
        self.valkey.start()
        self.procs: list[Proc] = []
        self.env = os.environ | {
            "DATABASE_URL": own_database(),
            "REDIS_URL": self.valkey.url,
            "DJANGO_SETTINGS_MODULE": "designer.settings",
            "DESIGNER_EMBEDDED": "1",
            "DESIGNER_EXTRA_HANDLERS": "tests.faults.handlers",
            "FAULTS": str(self.plans),
            "JOB_LEASE_SECONDS": str(lease),
            "JOB_HEARTBEAT_SECONDS": str(heartbeat),
            "JOB_SWEEP_SECONDS": str(sweep),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "OMP_NUM_THREADS": "1",
            "LOG_LEVEL": "WARNING",
            "DESIGNER_VAR": str(self.folder / "var"),
        }
        name = f"stage-{self.folder.name[-8:]}"
        self.team = Team.objects.create(name=name, slug=name)
        self.journal = Journal(self.folder / "journal")

    def worker(self, lanes: str = "interactive,io", children: int = 2) -> Proc:
        name = f"w{len(self.procs)}"
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        words = ["celery", "-A", "designer", "worker", *quiet, "-Q", lanes, "-c", str(children), "-n", f"{name}@%h"]
        return self._started(Proc(name, [sys.executable, "-m", *words], self.env, self.log(name)))

    def scheduler(self) -> Proc:
        name = f"scheduler{len(self.procs)}"
        return self._started(Proc(name, [sys.executable, "manage.py", "run_scheduler"], self.env, self.log(name)))

    def client(self) -> Client:
        client = Client("client", [sys.executable, "-m", "tests.faults.client"], self.env, self.log("client"))
        self._started(client)
        return client

    def web(self) -> Web:
        web = Web(free_port(), self.env, self.log("web"))
        self._started(web)
        until(web.is_up, 60)
        return web

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def enqueue(self, client: Client, kind: str, **more: Any) -> str | None:
        """Ask the client for one job; its id is journaled if it was accepted."""
        answer = client.ask(do="enqueue", kind=kind, team_id=str(self.team.pk), **more)
        if answer and "id" in answer:
            self.journal.write(answer["id"])
            return str(answer["id"])
        return None

    def sure(self, client: Client, kind: str, **more: Any) -> str:
        """As `enqueue`, where the client must not fail."""
        job_id = self.enqueue(client, kind, **more)
        if job_id is None:
            raise RuntimeError(f"the client refused {kind}; see {self.log('client')}")
        return job_id

    def unread(self, lane: str) -> int:
        """Wake-ups that lie in a lane."""
        with redis.Redis.from_url(self.valkey.url) as link:
            return int(link.llen(lane))

    def plan(self, point: str, action: str, key: str = "") -> None:
        """Let `action` happen at the named fault point, once; only for the job `key` if given."""
        (self.plans / (f"{point}@{key}" if key else point)).write_text(action)

    def close(self, *, keep: bool = False) -> None:
        for proc in self.procs:
            proc.signal(signal.SIGCONT)
            proc.signal(signal.SIGKILL)
        for proc in self.procs:
            proc.process.wait(20)
        self.valkey.stop()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _started(self, proc: Proc) -> Proc:
        self.procs.append(proc)
        return proc


def own_database() -> str:
    """The URL of the database that this process talks to."""
    facts = connection.settings_dict
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


@contextlib.contextmanager
def private_database() -> Iterator[None]:
    """Let this process, and all that the stage starts, work on a fresh database of its own."""
    before = connection.settings_dict["NAME"]
    name = f"faults_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.close()


@contextlib.contextmanager
def private_stage(*, lease: int = 3) -> Iterator[Stage]:
    """An empty stage on a fresh database; all that was started on it is killed at the end."""
    with private_database():
        stage = Stage(lease=lease)
        try:
            yield stage
        finally:
            stage.close()


@contextlib.contextmanager
def restartable_database(folder: Path) -> Iterator[Postgres]:
    """As `private_database`, on a server of its own that keeps what it committed and may be stopped at any moment."""
    server = Postgres(folder / "postgres", folder / "postgres.log", settings=DURABLE)
    server.start()
    before = dict(connection.settings_dict)
    connection.close()
    head, _, tail = server.url.removeprefix("postgres://").partition("@")
    user, _, password = head.partition(":")
    host, _, port = tail.partition("/")[0].partition(":")
    connection.settings_dict.update(USER=user, PASSWORD=password, HOST=host, PORT=port, NAME=tail.partition("/")[2])
    try:
        with private_database():
            yield server
    finally:
        connection.close()
        connection.settings_dict.update(before)
        server.stop("immediate")
