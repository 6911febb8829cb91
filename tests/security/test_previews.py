"""A preview is made without the network and without a file (promise 34, in its first form).

The very function that the decoding sandbox runs is watched from within by CPython's audit hooks (PEP 578). What native
code opens by itself does not show there; the sandbox takes the right to write files from that, see its own tests.
"""

import json
import subprocess
import sys

import pytest

from designer.local.system import ROOT
from tests import images

WATCH = """
import json, sys, sysconfig
from pathlib import Path
homes = [str(Path(home).resolve()) for home in (sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), ".")]
seen = []
def watch(event, facts):
    if event == "open":
        path, mode, flags = str(facts[0]), facts[1], facts[2]
        reading = (mode in (None, "r", "rb")) and not flags & 3
        if reading and path.endswith((".py", ".pyc", ".so")) and any(path.startswith(home) for home in homes):
            return  # a module that is loaded late
        seen.append([event, path])
    elif event.split(".")[0] in ("socket", "subprocess", "urllib", "ftplib", "http", "smtplib", "shutil") or event in (
        "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.remove", "os.rename", "os.mkdir"
    ):
        seen.append([event, str(facts)[:200]])
data = sys.stdin.buffer.read()
from designer.assets.images import ImageRefused, normalise
sys.addaudithook(watch)
try:
    normalise(data, max_pixels=64_000_000, max_side=30_000)
    end = "made"
except ImageRefused as refused:
    end = refused.code
print(json.dumps([end, seen]))
"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/><image href="http://127.0.0.1/x"/></svg>'
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\nshowpage\n"
CASES = {
    **{kind: (images.with_secrets(kind), "made") for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")},
    "SVG with links": (SVG, "unknown_format"),
    "PostScript that reads a file": (POSTSCRIPT, "unknown_format"),
    "a PNG that ends early": (images.encoded("PNG")[:80], "truncated"),
    "not a picture": (b"/etc/passwd\n" * 20, "unknown_format"),
}


def watched(data: bytes, code: str = WATCH) -> tuple[str, list[list[str]]]:
    done = subprocess.run([sys.executable, "-c", code], input=data, cwd=ROOT, capture_output=True, check=True)
    end, seen = json.loads(done.stdout)
    return end, seen


@pytest.mark.parametrize("name", list(CASES))
def test_nothing_is_opened_and_nobody_called(name):
    data, end = CASES[name]
    assert watched(data) == (end, [])


def test_the_watch_itself_sees_files_and_calls():
    loud = WATCH.replace("try:\n", "import socket, os\nopen('/etc/hostname').close()\nsocket.socket().close()\ntry:\n")
    assert [event for event, _ in watched(images.encoded("PNG"), loud)[1]] == ["open", "socket.__new__"]
