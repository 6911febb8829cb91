"""Families, ends, successors and dated prices: nothing is called past its day, and every change leaves a line."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone
from django.utils.formats import date_format

from designer.catalogue import services
from designer.catalogue.api import CapabilitiesSerializer
from designer.catalogue.limits import wish_for
from designer.catalogue.models import Lifecycle, ModelPrice, ModelProfile
from designer.catalogue.ready import why_not
from designer.catalogue.starter import STARTERS, ensure_models
from designer.generations.choosing import quality_of
from designer.generations.wishes import QUALITIES
from designer.jobs.allowances import Limits
from designer.ledger.models import LedgerEntry
from designer.providers import registry
from designer.providers.base import ProviderConfig
from designer.providers.registry import image_provider
from enhancement.prices import ensure_prices
from teams.audit.models import AuditEntry
from teams.base.errors import Refused
from tests.designer.generations.test_flow import ask
from tests.scripted import GOOD, Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def one(monkeypatch):
    with scripted(monkeypatch):
        yield ModelProfile.objects.get(provider="scripted")


def days(count: int) -> date:
    return timezone.now().date() + timedelta(days=count)


def test_a_second_filling_of_the_catalogue_changes_nothing_that_an_admin_set():
    flash = ModelProfile.objects.get(model="gemini-3.1-flash-image")
    ModelProfile.objects.filter(pk=flash.pk).update(enabled=False, quality=0.1)
    count = ModelPrice.objects.count()
    ensure_models()
    flash.refresh_from_db()
    assert (flash.enabled, flash.quality, ModelPrice.objects.count()) == (False, 0.1, count)


@pytest.mark.parametrize(
    ("model", "repriced"), [("gemini-3.1-flash-image", "gemini-3-pro-image"), ("workflow", "checkpoint")]
)
def test_a_catalogue_filled_long_ago_gets_the_new_prices_where_no_admin_set_any(model, repriced, user):
    migration = import_module("designer.migrations.0030_prices_of_older_catalogues")
    rows = ModelPrice.objects.filter(model__model__in=[model, repriced])
    whole = set(rows.filter(model__model=model).values_list("unit", "quality", "amount"))
    rows.exclude(unit="image", quality="standard").delete()
    own = ModelProfile.objects.get(model=repriced)
    services.reprice(actor=user, model=own, amount=Decimal("0.02"), valid_from=days(0))
    for _ in range(2):
        migration.add_prices(apps, None)
    assert len(whole) > 1 and set(rows.filter(model__model=model).values_list("unit", "quality", "amount")) == whole
    assert rows.filter(model=own).count() == 2


def test_a_catalogue_filled_long_ago_gets_the_limits_of_accounts_where_no_admin_set_any():
    migration = import_module("designer.migrations.0036_limits_of_accounts")
    rows = ModelProfile.objects.filter(provider__in=["stability", "fal"])
    rows.update(limits_scope="model", limits={})
    rows.filter(model="core").update(limits={"requests_per_minute": 180})
    rows.filter(model="ultra").update(limits={"requests_per_minute": 40})
    for _ in range(2):
        migration.share(apps, None)
    assert set(rows.values_list("limits_scope", flat=True)) == {"account"}
    told = {row.model: row.limits for row in rows}
    assert (told["core"], told["ultra"]) == ({"requests_per_minute": 900}, {"requests_per_minute": 40})
    assert told["fal-ai/esrgan"] == {"concurrent": 2}
    assert wish_for(rows.get(model="core"), holder="").limits == Limits(requests_per_minute=40)
    assert not ModelProfile.objects.filter(provider__in=["openai", "google"], limits_scope="account").exists()


def test_every_price_of_the_start_says_where_it_was_read_or_that_it_was_not_verified(user):
    """Also in a catalogue that was filled before prices said so; a price that somebody set keeps their source."""
    untold = [str(row) for row in ModelPrice.objects.filter(source="")]
    assert untold == []
    guessed = ModelPrice.objects.filter(source__startswith="not verified")
    core, reads = ModelProfile.objects.get(model="core"), ModelPrice.objects.filter(model__kind="language")
    assert not guessed.filter(model=core).exists() and not reads.filter(pk__in=guessed).exists()
    families = {row.model.family for row in guessed.select_related("model")}
    of_photos = {f"Stable Image {name}" for name in ("Sketch", "Structure", "Style", "Recolour")}
    assert families == {"GPT Image", "DALL-E", *of_photos}
    assert guessed.count() == 13  # docs/providers.md counts them
    services.reprice(actor=user, model=core, amount=Decimal("0.07"), valid_from=days(0), source="their page")
    mine = ModelPrice.objects.filter(model__kind__in=("image", "language"))
    before = dict(mine.values_list("pk", "source"))
    mine.filter(valid_from=date(2026, 1, 1)).update(source="")
    ensure_models()
    assert dict(mine.values_list("pk", "source")) == before


def test_a_price_that_a_vendor_announced_holds_from_its_day_unless_an_admin_set_another_since(user):
    flash, usage = ModelProfile.objects.get(model="gemini-3.8-flash"), {"text_in": 1_000_000, "text_out": 1_000_000}
    costs = [services.cost_of(flash, usage, at=day) for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert costs == [Decimal("4.50"), Decimal("9.00")]
    ModelPrice.objects.filter(valid_from__gt=date(2026, 1, 1)).delete()  # a catalogue of before it was announced
    ensure_models()
    ensure_models()
    assert services.cost_of(flash, usage, at=date(2027, 1, 1)) == Decimal("9.00")
    assert ModelPrice.objects.filter(model=flash).count() == 6
    ModelPrice.objects.filter(model=flash, valid_from__gt=date(2026, 1, 1)).update(amount=Decimal("1"))
    ensure_models()
    assert services.cost_of(flash, usage, at=date(2027, 1, 1)) == Decimal("2")


def test_whoever_has_an_end_has_a_successor_that_outlives_it():
    for row in ModelProfile.objects.exclude(ends_on=None):
        after = services.successor_of(row, TODAY)
        assert after is not None and (after.ends_on is None or after.ends_on > row.ends_on), row.model


@pytest.fixture
def own_workflow(tmp_path, settings) -> Iterator[None]:
    """ComfyUI with the workflow for edits that a studio has to bring along."""
    (tmp_path / "edit.json").write_text('{"1": {"class_type": "LoadImage", "inputs": {"image": "{reference}"}}}')
    registry.configure({"comfyui": ProviderConfig(options={"edit_workflow": str(tmp_path / "edit.json")})})
    yield
    registry.configure(settings.PROVIDERS)


@pytest.mark.parametrize("wished", QUALITIES)
def test_every_image_model_of_the_start_has_a_price_for_each_way_of_drawing(wished, own_workflow):
    """Unknown prices are refused: a model of one's own that was priced for one quality alone could not draw drafts."""
    for row in services.usable_models(today=TODAY, kind="image"):
        quality = quality_of(image_provider(row.provider).capabilities(row.model), wished)
        assert services.unit_price(row, width=768, height=1024, quality=quality) is not None, (row.model, quality)


@pytest.mark.parametrize(
    ("said", "models"),
    [
        ("Gemini", {"gemini-3-pro-image", "gemini-3.1-flash-image", "gemini-3.1-flash-lite-image"}),
        ("stable diffusion", {"core", "ultra", "sd3.5-large"}),
        ("gpt-image", {"gpt-image-2", "gpt-image-2.6-flare"}),
    ],
)
def test_a_family_stands_for_its_living_models(said, models):
    found = services.named(said, provider=None, today=TODAY)
    assert models <= {row.model for row in found.models} and not found.note
    assert not any(row.is_over(TODAY) for row in found.models)


@pytest.mark.parametrize(
    ("said", "serves"), [("Imagen", "gemini-3.1-flash-image"), ("DALL-E", "gpt-image-2.6-flare"), ("dalle", None)]
)
def test_a_family_that_is_gone_is_served_by_its_successor_and_the_designer_is_told(said, serves):
    found = services.named(said, provider=None, today=TODAY)
    assert [row.model for row in found.models] == [serves or "gpt-image-2.6-flare"]
    assert "has been shut down" in found.note


def test_a_model_past_its_day_is_refused_with_its_successor_and_both_prices():
    with pytest.raises(Refused) as refused:
        services.named("dall-e-3", provider=None, today=TODAY)
    assert (refused.value.code, refused.value.field) == ("model_retired", "model")
    assert "12 May 2026" in refused.value.message
    assert refused.value.remedy == "Use GPT Image 2.6 Flare ($0.013 an image, before: $0.04 an image) instead."


def test_a_request_for_an_ended_model_is_refused_before_anything_is_spent(client_of):
    answer = ask(client_of("editor"), model="dall-e-3")
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == ("model", "model_retired")


def test_a_model_whose_provider_has_no_key_here_is_refused_with_what_to_set(client_of):
    answer = ask(client_of("editor"), model="gemini-3.1-flash-image")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "not_set_up"
    assert "GOOGLE_API_KEY" in answer.json()["errors"][0]["message"] + answer.json()["errors"][0].get("remedy", "")


def test_an_adapter_that_knows_better_says_what_it_misses(monkeypatch, tmp_path):
    registry.discover()
    monkeypatch.setitem(registry._configs, "diffusers", ProviderConfig(options={"folder": str(tmp_path)}))
    image_provider.cache_clear()
    try:
        assert why_not("diffusers") == "DIFFUSERS_FOLDER holds no pipeline: it lacks model_index.json."
    finally:
        image_provider.cache_clear()


@pytest.mark.parametrize(("left", "warned"), [(31, False), (30, True), (1, True), (0, False)])
def test_the_banner_comes_thirty_days_before_the_end_and_goes_with_it(one, client_of, left, warned):
    ModelProfile.objects.filter(provider="openai").update(enabled=False)
    ModelProfile.objects.filter(pk=one.pk).update(ends_on=days(left), successor=ModelProfile.objects.get(model="core"))
    page = client_of("editor").get("/").content.decode()
    assert ("Scripted is shut down" in page) is warned
    assert ("Stable Image Core follows it ($0.03 an image, before: $0.04 an image)" in page) is warned


@pytest.mark.parametrize(
    ("kind", "provider", "reads", "warned"),
    [
        ("language", "google", "", True),
        ("language", "google", "local", False),
        ("language", "anthropic", "", False),
        ("enhancement", "fal", "", True),
        ("enhancement", "replicate", "", False),
    ],
)
def test_the_banner_tells_of_models_of_every_kind_that_this_studio_has_a_key_for(
    kind, provider, reads, warned, client_of, settings
):
    ensure_prices()
    settings.LANGUAGE_PROVIDER = reads
    registry.configure({name: ProviderConfig(api_key="k") for name in ("google", "fal")})
    row = ModelProfile.objects.filter(kind=kind, provider=provider)[0]
    ModelProfile.objects.filter(pk=row.pk).update(ends_on=days(10))
    page = client_of("editor").get("/").content.decode()
    registry.configure(settings.PROVIDERS)
    assert (f"{row.title} is shut down" in page) is warned


def test_no_call_is_made_to_a_model_from_its_last_day_on(one, client_of):
    with time_machine.travel(timezone.now(), tick=True):
        ModelProfile.objects.filter(pk=one.pk).update(ends_on=days(0))
        assert ask(client_of("editor"), model="one").status_code == 422
        assert Scripted.asked == []


def test_a_new_price_counts_from_its_day_and_leaves_a_line_in_the_audit_log(one, user):
    services.reprice(actor=user, model=one, amount=Decimal("0.07"), valid_from=days(3), source="vendor's page")
    size = {"width": 768, "height": 1024}
    assert services.unit_price(one, **size) == Decimal("0.04")
    assert services.unit_price(one, **size, at=days(3)) == Decimal("0.07")
    line = AuditEntry.objects.get(action="catalogue.price")
    assert (line.actor_id, line.facts["before"], line.facts["amount"]) == (user.pk, "0.040000", "0.070000")


def test_a_vendor_s_end_date_is_taken_over_once(one, user):
    assert services.retire(actor=None, model=one, reason="the vendor's list", ends_on=days(60))
    assert not services.retire(actor=None, model=one, reason="the vendor's list", ends_on=days(60))
    one.refresh_from_db()
    assert (one.ends_on, one.lifecycle) == (days(60), Lifecycle.DEPRECATED)
    assert AuditEntry.objects.filter(action="catalogue.end").count() == 1


def test_the_list_says_what_can_be_called_what_cannot_and_what_to_do(one, client_of):
    rows = {row["model"]: row for row in client_of("viewer").get("/api/models?page_size=100").json()["results"]}
    assert rows["one"]["available"] and rows["one"]["capabilities"]["ratios"] == ["3:4"]
    gemini = rows["gemini-3.1-flash-image"]
    assert (gemini["available"], gemini["remedy"], gemini["capabilities"]) == (False, "Set GOOGLE_API_KEY.", None)
    assert "dall-e-3" not in rows


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "gpt-image-2"), ("google", "gemini-3.1-flash-image"), ("stability", "core")]
)
def test_the_list_says_what_the_models_of_a_vendor_with_a_key_can_do(provider, model, client_of, settings):
    settings.IMAGE_PROVIDERS = [provider]
    registry.configure({provider: ProviderConfig(api_key="key", base_url="http://127.0.0.1:1")})
    try:
        answer = client_of("viewer").get("/api/models", {"provider": provider, "page_size": 100})
    finally:
        registry.configure(settings.PROVIDERS)
    can = {row["model"]: row for row in answer.json()["results"]}[model]["capabilities"]
    assert can["max_images"] > 0 and can["references"] is (can["max_references"] > 0)
    assert set(can) == set(CapabilitiesSerializer().fields)


@pytest.mark.parametrize(
    ("reads", "remedy"), [("", "Set ANTHROPIC_API_KEY."), ("google", "Set LANGUAGE_PROVIDER to anthropic, or leave it")]
)
def test_a_model_that_reads_is_available_only_where_it_can_be_called(reads, remedy, client_of, settings):
    settings.LANGUAGE_PROVIDER, settings.IMAGE_PROVIDERS = reads, ["sketchbook"]
    query = {"kind": "language", "provider": "anthropic"}
    rows = client_of("viewer").get("/api/models", query).json()["results"]
    assert rows and not any(row["available"] for row in rows)
    assert all(row["remedy"].startswith(remedy) for row in rows)


def price_page(client, row, **said):
    """The answer to a correction on the price's own page, of what it says now but for `said`."""
    facts = {"valid_from": row.valid_from, "unit": row.unit, "quality": row.quality, "amount": row.amount}
    wish = {**facts, "max_pixels": row.max_pixels or "", "source": row.source, **said}
    return client.post(f"/admin/designer/modelprice/{row.pk}/change/", wish)


def model_page(client, row, **said):
    """The answer to a change on the model's own page, of what it says now but for `said`."""
    names = ("kind", "provider", "model", "family", "title", "lifecycle", "max_pixels", "quality", "latency_seconds")
    facts = {name: getattr(row, name) for name in (*names, "limits_scope")}
    facts |= {"enabled": "on", "ratios": "[]", "limits": "{}", "prices-TOTAL_FORMS": 0, "prices-INITIAL_FORMS": 0}
    return client.post(f"/admin/designer/modelprofile/{row.pk}/change/", {**facts, **said})


def test_a_successor_that_is_none_is_refused_at_its_field(one, admin_client):
    gone = ModelProfile.objects.get(model="dall-e-3")
    for after, remedy in ((one, "does not succeed itself"), (gone, f"{gone.title} has ended itself")):
        answer = model_page(admin_client, one, successor=str(after.pk))
        assert answer.status_code == 200 and remedy in answer.content.decode()
    other = ModelProfile.objects.get(model="gpt-image-2")
    assert model_page(admin_client, one, successor=str(other.pk)).status_code == 302
    one.refresh_from_db()
    assert one.successor == other


def test_the_admin_lists_models_by_vendor_and_name(admin_client):
    page = admin_client.get("/admin/designer/modelprofile/?all=").content.decode()
    shown = re.findall(r'field-provider">([^<]+)</td><td class="field-model">([^<]+)<', page)
    assert len(shown) > 3 and shown == sorted(shown)


def test_the_admin_lists_what_the_tokens_of_a_model_that_reads_cost(admin_client):
    shown = admin_client.get("/admin/designer/modelprofile/?q=claude-haiku-5-5").content.decode()
    assert "$0.10 read and $0.50 written, a million tokens" in shown and "price unknown" not in shown


def test_the_list_names_the_formats_that_the_adapter_makes(client_of, settings):
    settings.IMAGE_PROVIDERS = ["stability"]
    registry.configure({"stability": ProviderConfig(api_key="key", base_url="http://127.0.0.1:1")})
    try:
        rows = client_of("viewer").get("/api/models", {"provider": "stability"}).json()["results"]
    finally:
        registry.configure(settings.PROVIDERS)
    assert rows and all(row["ratios"] == row["capabilities"]["ratios"] for row in rows)
    cut = {row["model"] for row in rows if "3:4" in row["ratios"]}
    assert cut == {"control-sketch", "control-structure", "search-and-recolor"}, "whose photo is cut to any ratio"


def test_the_admin_counts_days_and_names_its_tables_in_words(one, admin_client):
    for left, words in ((1, "ends in 1 day, on "), (2, "ends in 2 days, on ")):
        ModelProfile.objects.filter(pk=one.pk).update(ends_on=days(left))
        assert words in admin_client.get("/admin/designer/modelprofile/").content.decode()
    ModelProfile.objects.filter(pk=one.pk).update(ends_on=days(0), enabled=False)
    page = admin_client.get("/admin/designer/modelprofile/").content.decode()
    assert f"shut down on {date_format(days(0), 'j M Y')}; switched off<" in page
    assert "Notification wishes" in admin_client.get("/admin/designer/").content.decode()


def test_a_price_mistyped_today_is_corrected_and_what_was_charged_by_it_stays(one, admin_client, client_of):
    one.prices.update(valid_from=days(0))
    row = one.prices.get()
    client = client_of("editor")
    Scripted.answers = [GOOD]
    assert ask(client, model="one", n=1).status_code == 202
    work_off("interactive")
    assert price_page(admin_client, row, amount="0.05").status_code == 302
    charged = LedgerEntry.objects.get(model="one")
    assert (charged.unit_price, charged.amount) == (Decimal("0.04"), Decimal("0.04"))
    shown = client.post("/api/generations/preview", {"brief": "a coat", "model": "one"}, format="json").json()
    assert Decimal(shown["estimate"]["unit_price"]) == Decimal("0.05")
    line = AuditEntry.objects.get(action="catalogue.price")
    assert (line.facts["mended"], line.facts["amount"]) == ({"amount": "0.040000"}, "0.050000")
    assert price_page(admin_client, one.prices.get()).status_code == 302, "sent as it stands"
    assert AuditEntry.objects.filter(action="catalogue.price").count() == 1


def test_a_correction_does_not_reach_into_days_that_are_over(one, admin_client):
    one.prices.update(valid_from=days(0))
    answer = price_page(admin_client, one.prices.get(), valid_from=days(-1).isoformat())
    assert answer.status_code == 200 and "choose today or later" in answer.content.decode()
    assert one.prices.get().valid_from == days(0)
    one.prices.update(valid_from=days(-1))
    page = admin_client.get(f"/admin/designer/modelprice/{one.prices.get().pk}/change/").content.decode()
    assert "add a new price, from today on" in page and 'name="amount"' not in page


@pytest.mark.parametrize("page", ["price", "model"])
@pytest.mark.parametrize(
    ("day", "amount", "remedy"),
    [
        (3, "-1", "A price is 0 or more: write what a unit costs in USD"),
        (0, "0.06", "A price of 0.04 USD holds from that day already: change that one."),
        (-1, "0.06", "A price does not reach into days that are over: choose today or later."),
    ],
)
def test_a_price_that_cannot_be_is_refused_at_its_field_with_a_way_out(page, day, amount, remedy, one, admin_client):
    one.prices.update(valid_from=days(min(day, 0)))
    said = {"valid_from": days(day).isoformat(), "unit": "image", "quality": "standard", "amount": amount}
    if page == "price":
        answer = admin_client.post("/admin/designer/modelprice/add/", {**said, "model": str(one.pk)})
    else:
        more = {f"prices-0-{name}": value for name, value in said.items()}
        answer = model_page(admin_client, one, **more, **{"prices-TOTAL_FORMS": 1, "prices-0-model": str(one.pk)})
    shown = answer.content.decode()
    assert answer.status_code == 200 and remedy in shown
    assert "model_price" not in shown.replace("modelprice", "") and one.prices.count() == 1


def test_a_price_whose_day_is_over_is_never_changed_in_the_admin_and_a_new_one_audited(one, admin_client, admin_user):
    one.prices.update(valid_from=days(-1))
    row = one.prices.get()
    assert admin_client.get(f"/admin/designer/modelprice/{row.pk}/change/").status_code == 200
    assert admin_client.post(f"/admin/designer/modelprice/{row.pk}/change/", {"amount": "9"}).status_code == 403
    said = {"model": str(one.pk), "valid_from": days(0).isoformat(), "unit": "image", "quality": "high", "amount": "2"}
    assert admin_client.post("/admin/designer/modelprice/add/", said).status_code == 302
    assert AuditEntry.objects.get(action="catalogue.price").facts["amount"] == "2.000000"


def test_the_starter_rows_of_each_adapter_are_models_that_it_knows(own_workflow):
    for starter in STARTERS:
        living = starter.ends_on is None or starter.ends_on > TODAY
        if starter.kind == "image" and living:
            assert image_provider(starter.provider).capabilities(starter.model), starter.model


def test_the_models_of_stability_together_keep_within_what_it_publishes_for_all():
    rows = [starter for starter in STARTERS if starter.provider == "stability"]
    assert len(rows) == 9 and {row.limits_scope for row in rows} == {"account"}
    assert min(row.limits["requests_per_minute"] for row in rows) <= 150 * 6  # 150 in 10 s
