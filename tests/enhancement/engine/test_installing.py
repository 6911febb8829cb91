"""Downloads from a server that stands in for a publisher, with all that goes wrong on the way."""

import errno
import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from designer import outbound
from enhancement.engine import installing
from enhancement.engine.installing import InstallRefused, fetch

CONTENT = bytes(range(256)) * 40
HASH = hashlib.sha256(CONTENT).hexdigest()
PIECE, WHOLE = 1000, len(CONTENT)


class Publisher(BaseHTTPRequestHandler):
    """Serves CONTENT at /file. `moods` says for each request in turn what to do; after the last, all goes well."""

    moods: list[str] = []
    asked: list[str] = []

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.asked.append(self.headers.get("Range", "all"))
        mood = self.moods.pop(0) if self.moods else ""
        if mood == "redirect":
            return self.reply(302, b"", Location="/elsewhere")
        if mood.isdecimal():
            return self.reply(int(mood), b"")
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if mood == "no ranges" or not wanted:
            return self.reply(200, CONTENT)
        start, end = int(wanted[1]), min(int(wanted[2]), len(CONTENT) - 1)
        part, where = CONTENT[start : end + 1], f"bytes {start}-{end}/{len(CONTENT)}"
        if mood == "other bytes":
            part = bytes(len(part))
        self.reply(206, part, cut=mood == "cut", **{"Content-Range": where})

    def reply(self, status, body, *, cut=False, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = True


@pytest.fixture
def publisher(monkeypatch):
    """A server on this machine that the checked client takes for a public one."""
    Publisher.moods, Publisher.asked = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setitem(outbound.PORTS, "http", server.server_port)
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(installing, "PIECE", PIECE)
    yield Publisher
    server.shutdown()
    server.server_close()


def call(method, url, **more):
    return outbound.call(method, url, allow_http=True, resolver=lambda host, port: ["127.0.0.1"], **more)


def download(folder, *, accepted=(HASH,), size=WHOLE, progress=lambda done, whole: None):
    settings = {"call": call, "progress": progress, "pause": lambda seconds: None}
    return fetch("http://publisher.example/file", folder / "model.pth", accepted, size, **settings)


def refusal(folder, **more):
    with pytest.raises(InstallRefused) as refused:
        download(folder, **more)
    return refused.value


def test_a_file_comes_in_pieces_and_tells_how_far_it_is(publisher, tmp_path):
    told = []
    path = download(tmp_path, progress=lambda done, whole: told.append((done, whole)))
    assert path.read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["model.pth"]
    assert told[0] == (PIECE, len(CONTENT)) and told[-1] == (len(CONTENT), len(CONTENT))
    assert publisher.asked[:2] == ["bytes=0-999", "bytes=1000-1999"]


def test_a_download_that_stopped_goes_on_where_it_was(publisher, tmp_path):
    def stop(done, whole):
        if done >= 3 * PIECE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(tmp_path, progress=stop)
    assert installing.partial(tmp_path / "model.pth") == 3 * PIECE
    assert not (tmp_path / "model.pth").exists()
    publisher.asked.clear()
    assert download(tmp_path).read_bytes() == CONTENT
    assert publisher.asked[0] == "bytes=3000-3999"


@pytest.mark.parametrize("mood", ["cut", "500", "503", "429", "416"])
def test_a_piece_that_fails_is_asked_for_again(mood, publisher, tmp_path):
    publisher.moods = ["", mood, mood]
    assert download(tmp_path).read_bytes() == CONTENT
    assert publisher.asked[1:4] == ["bytes=1000-1999"] * 3


def test_a_server_that_stays_broken_is_given_up_and_what_came_is_kept(publisher, tmp_path):
    publisher.moods = ["", *["503"] * installing.TRIES]
    refused = refusal(tmp_path)
    assert (refused.code, "503" in refused.message) == ("unreachable", True)
    assert installing.partial(tmp_path / "model.pth") == PIECE


def test_a_redirect_is_followed_through_the_checks(publisher, tmp_path):
    publisher.moods = ["redirect"]
    assert download(tmp_path).read_bytes() == CONTENT


def test_a_redirect_to_a_private_address_is_not_followed(publisher, tmp_path, monkeypatch):
    publisher.moods = ["redirect"]
    verdicts = iter([True, False])
    monkeypatch.setattr(outbound, "is_public", lambda address: next(verdicts))
    assert refusal(tmp_path).code == "private_address"


def test_redirects_without_end_are_given_up(publisher, tmp_path):
    publisher.moods = ["redirect"] * 20
    assert refusal(tmp_path).code == "unreachable"


def test_a_server_without_ranges_is_read_in_one(publisher, tmp_path):
    publisher.moods = ["", "no ranges"]
    assert download(tmp_path).read_bytes() == CONTENT
    assert publisher.asked == ["bytes=0-999", "bytes=1000-1999", "all"]


def test_a_server_without_ranges_that_sends_something_else_is_refused(publisher, tmp_path):
    publisher.moods = ["no ranges", "no ranges"]
    assert refusal(tmp_path, size=len(CONTENT) + 7).code == "wrong_size"


def test_a_file_with_another_hash_is_not_kept(publisher, tmp_path):
    publisher.moods = ["", "other bytes"]
    refused = refusal(tmp_path)
    assert refused.code == "wrong_hash" and refused.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_said_at_once(publisher, tmp_path):
    publisher.moods = ["404"]
    assert refusal(tmp_path).code == "not_found"
    assert len(publisher.asked) == 1


def test_a_disk_without_room_is_refused_before_anything_comes(publisher, tmp_path, monkeypatch):
    monkeypatch.setattr(installing.shutil, "disk_usage", lambda folder: installing.shutil._ntuple_diskusage(9, 9, 0))
    refused = refusal(tmp_path)
    assert (refused.code, "free" in refused.message) == ("disk_full", True)
    assert publisher.asked == []


def test_a_disk_that_fills_on_the_way_keeps_what_came(publisher, tmp_path):
    def full(done, whole):
        if done >= 2 * PIECE:
            raise OSError(errno.ENOSPC, "No space left on device")

    assert refusal(tmp_path, progress=full).code == "disk_full"
    assert installing.partial(tmp_path / "model.pth") == 2 * PIECE
    assert download(tmp_path).read_bytes() == CONTENT


def test_two_cannot_install_the_same_file_at_once(publisher, tmp_path):
    inner: list[InstallRefused] = []

    def again(done, whole):
        if not inner:
            inner.append(refusal(tmp_path))

    assert download(tmp_path, progress=again).read_bytes() == CONTENT
    assert inner[0].code == "busy"


def test_a_folder_that_cannot_be_written_is_said(publisher, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert refusal(tmp_path / "file").code == "unwritable"


def test_an_imported_file_needs_the_published_hash(tmp_path):
    given, target = tmp_path / "stick.pth", tmp_path / "models" / "model.pth"
    given.write_bytes(CONTENT)
    with pytest.raises(InstallRefused) as refused:
        installing.take(given, target, ("0" * 64,))
    assert refused.value.code == "wrong_hash" and not target.exists()
    assert installing.take(given, target, (HASH,)).read_bytes() == CONTENT
    assert given.exists()
