"""The sockets' promises in small numbers; `python -m tests.faults.run --full --only 13,…` plays them at full size."""

import pytest

from tests.faults import loads, presence, rights, soak, sockets

pytestmark = pytest.mark.fault


@pytest.fixture(autouse=True)
def database(django_db_blocker):
    with django_db_blocker.unblock():
        yield


def nothing_amiss(figures):
    counted = ("lost", "doubled", "reordered", "ghosts", "states_wrong", "committed_without_event", "began_anew")
    assert {name: figures[name] for name in counted} == dict.fromkeys(counted, 0), figures
    assert (figures["gave_up"], figures["broken_invariants"]) == ([], {}), figures


def test_every_client_hears_every_fact_once_and_in_order_whatever_dies():
    figures = sockets.everything_arrives(clients=20, nodes=2, seconds=12, rate=30, cut_every=4, strike_every=2)
    nothing_amiss(figures)
    assert figures["settled"]["behind"] == 0, figures
    assert figures["received"] > 100 and figures["cuts"] > 10 and len(figures["faults"]) > 2, figures


def test_news_whose_nudge_was_lost_arrives_with_the_next_heartbeat():
    figures = sockets.lost_nudges(clients=10, seconds=9, rate=10, every=3)
    nothing_amiss(figures)
    assert set(figures["faults"]) == {"flush redis", "lose subscriptions", "stop redis"}, figures


def test_after_a_restart_everybody_has_everything_again():
    figures = sockets.all_come_back(clients=40, rate=5)
    nothing_amiss(figures)
    for way in ("drained", "killed"):
        assert (figures[way]["behind"], figures[way]["api"]["failed"]) == (0, 0), figures


def test_a_lost_right_ends_on_every_surface_and_on_no_other():
    figures = rights.taken_away(rounds=1)
    assert (figures["never"], figures["taken_from_the_wrong"], figures["served_after"]) == ({}, {}, 0), figures


def test_who_is_here_is_seen_alike_everywhere_whatever_dies():
    figures = presence.seen_alike(processes=2, browsers=4, rounds=1)
    assert figures["wrong"] == 0, figures


def test_those_who_stop_reading_cost_the_others_no_event():
    figures = loads.beside_the_stalled(sockets=20, stalled=2, seconds=3, rate=4, to_the_end=False)
    assert figures["reading"]["missing"] == figures["stalled"]["missing"] == 0, figures


def test_a_day_of_comings_and_goings_leaves_nothing_behind():
    figures = soak.a_day(hours=6, clients=20, channels=4)
    assert figures["at_the_end"]["groups_heard"] == 0, figures
    assert figures["at_the_end"]["files"] <= figures["after_the_warm_up"]["files"] + 2, figures
    assert (figures["events_a_day_later"], figures["events_told"] > 0) == (0, True), figures
