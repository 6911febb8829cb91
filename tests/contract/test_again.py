"""Images of every vendor, asked for again from nothing but their records: the vendor is sent the very same."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designer.assets.models import Asset
from designer.generations.again import lacking, request_of
from designer.generations.models import Generation
from designer.providers import registry
from designer.providers.base import ProviderConfig
from designer.providers.registry import image_provider
from teams.base.errors import Refused
from tests import images
from tests.contract.adapters import ADAPTERS, Adapter
from tests.designer.generations.test_flow import ask
from tests.designer.generations.test_runner import try_again
from tests.simulators.providers.server import KEY, Call, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
OWN = ("n", "prompt_id", "client_id")  # of a call, not of what is to be drawn


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings: Any) -> Iterator[None]:
    """A studio with every vendor's key."""
    settings.LANGUAGE_PROVIDER = "local"
    told = {row.name: {} if row.keyless else {"api_key": KEY} for row in ADAPTERS}
    registry.configure({name: ProviderConfig(base_url=simulator.url(name), **key) for name, key in told.items()})
    yield
    registry.configure(settings.PROVIDERS)


def photo(client: Any) -> str:
    file = SimpleUploadedFile("photo.png", images.encoded("PNG"), "image/png")
    pk: str = client.post("/api/assets", {"file": file}, format="multipart").json()["id"]
    return pk


def made(client: Any, row: Adapter, **wish: Any) -> list[Asset]:
    told = {"brief": "a plain coat, no buttons", "provider": row.name, "model": row.model, "aspect_ratio": row.ratio}
    answer = ask(client, **{**told, "n": 2, **wish})
    assert answer.status_code == 202, answer.content
    work_off("interactive")
    done = Generation.objects.get(pk=answer.json()["id"])
    while done.status == "running":  # what the vendor allows in a second is used up
        done = try_again(done)
    assert done.status == "succeeded", done.error
    return list(done.shown_assets)


def drawn(call: Call) -> Any:
    """What a call asks the vendor to draw."""
    if call.form():
        return sorted((part.name, part.data) for part in call.form() if part.name not in OWN)
    return {name: value for name, value in call.json().items() if name not in OWN}


def asked(simulator: Simulator) -> list[Any]:
    work = (call for call in simulator.calls if call.method == "POST" and not call.path.startswith("/upload/"))
    return [drawn(call) for call in work]


def draw_again(asset: Asset) -> None:
    provider = image_provider(asset.provenance["provider"])
    request = request_of(asset)
    provider.generate(
        request, idempotency_key=f"again-{asset.pk}", cancelled=lambda: False, progress=lambda share: None
    )


@pytest.mark.parametrize("row", ADAPTERS, ids=lambda row: row.name)
def test_the_vendor_is_sent_the_same_as_at_first(row: Adapter, client_of: Any, simulator: Simulator) -> None:
    client = client_of("editor")
    assets = [*made(client, row), *(made(client, row, n=1, references=[photo(client)]) if row.photos else [])]
    first = asked(simulator)
    for asset in assets:
        assert lacking(asset) == []
        draw_again(asset)
        assert asked(simulator)[-1] in first
    assert len(assets) == (3 if row.photos else 2) == len(asked(simulator)) - len(first)


@pytest.mark.parametrize("row", ADAPTERS[:3], ids=lambda row: row.name)
def test_record_and_page_say_whether_the_model_was_sent_a_seed_and_what_to_avoid(row: Adapter, client_of: Any) -> None:
    client = client_of("editor")
    asset = made(client, row)[0]
    takes, said = row.name == "stability", asset.provenance["negative_prompt"]
    assert ("buttons" in said) if takes else (said == "not supported")
    shown = client.get(f"/generations/{asset.generation_id}").content.decode()
    assert "buttons" in shown and ("Not sent: this model takes no such words." in shown) is not takes
    assert ("Not sent: this model takes no seed." in shown) is (asset.provenance["seed"] == "not supported")
    assert ("Not sent: this model takes no seed." in shown) is not takes


def test_one_whose_photo_is_gone_is_refused(client_of: Any) -> None:
    client = client_of("editor")
    asset = made(client, ADAPTERS[0], references=[photo(client)])[0]
    asset.provenance["references"].append("00000000-0000-4000-8000-000000000000")
    with pytest.raises(Refused) as refused:
        request_of(asset)
    assert refused.value.code == "no_reference"


@pytest.mark.parametrize("row", ADAPTERS[:2], ids=lambda row: row.name)
def test_an_older_record_with_words_that_were_never_sent_can_be_asked_for_again(
    row: Adapter, client_of: Any, simulator: Simulator
) -> None:
    asset = made(client_of("editor"), row, n=1)[0]
    asset.provenance["negative_prompt"] = "buttons, blurry"
    first = asked(simulator)
    draw_again(asset)
    assert asked(simulator)[-1] in first


def test_the_record_names_the_photos_that_were_sent_also_where_one_went_before(client_of: Any) -> None:
    client = client_of("editor")
    row = next(each for each in ADAPTERS if each.photos == 1)
    sent = [photo(client), photo(client)]
    told = {"brief": "a coat", "provider": row.name, "model": row.model, "n": 1, "references": sent}
    answer = ask(client, **told, aspect_ratio=row.ratio)
    assert answer.status_code == 202, answer.content
    Asset.objects.get(pk=sent[0]).delete()
    work_off("interactive")
    done = Generation.objects.get(pk=answer.json()["id"])
    assert done.shown_assets[0].provenance["references"] == sent[1:]
