"""A provider that charges: it keeps its own log, in a database that the system under test never sees."""

import json
import sqlite3
import threading
import time
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Provider:
    """Serves on a free port in this process. `honours_keys`: a key seen before is answered without a new charge."""

    def __init__(self, log: Path, *, honours_keys: bool) -> None:
        self.log = sqlite3.connect(log, check_same_thread=False, isolation_level=None)
        self.log.execute("PRAGMA synchronous = FULL")
        self.log.execute("CREATE TABLE charges (key TEXT, job TEXT, price TEXT)")
        self.lock = threading.Lock()
        self.honours_keys = honours_keys
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def charge(self, key: str, job: str, price: str) -> None:
        with self.lock:
            if self.honours_keys and self.known(key):
                return
            self.log.execute("INSERT INTO charges VALUES (?, ?, ?)", [key, job, price])

    def known(self, key: str) -> int:
        return int(self.log.execute("SELECT count(*) FROM charges WHERE key = ?", [key]).fetchone()[0])

    def charges(self) -> dict[str, list[Decimal]]:
        """What was charged for each job."""
        found: dict[str, list[Decimal]] = {}
        with self.lock:
            for job, price in self.log.execute("SELECT job, price FROM charges").fetchall():
                found.setdefault(job, []).append(Decimal(price))
        return found

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                wanted = int(self.headers["Content-Length"])
                body = self.rfile.read(wanted)
                if len(body) < wanted:
                    return  # half a request is no order
                order = json.loads(body)
                provider.charge(self.headers["Idempotency-Key"], order["job"], order["price"])
                if self.headers["X-Reply"] == "none":
                    self.close_connection = True
                    return
                self._answer({"made": True})

            def do_GET(self) -> None:
                where = urlsplit(self.path)
                if where.path == "/hang":
                    time.sleep(60)
                    return
                self._answer({"charges": provider.known(parse_qs(where.query)["key"][0])})

            def _answer(self, data: dict[str, Any]) -> None:
                body = json.dumps(data).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        return Handler
