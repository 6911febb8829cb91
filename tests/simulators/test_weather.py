"""How a simulated vendor is all day long: slow, failing now and then, and full."""

import threading
import time
from collections import Counter

from tests.faults.kit import until
from tests.simulators.test_server import ask, probe  # noqa: F401  (the fixture)


def test_a_share_of_the_calls_fails_and_all_are_logged(probe) -> None:  # noqa: F811
    weather = probe.set_weather("probe", failing={"error_500": 0.5}, seed=3)
    answers = Counter(ask(probe, "POST", "/probe/v1/a")[0] for _ in range(40))
    assert 10 <= answers[500] <= 30 and answers[200] == 40 - answers[500]
    assert Counter(seen["behaviour"] for seen in weather.log) == {"error_500": answers[500], "slow": answers[200]}
    until(lambda: all(seen["ended"] for seen in weather.log), 10)  # noted once the answer is out
    assert all(seen["ended"] >= seen["arrived"] for seen in weather.log)


def test_more_calls_than_are_let_in_within_a_minute_are_refused_and_told_when_to_come_again(probe) -> None:  # noqa: F811
    weather = probe.set_weather("probe", most=2)
    for _ in range(3):
        ask(probe, "POST", "/probe/v1/a")
    last = weather.log[-1]
    assert [seen["let_in"] for seen in weather.log] == [True, True, False]
    assert 58 <= last["retry_at"] - last["arrived"] <= 61


def test_more_calls_at_once_than_it_takes_are_refused(probe) -> None:  # noqa: F811
    weather = probe.set_weather("probe", at_once=1, seconds=30)
    first = threading.Thread(target=ask, args=[probe, "POST", "/probe/v1/a"])
    first.start()
    while not weather.log:
        time.sleep(0.01)
    ask(probe, "POST", "/probe/v1/a")
    probe.reset()
    first.join(10)
    assert [seen["let_in"] for seen in weather.log] == [True, False]


def test_what_is_planned_comes_before_the_weather(probe) -> None:  # noqa: F811
    weather = probe.set_weather("probe", failing={"error_500": 1.0})
    probe.plan("probe", "ok")
    assert [ask(probe, "POST", "/probe/v1/a")[0] for _ in range(2)] == [200, 500]
    assert len(weather.log) == 1
