"""Every block of the JavaScript README, and the programs in its examples, as their readers run them."""

import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from PIL import Image

from teams.accounts.services import create_token
from tests import images
from tests.factories import UserFactory
from tests.node import NODE, needs_node, needs_npm
from tests.stack import ROOT

SDK = ROOT / "sdk" / "javascript"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (SDK / "README.md").read_text(), re.DOTALL)
pytestmark = [
    pytest.mark.fault,
    pytest.mark.xdist_group("e2e"),
    pytest.mark.django_db(transaction=True),
    needs_node,
]


@pytest.fixture
def desk(studio_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody with a token, in a folder that has the package, a swatch and rows."""
    _, key = create_token(actor=UserFactory(email=f"{uuid.uuid4().hex}@example.org"), name="sdk")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "designer-bff").symlink_to(SDK)
    (tmp_path / "swatch.png").write_bytes(images.encoded("PNG", images.photo((60, 80))))
    for example in (SDK / "examples").glob("*.js"):
        shutil.copy(example, tmp_path)
    return {**os.environ, "DESIGNER_BFF_URL": studio_url, "DESIGNER_BFF_TOKEN": key}


def run(desk: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NODE, *words], env=desk, cwd=folder, capture_output=True, text=True, timeout=180)


def test_every_program_of_the_readme_and_of_the_examples_runs(desk: dict[str, str], tmp_path: Path):
    programs = [text for language, text in BLOCKS if language == "js"]
    assert len(programs) == 5 and {language for language, _ in BLOCKS} == {"js", "sh"}
    for number, program in enumerate(programs):
        (tmp_path / f"{number}.js").write_text(program)
        ran = run(desk, tmp_path, f"{number}.js")
        assert (ran.returncode, ran.stderr) == (0, ""), program
    assert len([path for path in tmp_path.glob("*.png") if path.name != "swatch.png"]) == 2

    made = run(desk, tmp_path, "lookbook.js", "swatch.png", "a midi wrap dress", "looks")
    paths = made.stdout.split()
    assert (made.returncode, len(paths)) == (0, 2), made.stderr
    with Image.open(tmp_path / paths[0]) as picture:
        assert picture.width > 1000
    lost = run({**desk, "DESIGNER_BFF_TOKEN": "dbff_no_such"}, tmp_path, "lookbook.js", "swatch.png", "a coat")
    assert lost.returncode == 1 and "token" in lost.stderr
    (tmp_path / "looks.csv").write_text("brief\na linen skirt\na wool coat\n")
    batch = run(desk, tmp_path, "batch.js", "looks.csv", "5.00")
    assert batch.returncode == 0 and (tmp_path / batch.stdout.strip()).is_file(), batch.stderr


def test_ctrl_c_in_the_batch_example_cancels_it_in_the_studio(desk: dict[str, str], tmp_path: Path):
    rows = "\n".join(f"a linen skirt number {number}" for number in range(200))
    (tmp_path / "many.csv").write_text(f"brief\n{rows}\n")
    log = tmp_path / "told"
    with log.open("w") as out:
        running = subprocess.Popen([NODE, "batch.js", "many.csv"], env=desk, cwd=tmp_path, stdout=out, stderr=out)
    end = time.monotonic() + 60
    while " %" not in log.read_text() and time.monotonic() < end:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 130, log.read_text()
    assert "cancelled " in log.read_text()


@needs_npm
def test_what_the_readme_says_for_a_shell_installs_it(tmp_path: Path):
    (lines,) = [text for language, text in BLOCKS if language == "sh"]
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "sdk").symlink_to(ROOT / "sdk")
    own = {**os.environ, "npm_config_offline": "true"}
    subprocess.run(["sh", "-ec", lines], cwd=tmp_path, env=own, capture_output=True, check=True, timeout=120)
    ran = run(own, tmp_path, "--input-type=module", "-e", 'import "designer-bff"')
    assert (ran.returncode, ran.stderr) == (0, "")
