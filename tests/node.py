"""Node for tests of what runs in it: the oldest that the JavaScript client and its tests are written for, or newer."""

import shutil
import subprocess

import pytest

OLDEST = (20, 11)


def found() -> str:
    """The path of Node, '' where there is none or only an older one."""
    path = shutil.which("node") or ""
    told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30).stdout if path else "v0.0"
    major, minor = told.strip().removeprefix("v").split(".")[:2]
    return path if (int(major), int(minor)) >= OLDEST else ""


NODE = found()
NPM = shutil.which("npm") or "" if NODE else ""
needs_node = pytest.mark.skipif(not NODE, reason="Node 20.11 or newer is not installed")
needs_npm = pytest.mark.skipif(not NPM, reason="npm for Node 20.11 or newer is not installed")
