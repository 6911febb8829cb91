"""Redis is disposable: while it is away, full or refuses, orders are taken and priced, and /readyz is red."""

import socketserver
import threading
from collections.abc import Iterator

import pytest
from django.test import Client

from batches.models import Batch
from designer.generations.models import Generation
from tests.stack import free_port

ANSWERS = {
    "away": None,
    "full": b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
    "read-only": b"-READONLY You can't write against a read only replica.\r\n",
    "of another password": b"-NOAUTH Authentication required.\r\n",
}
HARMLESS = (b"CLIENT", b"PING")  # answered by a Redis that takes no writes


class Refusing(socketserver.StreamRequestHandler):
    """A Redis that refuses what is asked in the words of RESP, https://redis.io/docs/latest/develop/reference/protocol-spec/"""

    def handle(self) -> None:
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2])
            self.wfile.write(b"+OK\r\n" if words[0].upper() in HARMLESS else self.server.says)


@pytest.fixture(params=list(ANSWERS))
def without_redis(request, settings) -> Iterator[None]:
    port = free_port()
    url = settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": url}}
    if (says := ANSWERS[request.param]) is None:
        yield
        return
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Refusing) as server:
        server.daemon_threads, server.says = True, says
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.django_db(transaction=True)
def test_orders_are_taken_and_priced(client_of, without_redis):
    client = client_of("editor")
    wish = {"brief": "a wool coat", "n": 1, "provider": "sketchbook"}
    asked = client.post("/api/generations", wish, format="json")
    assert asked.status_code == 202, asked.content
    order = {"plan": {"prompts": ["a wool coat", "a silk dress"]}}
    priced = client.post("/api/batch/estimate", order, format="json")
    assert priced.status_code == 200, priced.content
    begun = client.post("/api/batch/generate", order, format="json")
    assert begun.status_code == 202, begun.content
    assert Generation.objects.filter(pk=asked.json()["id"]).exists() and Batch.objects.count() == 1
    assert client.get("/api/models").status_code == client.get("/api/generations").status_code == 200


def test_the_node_says_that_it_is_not_ready(db, without_redis):
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["redis"].startswith("failed: ")
