"""The two services everything rests on: embedded by default, or those that DATABASE_URL and REDIS_URL name."""

import json
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import psycopg
import redis

from designer.local.postgres import DURABLE, THROW_AWAY, Postgres, last_words
from designer.local.system import Lock, Trouble, need_space, write_private
from designer.local.valkey import Valkey

LOG_LIMIT = 20 << 20


class Services:
    """Postgres and Valkey with their files under `var`. One launcher per folder: the caller holds the lock."""

    def __init__(self, var: Path, *, settings: dict[str, str] | None = None) -> None:
        self.var = var
        ports = self._remembered_ports()
        logs = var / "log"
        own_postgres = not os.environ.get("DATABASE_URL")
        own_valkey = not os.environ.get("REDIS_URL")
        pg_port, valkey_port = ports.get("postgres", 0), ports.get("valkey", 0)
        self.postgres = (
            Postgres(var / "postgres", logs / "postgres.log", port=pg_port, settings=settings or DURABLE)
            if own_postgres
            else None
        )
        self.valkey = Valkey(var / "valkey", logs / "valkey.log", port=valkey_port) if own_valkey else None

    @property
    def database_url(self) -> str:
        return self.postgres.url if self.postgres else os.environ["DATABASE_URL"]

    @property
    def redis_url(self) -> str:
        return self.valkey.url if self.valkey else os.environ["REDIS_URL"]

    def start(self) -> None:
        """Start both, or see that the named ones answer. Raises Trouble or OSError; `stop` cleans up after either."""
        need_space(self.var, 250)
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        for log in (self.var / "log").glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))
        for service in (self.postgres, self.valkey):
            if service:
                service.start()
        self._remember_ports()
        self._see_named_ones()

    def stop(self) -> None:
        for service in (self.valkey, self.postgres):
            if service:
                service.stop()

    def heal(self) -> list[str]:
        """Start again what died by itself; the names of those."""
        mended = []
        for name, service in (("postgres", self.postgres), ("valkey", self.valkey)):
            if service and not service.is_running():
                service.start()
                mended.append(name)
        return mended

    def environment(self) -> dict[str, str]:
        """What a process of ours needs to find the services."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": os.environ.get("SECRET_KEY") or self._secret_key(),
            "DESIGNER_VAR": str(self.var),
        }

    def _secret_key(self) -> str:
        path = self.var / "secret_key"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(50))
        return path.read_text()

    def _remembered_ports(self) -> dict[str, int]:
        try:
            return {name: int(port) for name, port in json.loads((self.var / "ports.json").read_text()).items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def _remember_ports(self) -> None:
        both = (("postgres", self.postgres), ("valkey", self.valkey))
        ports = self._remembered_ports() | {name: service.port for name, service in both if service}
        if ports != self._remembered_ports():
            write_private(self.var / "ports.json", json.dumps(ports))

    def _see_named_ones(self) -> None:
        if not self.postgres:
            try:
                psycopg.connect(self.database_url, connect_timeout=5).close()
            except psycopg.Error as error:
                raise Trouble(f"DATABASE_URL is set, but it does not answer: {last_words(str(error))}") from error
        if not self.valkey:
            try:
                with redis.Redis.from_url(self.redis_url, socket_connect_timeout=5) as link:
                    link.ping()
            except (redis.RedisError, ValueError) as error:
                raise Trouble(f"REDIS_URL is set, but it does not answer: {last_words(str(error))}") from error


class ThrowAway:
    """Services for one test run, in a folder of their own that goes with them. fsync is off: speed, not safety."""

    def __init__(self, var: Path) -> None:
        self.var = var

    def __enter__(self) -> Services:
        self.var.mkdir(parents=True, exist_ok=True)
        sweep(self.var)
        self.folder = Path(tempfile.mkdtemp(prefix="test-", dir=self.var))
        self.lock = Lock(self.folder / "lock")
        self.lock.take()
        self.services = Services(self.folder, settings=THROW_AWAY)
        try:
            self.services.start()
        except BaseException:
            self.__exit__()
            raise
        return self.services

    def __exit__(self, *_: object) -> None:
        self.services.stop()
        self.lock.drop()
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep(var: Path) -> None:
    """Stop and remove what killed test runs left under `var`; a run that lives holds its lock and is left alone."""
    for folder in var.glob("test-*"):
        lock = Lock(folder / "lock")
        if not folder.is_dir() or not lock.take():
            continue
        Valkey(folder / "valkey", folder / "log" / "valkey.log").stop()
        Postgres(folder / "postgres", folder / "log" / "postgres.log").stop("immediate")
        lock.drop()
        shutil.rmtree(folder, ignore_errors=True)
