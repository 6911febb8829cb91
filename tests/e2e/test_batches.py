"""A batch in a real browser: planned with a live price, watched while it fills, looked through, used again."""

import pytest
from playwright.sync_api import Browser, Page, expect

from designer.jobs import lanes
from designer.jobs.models import Lane
from tests.e2e.test_journey import SIZES, look, note, sign_up
from tests.e2e.visiting import elsewhere, operator


@pytest.fixture(params=[*SIZES, "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, studio_url: str):
    width, height = SIZES.get(request.param, SIZES["desk"])
    scheme = "dark" if request.param == "dark" else "light"
    context = browser.new_context(
        base_url=studio_url, viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.size_name, page.problems = request.param, []  # type: ignore[attr-defined]
    page.on("console", lambda said: note(page, said))
    page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
    yield page
    context.close()


def plan(page: Page) -> None:
    page.goto("/batches")
    look(page, "batches-empty")
    page.get_by_role("link", name="Plan the first one").click()
    page.get_by_label("Brief", exact=True).fill("a {garment} in {fabric}")
    expect(page.locator("[data-estimate]")).to_contain_text("The slot {garment} has no values")
    page.get_by_label("Slots").fill("garment: midi dress, pleated skirt\nfabric: emerald silk, navy wool, ivory lace")
    expect(page.locator("[data-estimate]")).to_contain_text("6 items")
    expect(page.locator("[data-estimate]")).to_contain_text("$0.06")
    look(page, "batch-builder")
    page.get_by_role("button", name="Run the batch").click()


def watch(page: Page) -> None:
    expect(page.get_by_role("heading", name="a {garment} in {fabric}")).to_be_visible()
    expect(page.locator(".batch-tile img").first).to_be_visible(timeout=60_000)
    expect(page.locator(".batch-head")).to_contain_text("Completed", timeout=90_000)
    page.mouse.wheel(0, 4000)
    expect(page.get_by_alt_text("Item 6: a pleated skirt in ivory lace")).to_be_visible()
    expect(page.locator('[data-count="succeeded"]')).to_have_text("6")
    look(page, "batch-done")


def keep_and_use_again(page: Page) -> None:
    page.get_by_text("Change it while it runs, or keep its plan").click()
    page.get_by_label("Name of the template").fill("Two by three")
    page.get_by_role("button", name="Save as a template").click()
    expect(page.get_by_text("Saved as the template Two by three.")).to_be_visible()
    page.get_by_role("link", name="Batches", exact=True).first.click()
    look(page, "batches")
    page.get_by_role("link", name="Two by three").click()
    expect(page.get_by_label("Brief", exact=True)).to_have_value("a {garment} in {fabric}")
    expect(page.locator("[data-estimate]")).to_contain_text("6 items")


def test_a_sheet_is_read_and_its_faults_are_said_before_anything_is_spent(page: Page, tmp_path):
    sign_up(page)
    sheet = tmp_path / "looks.csv"
    sheet.write_text("brief;n;shade\na linen shirt;1;ivory\na wool coat;nine;black\n")
    page.goto("/batches/new")
    page.get_by_text("Rows from a CSV or Excel sheet").click()
    page.locator("[data-sheet-file]").set_input_files(sheet)
    said = page.locator("[data-sheet-said]")
    expect(said).to_contain_text("looks.csv: 1 row can be used, 1 cannot")
    expect(said).to_contain_text("Line 3, n")
    expect(page.locator("[data-estimate]")).to_contain_text("1 item")
    look(page, "batch-sheet")
    page.get_by_role("button", name="Remove the sheet").click()
    expect(page.locator("[data-estimate]")).to_contain_text("Count, price and time appear")


def draft(page: Page) -> None:
    sign_up(page)
    page.goto("/batches/new")
    page.get_by_label("Brief", exact=True).fill("a {garment} in wool")
    page.get_by_label("Slots").fill("garment: coat, dress, skirt")
    page.get_by_label("At once").fill("1")
    page.get_by_role("button", name="Keep as a draft").click()


def start_from_elsewhere(page: Page) -> None:
    """As a colleague would: this page is told of it, and not loaded again."""
    page.evaluate("""() => {
        const said = new FormData(document.querySelector(".batch-head form"));
        said.set("act", "start");
        return fetch(location.pathname + "/act", {method: "POST", body: said});
    }""")


def expect_three_images(page: Page) -> None:
    expect(page.locator("[data-done]")).to_have_text("3", timeout=90_000)
    page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")  # far below it none is drawn
    expect(page.locator(".batch-tile img")).to_have_count(3)


def test_a_list_of_one_state_fills_while_the_batch_runs(page: Page):
    draft(page)
    page.get_by_role("link", name="Succeeded 0").click()
    expect(page.get_by_text("No items in this state.")).to_be_visible()
    start_from_elsewhere(page)
    expect_three_images(page)
    assert page.problems == []  # type: ignore[attr-defined]


def test_that_an_item_is_in_the_queue_is_seen_without_loading_the_page_again(page: Page):
    draft(page)
    expect(page.locator('.batch-tile[data-status="waiting"]')).to_have_count(3)
    elsewhere(lambda: lanes.pause(actor=operator(), lane=Lane.BATCH))
    try:
        start_from_elsewhere(page)
        expect(page.locator('.batch-tile[data-status="queued"]')).to_have_count(1)
        expect(page.locator('.batch-tile[data-status="queued"]')).to_contain_text("1 · Queued")
        look(page, "batch-queued")
        page.get_by_text("Each provider").click()
        page.get_by_text("Change it while it runs, or keep its plan").click()
        page.get_by_label("Name of the template").fill("Winter coats")
    finally:
        elsewhere(lambda: lanes.resume(actor=operator(), lane=Lane.BATCH))
    expect(page.locator("[data-done]")).to_have_text("1", timeout=60_000)
    expect(page.get_by_label("Name of the template")).to_have_value("Winter coats")  # though the head came anew
    expect(page.get_by_role("columnheader", name="In flight")).to_be_visible()
    expect_three_images(page)
    expect(page.get_by_label("Priority")).to_have_count(0)  # of a batch that is over the form comes anew
    expect(page.get_by_label("Name of the template")).to_have_value("Winter coats")
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_batch_is_planned_watched_and_used_again(page: Page):
    sign_up(page)
    plan(page)
    watch(page)
    keep_and_use_again(page)
    assert page.problems == []  # type: ignore[attr-defined]


def test_an_item_that_ends_while_the_first_page_of_items_is_on_its_way_is_shown_all_the_same(page: Page):
    draft(page)
    held = []
    page.route("**/api/batch/*/items?*", lambda route: held.append((route, route.fetch())), times=1)
    page.reload()
    expect(page.locator(".batch-tile")).to_have_count(3)
    start_from_elsewhere(page)
    expect(page.locator("[data-done]")).to_have_text("3", timeout=90_000)
    ((route, answer),) = held
    route.fulfill(response=answer)
    expect(page.locator(".batch-tile img")).to_have_count(3)
    assert page.problems == []  # type: ignore[attr-defined]


MOST_TILES = 150  # in the document, of however many items


@pytest.mark.parametrize("page", ["desk", "phone"], indirect=True)
def test_ten_thousand_items_are_gone_through_with_a_screenful_of_them_in_the_document(page: Page):
    sign_up(page)
    page.goto("/batches/new")
    page.get_by_label("Brief", exact=True).fill("look {number}{letter}")
    numbers, letters = (", ".join(f"{kind}{place:02}" for place in range(100)) for kind in "nl")
    page.get_by_label("Slots").fill(f"number: {numbers}\nletter: {letters}")
    expect(page.locator("[data-estimate]")).to_contain_text("10000 items", timeout=30_000)
    page.get_by_role("button", name="Keep as a draft").click()
    tiles = page.locator(".batch-tile")
    expect(page.locator('[data-count="total"]')).to_have_text("10000", timeout=60_000)
    expect(page.locator(".batch-tiles-live .batch-tile").filter(has_text="1 · Waiting look n00l00")).to_be_visible()
    far = {0.5: "5000 · Waiting look n49l99", 1: "10000 · Waiting look n99l99", 0: "1 · Waiting look n00l00"}
    for share, shown in far.items():
        page.evaluate("share => scrollTo({top: share * document.body.scrollHeight, behavior: 'instant'})", share)
        expect(tiles.filter(has_text=shown)).to_be_attached(timeout=20_000)
        assert tiles.count() <= MOST_TILES
    page.get_by_role("link", name="Waiting 10000").click()
    expect(page.get_by_role("link", name="Waiting 10000")).to_have_attribute("aria-current", "page")
    expect(page.locator(".batch-tiles-live .batch-tile").first).to_be_attached()
    page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    expect(tiles.filter(has_text="10000 · Waiting")).to_be_attached(timeout=60_000)
    assert tiles.count() <= MOST_TILES
    assert page.problems == []  # type: ignore[attr-defined]
