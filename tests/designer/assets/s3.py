"""A store that speaks as much S3 as we use, over real HTTP on this machine: put, get, head, delete, list."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

WHEN = "Mon, 01 Jan 2024 00:00:00 GMT"


class Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]

    @property
    def key(self) -> str:
        """Bucket and name of the object."""
        return unquote(urlsplit(self.path).path).lstrip("/")

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            data = unchunked(data)
        self.objects[self.key] = data
        self.say(200, headers={"ETag": '"x"'})

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "/" not in self.key.rstrip("/"):
            return self.say(200, self.listing(query.get("prefix", [""])[0]))
        return self.say(200, self.objects[self.key]) if self.key in self.objects else self.say(404)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.objects.pop(self.key, None)
        self.say(204)

    def listing(self, prefix: str) -> bytes:
        bucket = self.key.rstrip("/")
        names = sorted(
            name.removeprefix(f"{bucket}/") for name in self.objects if name.startswith(f"{bucket}/{prefix}")
        )
        rest = [name[len(prefix) :] for name in names]
        folders = sorted({prefix + part.partition("/")[0] + "/" for part in rest if "/" in part})
        files = [prefix + part for part in rest if "/" not in part]
        said = "".join(f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in folders)
        said += "".join(f"<Contents><Key>{escape(name)}</Key></Contents>" for name in files)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{said}</ListBucketResult>".encode()

    def say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        known = {"Content-Length": str(len(body)), "Last-Modified": WHEN, "ETag": '"x"'} | (headers or {})
        for name, value in known.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def unchunked(data: bytes) -> bytes:
    """The body inside `aws-chunked` framing: sizes in hex, each followed by so many bytes."""
    whole, place = b"", 0
    while True:
        end = data.index(b"\r\n", place)
        size = int(data[place:end].partition(b";")[0], 16)
        if not size:
            return whole
        whole += data[end + 2 : end + 2 + size]
        place = end + 2 + size + 2


@contextmanager
def store() -> Iterator[tuple[str, dict[str, bytes]]]:
    """The address of an empty store and its objects by `bucket/name`."""
    objects: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneStore", (Store,), {"objects": objects}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", objects
    finally:
        server.shutdown()
        server.server_close()
