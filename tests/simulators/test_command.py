"""`manage.py provider_simulator`, started as a developer starts it."""

import json
import shlex
import signal
import subprocess
import sys
from urllib.request import Request, urlopen

import pytest
from django.core.management import CommandError, call_command

from designer.env import ROOT


def test_the_command_tells_the_environment_serves_until_it_is_stopped_and_ends_well() -> None:
    command = [sys.executable, "manage.py", "provider_simulator", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        told: dict[str, str] = {}
        for line in running.stdout:
            if line.startswith("export "):
                name, _, value = shlex.split(line)[1].partition("=")
                told[name] = value
            if "Ctrl-C" in line:
                break
        key = {"Authorization": f"Bearer {told['OPENAI_API_KEY']}"}
        with urlopen(Request(f"{told['OPENAI_BASE_URL']}/v1/models", headers=key)) as answer:
            assert json.load(answer)["object"] == "list"
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


def test_a_port_that_is_taken_is_told_with_the_way_out(simulator) -> None:
    command = [sys.executable, "manage.py", "provider_simulator", "--port", str(simulator.port)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode != 0
    assert "Choose another with --port" in said.stderr and "Traceback" not in said.stderr


def test_an_installation_without_the_tests_is_told_what_it_lacks(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tests.simulators.providers.server", None)
    with pytest.raises(CommandError, match="part of the tests"):
        call_command("provider_simulator")
