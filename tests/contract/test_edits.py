"""An edit with words goes to a model that changes a photo as it is told; of one that draws it anew and was chosen by
name that is said before anything is spent."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designer.generations.models import Generation
from designer.providers import registry
from designer.providers.base import ProviderConfig
from tests import images
from tests.designer.generations.test_flow import ask
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
CHANGE = "make the sleeves longer"
ANEW = "cannot be told what to change"


@pytest.fixture
def set_up(simulator: Simulator, settings) -> Iterator[object]:
    """Keys for these vendors."""

    def make(*names: str) -> None:
        settings.IMAGE_PROVIDERS, settings.LANGUAGE_PROVIDER = list(names), "local"
        addresses = {name: ProviderConfig(api_key=KEY, base_url=simulator.url(name)) for name in names}
        registry.configure(addresses)

    yield make
    registry.configure(settings.PROVIDERS)


def edit(client, **wish) -> dict:
    file = SimpleUploadedFile("photo.png", images.encoded("PNG"), "image/png")
    photo = client.post("/api/assets", {"file": file}, format="multipart").json()["id"]
    return {
        "brief": CHANGE,
        "n": 1,
        "source": photo,
        "mode": "edit",
        "references": [photo],
        "aspect_ratio": "1:1",
        **wish,
    }


def test_the_router_takes_one_that_can_though_another_is_cheaper(client_of, set_up, simulator):
    set_up("google", "a1111")
    client = client_of("editor")
    free = client.post("/api/generations/preview", {"brief": "a coat", "strategy": "cost"}, format="json").json()
    assert free["estimate"]["provider"] == "a1111", "which draws photos anew, and is the cheapest"
    wish = edit(client, strategy="cost")
    left_out = client.post("/api/generations/preview", wish, format="json").json()["estimate"]["excluded"]
    assert any(each["provider"] == "a1111" and ANEW in each["reason"] for each in left_out)
    row = Generation.objects.get(pk=ask(client, **wish).json()["id"])
    work_off("interactive")
    row.refresh_from_db()
    assert (row.status, row.provider) == ("succeeded", "google")


def begins_from_a_photo(can: dict) -> bool:
    return can["references"] and not can["recolours"] and not can["by_name"]


@pytest.mark.parametrize("provider", ["stability", "a1111"])
def test_one_that_cannot_is_refused_or_warned_of_where_it_was_chosen_by_name(provider, client_of, set_up):
    set_up(provider)
    client = client_of("editor")
    refused = ask(client, **edit(client))
    assert refused.status_code == 422, refused.content
    (error,) = refused.json()["errors"]
    assert error["field"] == "mode" and ANEW in error["message"]
    model = client.get("/api/models").json()
    own = (each for each in model["results"] if each["provider"] == provider and each["available"])
    named = next(each["model"] for each in own if begins_from_a_photo(each["capabilities"]))
    said = client.post("/api/generations/preview", edit(client, model=named, provider=provider), format="json").json()
    assert any(ANEW in each for each in said["estimate"]["warnings"])
