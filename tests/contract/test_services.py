"""Every service that enhances pictures, over a real socket, held to one contract: ordered, looked after, fetched."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from designer.providers.base import AuthFailed, ProviderDown, ProviderError, TimedOut
from enhancement.remote import fetching, wire
from enhancement.remote.base import BadOutput, Order, Phase, Service, Standing, WorkGone
from tests.contract.services import EXPECTED, ROWS, Row
from tests.enhancement.buying import orders
from tests.simulators.providers.server import BEHAVIOURS, WORKS, Simulator, picture

each_service = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
SMALL = picture(48, 36, 3)


def order_of(row: Row, **changes: Any) -> Order:
    said = Order(
        model=row.model,
        version=row.version,
        inputs={"scale": 2},
        picture_field=row.picture_field,
        picture=SMALL,
        media_type="image/png",
    )
    return replace(said, **changes)


def ended(service: Service, row: Row, standing: Standing) -> Standing:
    """Its last word, after three looks at most."""
    for _ in range(3):
        if not standing.is_over:
            standing = service.look(row.model, standing.id)
    return standing


def cases() -> list[Any]:
    return [
        pytest.param(row, behaviour, id=f"{row.name}-{behaviour}")
        for row in ROWS
        for behaviour in BEHAVIOURS + WORKS
        if row.expected(behaviour) is not None
    ]


def test_the_table_knows_every_behaviour() -> None:
    assert set(EXPECTED) == set(BEHAVIOURS + WORKS)


@pytest.mark.parametrize(("row", "behaviour"), cases())
def test_each_behaviour_is_answered_by_the_contract_with_one_order(
    row: Row, behaviour: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    expect, service = row.expected(behaviour), row.made(simulator)
    assert expect is not None
    monkeypatch.setattr(fetching, "MOST_BYTES", 1 << 20)
    if expect.error is TimedOut:
        monkeypatch.setattr(wire, "ORDER_S", 0.6)
    simulator.plan(row.name, behaviour, times=0, **expect.details)
    reached, caught, began = "ordered", None, datetime.now(UTC)
    try:
        standing = service.order(order_of(row))
        reached = "ends"
        standing = ended(service, row, standing)
        if standing.error:
            raise standing.error
        if standing.phase is Phase.SUCCEEDED:
            reached = "fetched"
            made = fetching.picture(service, standing.output)
            assert made.size == ((48, 72) if behaviour == "wrong_size" else (96, 72))
        else:
            assert (behaviour, standing.phase) == ("stopped_work", Phase.CANCELLED)
    except ProviderError as error:
        caught = error
    assert (type(caught) if caught else None) is expect.error, caught
    if caught:
        assert reached == expect.at
        assert caught.remedy, "every failure says what to do"
        assert {name: getattr(caught, name) for name in expect.about} == expect.about
    if "retry_after" in expect.details:
        pause = timedelta(seconds=expect.details["retry_after"])
        assert began + pause <= caught.retry_at <= datetime.now(UTC) + pause
    assert orders(simulator) == 1
    if expect.billed is not None:
        assert bool(simulator.charges) is expect.billed


@each_service
def test_a_work_waits_runs_and_is_done_and_is_billed_once(row: Row, simulator: Simulator) -> None:
    service = row.made(simulator)
    seen = [service.order(order_of(row))]
    seen += [service.look(row.model, seen[0].id) for _ in range(3)]
    assert [standing.phase for standing in seen] == ["waiting", "running", "succeeded", "succeeded"]
    assert seen[1].share == 0.5 and len({standing.id for standing in seen}) == 1
    assert [charge.model for charge in simulator.charges] == [row.model]


@each_service
def test_a_stop_ends_it_and_stopping_what_is_over_is_harmless(row: Row, simulator: Simulator) -> None:
    service = row.made(simulator)
    simulator.plan(row.name, "endless_work")
    standing = service.order(order_of(row))
    service.look(row.model, standing.id)
    service.stop(row.model, standing.id)
    assert service.look(row.model, standing.id).phase is Phase.CANCELLED
    service.stop(row.model, standing.id)
    done = ended(service, row, service.order(order_of(row)))
    service.stop(row.model, done.id)
    assert service.look(row.model, done.id).phase is Phase.SUCCEEDED


@each_service
@pytest.mark.parametrize("key", ["wrong", "bro\nken", "schlüssel", ""])
def test_a_key_that_is_wrong_or_cannot_be_sent_is_an_auth_failure(key: str, row: Row, simulator: Simulator) -> None:
    with pytest.raises(AuthFailed):
        row.made(simulator, api_key=key).order(order_of(row))
    assert simulator.charges == []


@each_service
def test_an_address_where_nobody_listens_is_down_and_not_unknown(row: Row, simulator: Simulator) -> None:
    with pytest.raises(ProviderDown) as caught:
        row.made(simulator, base_url="http://127.0.0.1:9").order(order_of(row))
    assert not caught.value.outcome_unknown


@each_service
def test_a_redirect_is_not_followed_for_the_key_would_go_along(row: Row, simulator: Simulator) -> None:
    simulator.plan(row.name, "html", times=0, status=302, location=simulator.url(row.name))
    with pytest.raises(ProviderDown):
        row.made(simulator).order(order_of(row))
    assert orders(simulator) == 1


@each_service
def test_an_answers_own_addresses_are_never_called_with_the_key(row: Row, simulator: Simulator) -> None:
    field = {"replicate": "id", "fal": "request_id"}[row.name]
    evil = {field: "../../elsewhere", "status": "starting", "status_url": "http://evil.example/", "urls": {}}
    simulator.plan(row.name, "ok", json=evil)
    with pytest.raises(ProviderDown, match="no id of the work"):
        row.made(simulator).order(order_of(row))


@pytest.mark.parametrize(
    "url",
    [
        "https://pictures.example.org/a.png",
        "https://replicate.delivery.example.org/a.png",
        "https://evilreplicate.delivery/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:9/a.png",
        "file:///etc/passwd",
        "ftp://replicate.delivery/a.png",
        "https://name:word@replicate.delivery/a.png",
        "https://replicate.delivery:8443/a.png",
        "//replicate.delivery/a.png",
        "not an address",
    ],
)
@each_service
def test_a_picture_is_fetched_from_the_services_own_hosts_by_checked_addresses_only(
    url: str, row: Row, simulator: Simulator
) -> None:
    with pytest.raises(BadOutput):
        fetching.fetched(row.made(simulator), url)
    assert simulator.calls == []


@each_service
def test_a_picture_may_come_in_the_answer_itself(row: Row, simulator: Simulator) -> None:
    got = fetching.picture(row.made(simulator), wire.as_data(SMALL, "image/png"))
    assert got.size == (48, 36)


@each_service
def test_a_fetch_that_breaks_may_be_tried_again(row: Row, simulator: Simulator) -> None:
    service = row.made(simulator)
    simulator.plan(row.name, "ok", fetch="unavailable")
    done = ended(service, row, service.order(order_of(row)))
    with pytest.raises(ProviderDown):
        fetching.picture(service, done.output)
    assert fetching.picture(service, done.output).size == (96, 72)


def test_replicate_is_sent_a_small_picture_in_the_request_and_a_large_one_as_a_file(simulator: Simulator) -> None:
    row = ROWS[0]
    service, noise = row.made(simulator), io.BytesIO()
    Image.effect_noise((600, 600), 80).convert("RGB").save(noise, "PNG")
    service.order(order_of(row))
    assert simulator.calls[-1].json()["input"]["image"].startswith("data:image/png;base64,")
    done = ended(service, row, service.order(order_of(row, picture=noise.getvalue())))
    paths = [call.path for call in simulator.calls if call.method == "POST"]
    assert paths == ["/v1/predictions", "/v1/files", "/v1/predictions"]
    assert fetching.picture(service, done.output).size == (1200, 1200)


def test_replicate_is_told_when_to_give_up_and_an_official_model_needs_no_version(simulator: Simulator) -> None:
    service = ROWS[0].made(simulator)
    service.order(order_of(ROWS[0], version="", queue_s=600, limit_s=90))
    assert simulator.calls[0].path == "/v1/models/nightmareai/real-esrgan/predictions"
    assert (simulator.calls[0].headers["cancel-after"], "prefer" in simulator.calls[0].headers) == ("690s", False)


def test_a_throttled_answer_of_replicate_says_when_in_its_words(simulator: Simulator) -> None:
    simulator.plan("replicate", "rate_limited")
    began = datetime.now(UTC)
    with pytest.raises(ProviderError) as caught:
        ROWS[0].made(simulator).order(order_of(ROWS[0]))
    assert timedelta(seconds=30) <= caught.value.retry_at - began <= timedelta(seconds=40)


@each_service
def test_work_that_is_not_known_any_more_is_said_to_be_gone(row: Row, simulator: Simulator) -> None:
    with pytest.raises(WorkGone):
        row.made(simulator).look(row.model, "work-9999")
