"""A real studio for tests: uvicorn and Celery workers of their own, on the test database, each killed at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    """The URL of the database this test session works on."""
    facts = connection.settings_dict
    return (
        f"postgres://{quote(facts['USER'])}:{quote(facts['PASSWORD'])}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
    )


def environment(url: str, var: Path, **more: str) -> dict[str, str]:
    own = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "CHANNEL_PREFIX": settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"],
        "SITE_URL": url,
        "DESIGNER_VAR": str(var),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "DJANGO_SETTINGS_MODULE": "designer.settings",
        "OMP_NUM_THREADS": "1",
        "SIGNUPS_PER_HOUR": "10000",  # each browser test is a newcomer, all from one address
    }
    return {**os.environ, **own, **more}


def start(command: list[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=dict(env), stdout=out, stderr=out, start_new_session=True
        )


def stop(process: subprocess.Popen[bytes], patience: float = 12.0) -> None:
    """End a process group: asked first, then killed."""
    for sign, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            continue


def wait_healthy(url: str, process: subprocess.Popen[bytes], log: Path, patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        assert process.poll() is None, f"the web process ended early:\n{log.read_text()[-3000:]}"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer at {url}:\n{log.read_text()[-3000:]}")


@contextmanager
def studio(var: Path, **more: str) -> Iterator[str]:
    """The URL of a running studio: one web process, one worker with two children for all lanes."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = environment(url, var, **more)
    log = var / "studio.log"
    web = start(["uvicorn", "designer.asgi:application", "--port", str(port), "--log-level", "warning"], env, log)
    lanes = ["-Q", "interactive,io,remote,batch,gpu", "-c", "2", "-n", f"e2e-{port}@%h", "--loglevel", "WARNING"]
    worker = start(["celery", "-A", "designer", "worker", *lanes], env, log)
    try:
        wait_healthy(url, web, log)
        yield url
    finally:
        stop(web)
        stop(worker)
