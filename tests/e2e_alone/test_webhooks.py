"""A webhook set up, tried, read of, sent again, signed anew and removed by its pages; the receiver is real."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from batches.webhooks.tasks import wake_courier
from tests.batches.webhooks.receiver import PORT, Receiver, listening, reply
from tests.e2e.test_enhance import check
from tests.e2e.visiting import WAYS, elsewhere, visitor
from tests.faults.kit import until
from tests.stack import studio

Hooked = tuple[str, Receiver]


@pytest.fixture(scope="module")
def hooked(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    """A studio that may call the receiver beside it, and the receiver."""
    with django_db_blocker.unblock(), listening() as receiver:
        more = {PORT: str(receiver.port), "WEBHOOK_ALLOW_HTTP": "1"}
        handlers = "tests.batches.webhooks.receiver"
        with studio(tmp_path_factory.mktemp("hooked"), DESIGNER_EXTRA_HANDLERS=handlers, **more) as url:
            yield url, receiver


@pytest.fixture(params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, hooked: Hooked) -> Iterator[Page]:
    with visitor(browser, hooked[0], request.param) as page:
        yield page


def send_a_test(page: Page, outcome: str) -> None:
    """Send one and wait until the log says what became of it."""
    page.get_by_role("button", name="Send a test").click()
    elsewhere(wake_courier)
    until(lambda: newest(page) == [outcome, "1"], 60)


def newest(page: Page) -> list[str]:
    """The outcome and the calls of the newest delivery."""
    page.reload()
    return page.locator("tbody tr").first.locator("td").all_inner_texts()[2:4]


def test_a_webhook_is_set_up_tried_sent_again_signed_anew_and_removed(page: Page, hooked: Hooked):
    receiver, path = hooked[1], f"/{page.size_name}"  # type: ignore[attr-defined]
    page.goto("/settings/webhooks")
    check(page, "webhooks-empty")
    page.get_by_role("link", name="Set up the first one").click()
    page.get_by_label("Address").fill(receiver.url(path))
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_label("Events").select_option("*")
    check(page, "webhook-new")
    page.get_by_role("button", name="Set it up").click()
    first = page.get_by_label("What signs the messages").input_value()
    assert first.startswith("whsec_")
    check(page, "webhook-secret")

    receiver.answers(reply(503, body=b"come later"), reply(200), path=path)
    send_a_test(page, "Dead")
    page.get_by_role("link", name="webhook.test").click()
    expect(page.get_by_text("answered 503")).to_be_visible()
    page.get_by_text("Answer", exact=True).click()
    expect(page.get_by_text("come later")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")  # else the bar of the page lies half over a link, and the check counts that
    check(page, "webhook-delivery")
    page.get_by_role("button", name="Send it again").click()
    elsewhere(wake_courier)
    page.get_by_role("link", name="Back to the log").click()
    until(lambda: newest(page) == ["Delivered", "2"], 20)

    page.get_by_role("button", name="Make a new secret").click()
    assert page.get_by_label("What signs the messages").input_value() not in ("", first)
    send_a_test(page, "Delivered")
    check(page, "webhook-log")
    signatures = [call.headers["webhook-signature"].count("v1,") for call in receiver.at(path)]
    assert signatures == [1, 1, 2], "two secrets sign while both are good"

    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Remove the webhook").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]
