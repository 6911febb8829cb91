"""A step that a service does, chosen in the builder: by whom and for how much is told before, and in the list."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from enhancement.prices import ensure_prices
from tests.e2e.test_enhance import check, open_asset
from tests.e2e.test_studio import make
from tests.e2e.visiting import WAYS, visitor
from tests.simulators.providers.server import KEY, Simulator
from tests.stack import studio


@pytest.fixture(scope="module")
def studio_url(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    running_simulator: Simulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A studio with a key of fal's, which the simulator plays."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        ensure_prices()
        said = {"FAL_KEY": KEY, "FAL_BASE_URL": running_simulator.url("fal")}
        with studio(tmp_path_factory.mktemp("studio"), **said) as url:
            yield url


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str) -> Iterator[Page]:
    with visitor(browser, studio_url, request.param) as page:
        make(page, "a silk dress")
        yield page


def test_a_service_is_chosen_priced_and_named(page: Page, running_simulator: Simulator):
    running_simulator.reset()
    open_asset(page)
    page.get_by_text("Build a recipe").click()
    builder = page.locator("recipe-builder")
    expect(builder.get_by_role("checkbox", name="Enlarge")).to_be_checked()
    builder.locator("select[name='upscale.service']").select_option(label="Clarity at fal")
    expect(builder.locator("[data-estimate]")).to_contain_text("by Clarity at fal")
    expect(builder.locator("[data-estimate]")).to_contain_text(re.compile(r"\$0\.\d+"))
    check(page, "builder-service")
    builder.get_by_role("button", name="Enhance", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("before and after"))).to_be_visible(timeout=120_000)
    page.goto("/enhancements")
    expect(page.locator(".enhancement-row[data-status=succeeded]")).to_contain_text("by Clarity at fal")
    check(page, "enhancements-bought")
    assert [charge.model for charge in running_simulator.charges] == ["fal-ai/clarity-upscaler"]
