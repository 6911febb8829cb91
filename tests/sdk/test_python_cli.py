"""`designer-bff` and the README's examples, as their readers run them, against a real studio."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from designer_bff import DesignerBFF
from PIL import Image

from teams.accounts.services import create_token
from tests import images
from tests.factories import UserFactory
from tests.stack import ROOT

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("e2e"), pytest.mark.django_db(transaction=True)]
SDK = ROOT / "sdk" / "python"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (SDK / "README.md").read_text(), re.DOTALL)


@pytest.fixture
def shell(studio_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who is signed in."""
    _, key = create_token(actor=UserFactory(email=f"{uuid.uuid4().hex}@example.org"), name="sdk")
    own = {"DESIGNER_BFF_URL": studio_url, "DESIGNER_BFF_TOKEN": key, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return {**os.environ, "PYTHONPATH": str(SDK), **own}


def run(shell: dict[str, str], folder: Path, *words: str, told: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "designer_bff", *words]
    return subprocess.run(command, env=shell, cwd=folder, input=told, capture_output=True, text=True, timeout=180)


def python(shell: dict[str, str], folder: Path, *words: str) -> list[str]:
    """The lines that a program told. It must end well."""
    command = [sys.executable, *words]
    ran = subprocess.run(command, env=shell, cwd=folder, capture_output=True, text=True, timeout=180)
    assert (ran.returncode, ran.stderr if ran.returncode else "") == (0, ""), words
    return ran.stdout.splitlines()


def test_every_program_of_the_readme_and_of_the_examples_runs(shell: dict[str, str], tmp_path: Path):
    programs = [text for language, text in BLOCKS if language == "python"]
    assert len(programs) == 6 and {language for language, _ in BLOCKS} == {"python", "sh"}
    for program in programs:
        python(shell, tmp_path, "-c", program)
    assert len(list(tmp_path.glob("*.png"))) == 3
    examples = SDK / "examples"
    (tmp_path / "swatch.png").write_bytes(images.encoded("PNG", images.photo((60, 80))))
    made = python(shell, tmp_path, str(examples / "lookbook.py"), "swatch.png", "a midi wrap dress", "looks")
    assert sorted(tmp_path / line for line in made) == sorted((tmp_path / "looks").iterdir())
    ended = python(shell, tmp_path, str(examples / "briefs.py"), "a linen skirt", "a wool coat")
    assert sorted(line.split(" /")[0] for line in ended) == ["succeeded a linen skirt", "succeeded a wool coat"]


def test_every_line_for_a_shell_of_the_readme_runs(shell: dict[str, str], tmp_path: Path):
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "designer-bff"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m designer_bff "$@"\n')
    command.chmod(0o755)
    (tmp_path / "swatch.png").write_bytes(images.encoded("PNG", images.photo((60, 80))))
    (tmp_path / "looks.csv").write_text("brief\na linen skirt\na wool coat\n")
    url, key = shell["DESIGNER_BFF_URL"], shell["DESIGNER_BFF_TOKEN"]
    own = {name: value for name, value in shell.items() if not name.startswith("DESIGNER_BFF_")}
    own["PATH"] = f"{command.parent}{os.pathsep}{own['PATH']}"
    told = []
    for lines in [text.replace("https://studio.example", url) for language, text in BLOCKS if language == "sh"]:
        ran = subprocess.run(
            ["sh", "-ec", lines], env=own, cwd=tmp_path, input=f"{key}\n", capture_output=True, text=True, timeout=180
        )
        assert ran.returncode == 0, ran.stderr
        told += ran.stdout.splitlines()
    made = sorted(path.suffix for path in (tmp_path / "looks").iterdir())
    assert made == [".png", ".png", ".png", ".zip"]
    end = json.loads(told[-1])
    assert (end["data"]["status"], end["channel"][:11]) == ("succeeded", "generation:")
    assert end["name"] in ("generation:complete", "snapshot")  # the truth at subscription, where it had ended before
    assert "_designer_bff" in (tmp_path / "completion.bash").read_text()


def test_from_the_shell_to_pictures(shell: dict[str, str], tmp_path: Path):
    (tmp_path / "swatch.png").write_bytes(images.encoded("PNG", images.photo((60, 80))))
    made = run(shell, tmp_path, "--json", "generate", "a coat", "--photo", "swatch.png", "-n", "2", "--output", "looks")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["status"] == "succeeded" and all(Path(tmp_path, file).is_file() for file in told["files"])
    assert "100 %" in made.stderr
    larger = run(shell, tmp_path, "--json", "enhance", "swatch.png", "--scale", "2", "--output", "looks")
    with Image.open(tmp_path / json.loads(larger.stdout)["files"][0]) as picture:
        assert picture.size == (120, 160)
    seen = run(shell, tmp_path, "--json", "watch", f"generation:{told['id']}", "--timeout", "3")
    assert [json.loads(line)["name"] for line in seen.stdout.splitlines()] == ["snapshot"]
    larger = run(shell, tmp_path, "enhance", told["assets"][0]["id"])
    assert f"{shell['DESIGNER_BFF_URL']}/assets/" in larger.stdout, larger.stderr
    piped = f'"{sys.executable}" -m designer_bff watch generation:{told["id"]} system | true'  # it reads nothing
    enough = subprocess.run(["sh", "-c", piped], env=shell, capture_output=True, text=True, timeout=60)
    assert (enough.returncode, enough.stderr) == (0, "")
    (tmp_path / "looks.csv").write_text("brief\na linen skirt\na wool coat\n")
    priced = run(shell, tmp_path, "batch", "looks.csv", "--estimate")
    assert priced.stdout.startswith("2 images, "), priced.stderr
    batch = run(shell, tmp_path, "batch", "looks.csv", "--budget", "5", "--output", "looks")
    assert batch.returncode == 0 and " completed " in batch.stdout, batch.stderr
    with DesignerBFF(shell["DESIGNER_BFF_URL"], shell["DESIGNER_BFF_TOKEN"]) as studio:
        shots = studio.assets(kind="generated").all(2)
        shoot = studio.create_collection(shots[0]["team"], "Lookbook", assets=[shot["id"] for shot in shots])["id"]
    recipe = ("--operation", "detail:amount=0.5")
    priced = run(shell, tmp_path, "batch", "--collection", shoot, *recipe, "--estimate")
    assert priced.stdout.startswith("2 images, "), priced.stderr
    batch = run(shell, tmp_path, "batch", "--collection", shoot, *recipe)
    assert batch.returncode == 0 and " completed " in batch.stdout, batch.stderr
    assert run(shell, tmp_path, "batch", "looks.csv", "--collection", shoot).returncode == 2
    lost = run(shell, tmp_path, "batch", "--collection", str(uuid.uuid4()))
    assert lost.returncode == 5 and "no such collection" in lost.stderr


def test_exit_codes_say_what_went_wrong(shell: dict[str, str], tmp_path: Path):
    codes = {
        2: [],
        4: ["watch", f"generation:{uuid.uuid4()}"],
        5: ["generate", "a coat", "-n", "9"],
        7: ["--url", "http://127.0.0.1:9", "generate", "a coat"],
    }
    assert {code: run(shell, tmp_path, *words).returncode for code, words in codes.items()} == {c: c for c in codes}
    stranger = {**shell, "DESIGNER_BFF_TOKEN": "dbff_no_such_token"}
    refused = run(stranger, tmp_path, "generate", "a coat")
    assert refused.returncode == 3 and refused.stderr.startswith("designer-bff: ")


def test_what_goes_wrong_is_told_with_its_remedy_and_for_programs_as_json(shell: dict[str, str], tmp_path: Path):
    gone = run(shell, tmp_path, "watch", "system", "--url", "http://127.0.0.1:9/api/")
    assert gone.stderr.startswith("designer-bff: The studio at http://127.0.0.1:9 cannot be reached")
    assert gone.stderr.endswith("Check the address, and that the studio runs.\n")
    url = shell["DESIGNER_BFF_URL"]
    lost = run(shell, tmp_path, "generate", "a coat", "--url", f"{url}/nowhere")
    assert lost.returncode == 4 and f"There seems to be no studio at {url}/nowhere" in lost.stderr
    refused = run(shell, tmp_path, "generate", "a coat", "-n", "9", "--json")
    error = json.loads(refused.stderr)["error"]
    assert (error["field"], error["status"]) == ("n", 400) and error["message"]
    unclear = run(shell, tmp_path, "enhance", "swatch.pgn")
    assert (unclear.returncode, unclear.stderr) == (2, "designer-bff: swatch.pgn: No such file or directory\n")
    (tmp_path / "plan.json").write_text("{")
    assert "plan.json is no JSON" in run(shell, tmp_path, "batch", "plan.json").stderr
    bare = {name: value for name, value in shell.items() if not name.startswith("DESIGNER_BFF_")}
    assert "`designer-bff login`" in run(bare, tmp_path, "generate", "a coat").stderr
    assert "http://" in run(bare, tmp_path, "--url", "studio.example", "generate", "a coat").stderr


def test_a_shell_completes_commands_and_their_options(tmp_path: Path):
    own = {**os.environ, "PYTHONPATH": str(SDK)}
    for shell_, wanted in {"bash": "complete -o default", "zsh": "bashcompinit", "fish": "-l aspect-ratio -r"}.items():
        assert wanted in run(own, tmp_path, "completion", shell_).stdout
    lines = run(own, tmp_path, "completion", "bash").stdout
    for words, completed in {("ge",): "generate", ("--json", "batch", "--bu"): "--budget"}.items():
        typed = f"COMP_WORDS=(designer-bff {' '.join(words)}); COMP_CWORD={len(words)}; _designer_bff; echo $COMPREPLY"
        ran = subprocess.run(["bash", "-c", lines + typed], capture_output=True, text=True, check=True, timeout=30)
        assert ran.stdout.strip() == completed


def test_a_login_is_checked_and_kept(shell: dict[str, str], tmp_path: Path):
    url, key = shell["DESIGNER_BFF_URL"], shell["DESIGNER_BFF_TOKEN"]
    bare = {name: value for name, value in shell.items() if not name.startswith("DESIGNER_BFF_")}
    assert run(bare, tmp_path, "generate", "a coat").returncode == 2
    assert run(bare, tmp_path, "--url", url, "login", told="wrong\n").returncode == 3
    assert run(bare, tmp_path, "generate", "a coat").returncode == 2
    assert run(bare, tmp_path, "--url", url, "login", told=f"{key}\n").returncode == 0
    asked = run(bare, tmp_path, "--json", "generate", "a coat", "--no-wait")
    assert asked.returncode == 0 and json.loads(asked.stdout)["id"]


def test_ctrl_c_cancels_the_work_in_the_studio(shell: dict[str, str], tmp_path: Path):
    log = tmp_path / "told"
    rows = "\n".join(f"a linen skirt number {number}" for number in range(200))
    (tmp_path / "many.csv").write_text(f"brief\n{rows}\n")
    with log.open("w") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "designer_bff", "batch", "many.csv"], env=shell, cwd=tmp_path, stdout=out, stderr=out
        )
    end = time.monotonic() + 60
    while " %" not in log.read_text() and time.monotonic() < end:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 130, log.read_text()
    cancelled = log.read_text().rpartition("cancelled ")[2].strip()
    seen = run(shell, tmp_path, "--json", "watch", f"batch:{cancelled}", "--timeout", "3")
    assert json.loads(seen.stdout.splitlines()[0])["data"]["status"] == "cancelled"
