"""run.py itself, in a copy without .venv: what a stranger meets first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from designer.local.system import ROOT

pytestmark = pytest.mark.fault

NO_NETWORK = {
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": "nowhere",
    "PIP_CONFIG_FILE": os.devnull,
    "UV_OFFLINE": "1",
    "UV_FIND_LINKS": "",
    "UV_CACHE_DIR": "nowhere",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The part of a fresh checkout that a start needs before anything is installed."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copy(ROOT / "run.py", folder)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    return folder


def run(folder: Path, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "VIRTUAL_ENV"))}
    return subprocess.run(
        [sys.executable, str(folder / "run.py"), *words],
        env={**clean, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def installed_copy(folder: Path, marker: str) -> None:
    """Stands for a complete .venv: this interpreter and a designer.local that only tells how it was called."""
    (folder / "designer" / "local").mkdir(parents=True)
    (folder / "designer" / "__init__.py").touch()
    (folder / "designer" / "local" / "__init__.py").touch()
    (folder / "designer" / "local" / "__main__.py").write_text(
        f"import sys\nprint({marker!r}, sys.argv[1:])\nsys.exit(7)\n"
    )
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    for layer in ("base", "dev"):
        asked = f"import run; (run.VENV / 'installed-{layer}').write_text(run.wanted('{layer}', False))"
        subprocess.run([sys.executable, "-c", asked], cwd=folder, check=True)


def test_without_a_network_the_first_start_is_one_line_that_names_what_is_missing(copy: Path) -> None:
    done = run(copy, PATH=f"{Path(sys.executable).parent}/none:/usr/bin:/bin", **NO_NETWORK)
    assert done.returncode == 1
    assert done.stderr.startswith("run.py: uv, the installer is not installed yet and no package index can be reached")
    assert done.stderr.count("\n") == 1
    assert not list((copy / ".venv").glob("installed-*"))


def test_without_a_network_a_complete_installation_starts(copy: Path) -> None:
    installed_copy(copy, "started")
    done = run(copy, "bench", "--quick", **NO_NETWORK)
    assert (done.stdout, done.stderr, done.returncode) == ("started ['bench', '--quick']\n", "", 7)


def test_a_change_of_the_locks_or_of_the_folder_asks_for_a_new_installation(copy: Path) -> None:
    installed_copy(copy, "started")
    moved = copy.with_name("moved")
    copy.rename(moved)
    assert "Installing into .venv" in run(moved, **NO_NETWORK).stdout


def test_a_checkout_that_may_not_be_written_is_one_line(copy: Path) -> None:
    if os.geteuid() == 0:
        words = [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--",
            sys.executable,
            str(copy / "run.py"),
        ]
        for folder in (copy, *copy.parents):
            if any(part.startswith("pytest-of-") for part in folder.parts):
                folder.chmod(0o755)
        if subprocess.run([*words[:-1], "-c", ""], capture_output=True).returncode:
            pytest.skip("nobody may not use this interpreter")
        done = subprocess.run(words, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=60)
    else:
        copy.chmod(0o555)
        done = run(copy)
        copy.chmod(0o755)
    assert done.returncode == 1
    assert "may not be written (Permission denied)" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (copy / ".venv").exists()


def test_an_unknown_command_lists_the_known_ones_and_installs_nothing(copy: Path) -> None:
    done = run(copy, "tets")
    assert done.returncode == 1
    assert done.stderr.startswith("run.py: there is no command 'tets'; there are: serve, demo, test, bench")
    assert not (copy / ".venv").exists()


def test_help_and_stop_need_no_installation(copy: Path) -> None:
    assert "python3 run.py demo" in run(copy, "--help").stdout
    assert run(copy, "stop").stdout == "Nothing runs here.\n"
    assert not (copy / ".venv").exists()


def test_an_interpreter_without_venv_is_told_the_line_that_brings_it_and_nothing_half_made_stays(copy: Path) -> None:
    broken = copy / "stdlib"
    broken.mkdir()
    (broken / "venv.py").write_text(
        "import pathlib, sys\npathlib.Path(sys.argv[1]).mkdir()\nsys.exit('ensurepip is not available')\n"
    )
    done = run(copy, PYTHONPATH=str(broken), PATH="/nonexistent")
    assert done.returncode == 1
    assert "apt-get install -y --no-install-recommends python3-venv" in done.stderr
    assert not (copy / ".venv").exists()


def test_every_requirement_has_its_lock_with_hashes_and_names_no_index() -> None:
    for name in ("worker", "embedded", "dev", "nodeps", "accelerators", "backends"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert "index-url" not in lock and "://" not in lock
        assert "\ntorch==" not in lock and "nvidia" not in lock
        pins = {
            line.split("==")[0].split("[")[0].lower() for line in lock.splitlines() if "==" in line and line[0] != " "
        }
        for line in (ROOT / "requirements" / f"{name}.in").read_text().splitlines():
            if line and not line.startswith("-"):
                wanted = (
                    line.split("[")[0].split("~")[0].split(">")[0].split("=")[0].split(",")[0].lower().replace("_", "-")
                )
                assert wanted in pins, f"{line} is not in {name}.txt: run requirements/lock"
        assert lock.count("--hash=sha256:") >= len(pins)
