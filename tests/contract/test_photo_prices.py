"""What photos cost that are sent along: by their sizes where the vendor goes by them, and never more than the most."""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designer.catalogue.models import ModelPrice, ModelProfile
from designer.generations.costs import EARLIER_PHOTO_TOKENS, PHOTO_TOKENS
from designer.generations.models import Generation
from designer.ledger.models import BudgetUse, Reservation
from designer.providers import registry
from designer.providers.base import ProviderConfig
from tests import images
from tests.batches.asking import invariants_hold, made
from tests.batches.asking import work_off as work_off_batches
from tests.contract.test_accounts import settled
from tests.contract.test_studio import FLARE, NANO, paid
from tests.designer.generations.test_flow import ask
from tests.designer.generations.test_runner import try_again
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = [(300, 400), (512, 512), (640, 1000), (1024, 1024), (1500, 2000), (2400, 300)]
ENDING = ("gpt-image-1.5", "gpt-image-1-mini")


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings) -> Iterator[None]:
    names = ("openai", "google")
    settings.IMAGE_PROVIDERS, settings.LANGUAGE_PROVIDER = list(names), "local"
    registry.configure({name: ProviderConfig(api_key=KEY, base_url=simulator.url(name)) for name in names})
    ModelProfile.objects.filter(model__in=ENDING).update(ends_on=None, lifecycle="active")
    yield
    registry.configure(settings.PROVIDERS)


def sent(client, *sizes: tuple[int, int]) -> list[str]:
    files = [
        SimpleUploadedFile(f"{number}.jpg", images.encoded("JPEG", images.photo(size)), "image/jpeg")
        for number, size in enumerate(sizes)
    ]
    return [client.post("/api/assets", {"file": file}, format="multipart").json()["id"] for file in files]


def told(client, wish, photos) -> dict[str, Decimal]:
    said = client.post("/api/generations/preview", {**wish, "references": photos}, format="json").json()["estimate"]
    return {name: Decimal(said[name]) for name in ("total", "most")}


def rate_of(model: str) -> Decimal:
    return ModelPrice.objects.filter(model__model=model, unit="image_in").latest("valid_from").amount / 1_000_000


@pytest.mark.parametrize(
    ("model", "size"), [*((FLARE, size) for size in SIZES), ("gpt-image-2", SIZES[1]), ("gpt-image-1.5", SIZES[4])]
)
def test_a_photo_is_expected_to_cost_what_is_counted_for_its_size(model, size, client_of, simulator):
    client, wish = client_of("editor"), {"brief": "a plain coat", "n": 1, "model": model, "aspect_ratio": "2:3"}
    photos = sent(client, size, size)
    expected = told(client, wish, photos)["total"] - told(client, wish, [])["total"]
    settled(client, **wish, references=photos)
    billed = rate_of(model) * simulator.charges[-1].usage["image_in"]
    assert billed <= expected <= billed + Decimal("0.000001")


@pytest.mark.parametrize(
    ("model", "size"),
    [
        *((FLARE, size) for size in [(40, 2400), (1300, 100), (300, 400)]),
        *((model, (3000, 4000)) for model in [FLARE, *ENDING]),
        *((NANO, size) for size in [(40, 2400), (3000, 4000)]),
    ],
)
def test_no_photo_of_whatever_shape_makes_the_bill_pass_the_most(model, size, client_of, simulator):
    client = client_of("editor")
    photos = sent(client, *[size] * 4)
    wish = {"brief": "a plain coat, " * 60, "n": 1, "model": model, "aspect_ratio": "2:3"}
    most = told(client, wish, photos)["most"]
    done = settled(client, **wish, references=photos, max_cost=f"{most:f}")
    assert (done.status, paid()) == ("succeeded", done.cost), done.error
    assert Decimal(0) < done.cost <= most and invariants_hold()


def test_in_a_batch_each_item_is_priced_by_its_own_photos(client_of, simulator):
    client, brief = client_of("editor"), "a plain coat"
    small, large = sent(client, (300, 400), (1500, 2000))
    rows = [{"brief": brief, "model": FLARE, "references": [each]} for each in (small, large)]
    estimate = made(client, {"rows": rows}, parallelism=1)["estimate"]
    wish = {"brief": brief, "n": 1, "model": FLARE}
    assert Decimal(estimate["high"]) >= sum(told(client, wish, [each])["total"] for each in (small, large))
    work_off_batches()
    assert Decimal(estimate["low"]) <= paid() <= Decimal(estimate["high"])


@pytest.mark.parametrize("ceiling", [True, False])
@pytest.mark.parametrize("named", [{"model": FLARE}, {"strategy": "cheapest"}])
def test_what_was_priced_before_a_photo_counted_more_is_drawn_all_the_same(ceiling, named, client_of, simulator):
    client = client_of("editor")
    photos, n = sent(client, *[(1500, 2000)] * 3), 2
    wish = {"brief": "a plain coat", "n": n, "references": photos, **named}
    row = Generation.objects.get(pk=ask(client, **wish).json()["id"])
    as_before(row, n * 3 * rate_of(FLARE if "model" in named else NANO), ceiling=ceiling)
    work_off("interactive")
    row.refresh_from_db()
    while row.status == "running":
        row = try_again(row)
    assert (row.status, len(row.shown_assets)) == ("succeeded", n), row.error
    assert row.cost == paid() <= Decimal(row.settings["most"]) and invariants_hold()


def as_before(row: Generation, for_each_token: Decimal, *, ceiling: bool) -> None:
    """As it was written when a photo was held to come to fewer tokens."""
    less = (PHOTO_TOKENS - EARLIER_PHOTO_TOKENS) * for_each_token
    said = {name: Decimal(row.settings[name]) - less for name in ("most", "for_images")}
    row.settings |= {name: str(amount.quantize(Decimal("0.000001"), ROUND_UP)) for name, amount in said.items()}
    row.settings.pop("photo_most", None)
    if ceiling:
        row.settings["max_cost"] = row.settings["most"]
    row.save(update_fields=["settings"])
    amount = Decimal(row.settings["most"])
    if Reservation.objects.filter(state="open").update(amount=amount, left=amount):
        BudgetUse.objects.update(reserved=amount)
