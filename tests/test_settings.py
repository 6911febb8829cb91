"""What the environment may not say, told in one message before anything starts."""

import os
import subprocess
import sys

import pytest

from designer.env import ROOT

KEY = "k" * 50


def started(**said: str) -> subprocess.CompletedProcess[str]:
    """The settings read in a process of their own, with these variables and no key."""
    env = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS")}
    code = "import designer.settings"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**env, **said}, capture_output=True, text=True)


@pytest.mark.parametrize(
    "said",
    [
        {"ALLOWED_HOSTS": "studio.example"},
        {"SITE_URL": "https://studio.example"},
        {"ALLOWED_HOSTS": "127.0.0.1,10.0.0.7"},
        {"ALLOWED_HOSTS": "*"},
    ],
)
def test_a_studio_that_others_can_reach_has_a_key_of_its_own(said):
    refused = started(**said)
    assert refused.returncode != 0 and "SECRET_KEY is missing" in refused.stderr
    assert started(**said, SECRET_KEY=KEY).returncode == 0


def test_this_machine_alone_needs_no_key():
    assert started(SITE_URL="http://localhost:9000").returncode == 0


def test_every_bad_value_is_told_at_once():
    said = started(JOB_LEASE_SECONDS="5", JOB_HEARTBEAT_SECONDS="5", DEBUG="perhaps").stderr
    assert "JOB_HEARTBEAT_SECONDS must be less" in said and "DEBUG='perhaps' is neither" in said
