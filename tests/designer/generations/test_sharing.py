"""A load that is shared: each image goes to a model that has room at the moment, and costs no more than was shown."""

from datetime import timedelta
from decimal import Decimal

import pytest

from designer.catalogue.models import ModelProfile
from designer.generations.models import Generation
from designer.generations.pacing import load_of
from designer.jobs import allowances
from designer.jobs.allowances import Limits, Wish
from designer.personas.models import LearningSettings
from teams.base.limits import link
from tests.designer.generations.test_flow import ask
from tests.scripted import GOOD, Other, Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def call(provider: str, holder: str, **limits: int) -> Wish:
    return Wish(provider=provider, model="one", holder=holder, limits=Limits(**limits))


def forget() -> None:
    for provider in ("scripted", "other"):
        link().delete(*call(provider, "").keys)


@pytest.fixture
def pair(monkeypatch, settings):
    """Two models of one quality: the first takes two calls at once and is a little dearer, the other takes one."""
    settings.IMAGE_PROVIDERS = ["scripted", "other"]
    with scripted(monkeypatch, price="0.04") as one, scripted(monkeypatch, Other, price="0.039") as other:
        ModelProfile.objects.filter(provider="scripted").update(limits={"concurrent": 2})
        ModelProfile.objects.filter(provider="other").update(limits={"concurrent": 1})
        forget()
        yield one, other
        forget()


def drawn_by(client_of) -> Generation:
    Scripted.answers, Other.answers = [GOOD], [GOOD]
    answer = ask(client_of("editor"), n=1, strategy="load_balanced")
    assert answer.status_code == 202, answer.content
    LearningSettings.objects.update_or_create(team_id=answer.json()["team"], defaults={"exploration": 0})
    work_off("interactive")
    return Generation.objects.get(pk=answer.json()["id"])


def test_an_image_goes_to_one_that_has_room_and_the_price_shown_holds_for_all_of_them(pair, client_of):
    assert not allowances.take(call("scripted", "a", concurrent=2))
    assert not allowances.take(call("scripted", "b", concurrent=2))
    made = drawn_by(client_of)
    assert (made.provider, made.status, made.cost) == ("other", "succeeded", Decimal("0.039"))
    assert made.estimate == Decimal("0.04")
    assert not allowances.take(call("other", "c", concurrent=1))
    allowances.give_back(call("scripted", "a", concurrent=2))
    made = drawn_by(client_of)
    assert (made.provider, made.cost) == ("scripted", Decimal("0.04"))
    route = made.stages.get(name="routing").output
    assert "by lot among 2" in route["reason"] and route["alternatives"][0]["reason"] == "its room: 100% taken"


def test_how_busy_a_model_is_goes_by_its_limits_those_that_the_vendor_told_and_the_pause_it_asked_for(pair):
    profile = ModelProfile.objects.get(provider="other")
    profile.limits = {"requests_per_minute": 60}
    assert load_of(profile, seconds=10, images=1) == (0, 10)
    wish = call("other", "a", requests_per_minute=60)
    assert not allowances.take(wish)
    assert load_of(profile, seconds=10, images=1) == (1, 10)
    allowances.learn(wish, {"images": 30}, {}, timedelta())
    assert load_of(profile, seconds=10, images=5) == (1, 1)  # six calls of five images a minute
    allowances.learn(wish, {}, {}, timedelta(seconds=20))
    assert load_of(profile, seconds=10, images=5) == (pytest.approx(3, abs=0.05), 1)


def test_while_redis_is_away_the_better_model_draws(pair, client_of, monkeypatch):
    def away() -> None:
        raise OSError("no route")

    ModelProfile.objects.filter(provider="other").update(quality=0.52)
    monkeypatch.setattr(allowances, "link", away)
    assert drawn_by(client_of).provider == "other"
