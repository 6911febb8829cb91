"""The composer: what a designer changed stays changed through every later preview."""

import re

import pytest
from django.test import Client

from designer.generations.models import Generation

pytestmark = pytest.mark.django_db

CHIP = re.compile(r'<select[^>]* name="fix-(\w+)".*?</select>', re.S)
CHOSEN = re.compile(r'<option value="(\w+)" selected')
WAS = re.compile(r'name="was-(\w+)" value="(\w*)"')


def fields_of(html: str) -> dict[str, str]:
    """What a browser would send back of the chips."""
    chips = {f"fix-{found[1]}": (CHOSEN.search(found[0]) or ["", ""])[1] for found in CHIP.finditer(html)}
    return {**chips, **{f"was-{name}": value for name, value in WAS.findall(html)}}


@pytest.fixture
def client(member) -> Client:
    made = Client()
    made.force_login(member("editor"), backend="django.contrib.auth.backends.ModelBackend")
    return made


def preview(client, **sent: str) -> dict[str, str]:
    answer = client.post("/studio/understood", {"brief": "a linen dress with long sleeves", **sent})
    assert answer.status_code == 200, answer.content
    return fields_of(answer.json()["understood"])


@pytest.mark.parametrize(("name", "value"), [("fix-garment", "coat"), ("fix-sleeves", "")])
def test_a_corrected_chip_outlives_later_previews_and_reaches_the_generation(name, value, client):
    seen = preview(client)
    assert (seen["fix-garment"], seen["fix-sleeves"], seen["fix-fabric"]) == ("dress", "long", "linen")
    seen = preview(client, **{**seen, name: value})
    assert seen[name] == value
    seen = preview(client, **{**seen, "fix-fabric": "wool"})
    assert (seen[name], seen["fix-fabric"]) == (value, "wool")
    client.post("/", {"brief": "a linen dress with long sleeves", **seen})
    kept = Generation.objects.latest("created_at").corrections
    assert kept == {name[4:]: value or None, "fabric": "wool"}


def test_untouched_chips_are_no_corrections(client):
    client.post("/", {"brief": "a linen dress with long sleeves", **preview(client)})
    assert Generation.objects.latest("created_at").corrections == {}
