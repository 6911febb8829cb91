"""What the environment may not say, told in one message before anything starts."""

import os
import subprocess
import sys

import pytest

from designer import settings
from designer.env import ROOT
from designer.providers.registry import discover

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


def test_a_provider_that_there_is_not_is_told_at_the_start_with_those_there_are():
    said = started(IMAGE_PROVIDERS="sketchbook,foo", LANGUAGE_PROVIDER="mistral").stderr
    assert "IMAGE_PROVIDERS names foo. Use some of sketchbook, google" in said
    assert "LANGUAGE_PROVIDER='mistral' is not known" in said
    assert started(IMAGE_PROVIDERS="sketchbook,comfyui", LANGUAGE_PROVIDER="local").returncode == 0


def test_every_provider_that_there_is_may_be_named():
    assert set(settings.DRAW) == set(discover())
