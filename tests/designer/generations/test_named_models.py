"""A model or family that the designer names: what stands beside it on the page and over HTTP."""

from collections.abc import Iterator

import pytest

from designer.catalogue.models import ModelProfile
from designer.generations.models import Generation
from tests.designer.generations.test_flow import ask
from tests.scripted import GOOD, Other, Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(monkeypatch, settings) -> Iterator[None]:
    """The better model and another; nobody else."""
    settings.IMAGE_PROVIDERS = ["scripted", "other"]
    with scripted(monkeypatch, quality=0.9), scripted(monkeypatch, Other, price="0.03", quality=0.2):
        ModelProfile.objects.filter(provider="other").update(family="Second")
        yield


@pytest.mark.parametrize("named", [{"provider": "other", "model": "one"}, {"model": "Second"}, {"provider": "other"}])
def test_what_the_router_thinks_of_the_others_is_told_where_one_is_named(named, pair, client_of):
    client = client_of("editor")
    wish = {"brief": "a midi dress", "n": 1, "strategy": "quality"}
    free = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
    assert free["provider"] == "scripted" and [each["left_out"] for each in free["alternatives"]] == [""]
    answer = client.post("/api/generations/preview", wish | named, format="json")
    assert answer.status_code == 200, answer.content
    told = answer.json()["estimate"]
    (shadow,) = told["alternatives"]
    assert (told["provider"], shadow["provider"], told["excluded"]) == ("other", "scripted", [])
    assert shadow["parts"] == free["parts"] and shadow["left_out"] == "another one was chosen by name"
    assert shadow["reason"] == "ahead in quality: 0.90 against 0.20"
    Scripted.answers, Other.answers = [GOOD], [GOOD]
    row = ask(client, **wish, **named).json()
    work_off("interactive")
    assert Generation.objects.get(pk=row["id"]).provider == "other"
    page = client.get(f"/generations/{row['id']}").content.decode()
    line = page.partition(">scripted/one<")[2].partition("</tr>")[0]
    assert "<td>0.90</td>" in line and "left out: another one was chosen by name" in line
    assert "ahead in quality: 0.90 against 0.20" in line
