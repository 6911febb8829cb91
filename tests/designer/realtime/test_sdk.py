"""The JavaScript client: its own tests, and the published file on a real server that dies and comes back."""

import json
import os
import subprocess
import threading
from queue import Queue
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders

from designer.env import ROOT
from designer.realtime import ticks
from tests.designer.realtime import live
from tests.designer.realtime.live import person, record, team_of, token_of
from tests.node import NODE, needs_node

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs_node,
]
SCRIPT = ROOT / "tests/designer/realtime/sdk_watch.mjs"


class Watch:
    """The client in a process of its own."""

    def __init__(self, port, token, channel, **more):
        command = [NODE, str(SCRIPT), f"http://127.0.0.1:{port}", token, channel]
        env = {**os.environ, **more}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        self.lines: Queue[dict[str, Any]] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)

    def next(self):
        return self.lines.get(timeout=30)


def test_its_own_tests_pass():
    files = sorted((ROOT / "sdk" / "javascript" / "test").glob("*.test.js"))
    ran = subprocess.run([NODE, "--test", *files], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_the_dashboard_is_served_the_published_file():
    assert finders.find("sdk/live.js") == str(ROOT / "sdk/javascript/src/live.js")
    live_js = (ROOT / "designer/static/designer/js/live.js").read_text()
    assert 'from "../../sdk/live.js"' in live_js


def test_it_watches_from_snapshot_to_tick(port):
    watcher = person()
    channel = f"team:{team_of(watcher).pk}"
    with Watch(port, token_of(watcher), channel) as watch:
        assert watch.next()["data"]["role"] == "editor"
        record(channel, 1)
        assert watch.next()["data"] == {"n": 1}
        ticks.tick(channel, "generation:progress", {"percent": 7})
        tick = watch.next()
        assert (tick["type"], tick["data"]) == ("tick", {"percent": 7})


def test_it_misses_nothing_and_repeats_nothing_while_the_server_dies_and_comes_back():
    watcher = person()
    channel = f"team:{team_of(watcher).pk}"
    port = live.free_port()
    with live.server(port=port):
        watch = Watch(port, token_of(watcher), channel)
        assert watch.next()["type"] == "snapshot"
        record(channel, 1, 2)
        assert [watch.next()["seq"] for _ in range(2)] == [1, 2]
    record(channel, 3, 4)  # nobody serves
    with watch, live.server(port=port):
        record(channel, 5)
        heard = [watch.next() for _ in range(3)]
        assert [(one["type"], one["seq"]) for one in heard] == [("event", 3), ("event", 4), ("event", 5)]


def test_it_goes_over_from_a_socket_to_a_stream_and_tells_nothing_twice():
    watcher = person()
    channel = f"team:{team_of(watcher).pk}"
    port = live.free_port()
    with live.server(port=port):
        watch = Watch(port, token_of(watcher), channel, SOCKETS="1")
        assert watch.next()["type"] == "snapshot"
        record(channel, 1, 2)
        assert [watch.next()["seq"] for _ in range(2)] == [1, 2]
    record(channel, 3)
    with watch, live.server(port=port):  # sockets are blocked from here on
        assert watch.next()["seq"] == 3
        record(channel, 4)
        assert watch.next()["seq"] == 4


def test_a_bad_token_and_a_foreign_channel_are_errors_by_name(port):
    with Watch(port, "no token", "system") as watch:
        assert watch.next()["error"] == "unauthenticated"
    with Watch(port, token_of(person()), f"team:{uuid4()}") as watch:
        assert watch.next()["error"] == "not_found"
