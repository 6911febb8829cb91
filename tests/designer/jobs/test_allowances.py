"""What may be asked of a provider: limits shared through Redis, a line for who must wait, and what holds without."""

import time
import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import redis
from django.utils import timezone

from designer.jobs import allowances, claims
from designer.jobs.allowances import Limits, Wish
from designer.jobs.attempts import begin_attempt
from designer.jobs.handlers import Later, RunningJob
from designer.jobs.models import Job
from designer.jobs.services import enqueue, request_cancel
from designer.jobs.tasks import drain
from teams.base.limits import link

pytestmark = pytest.mark.django_db
NOW = timedelta()


@pytest.fixture
def ask():
    """Wishes to one provider that nobody else knows, each of a job of its own unless it is named."""
    provider = f"acme-{uuid.uuid4()}"

    def wish(holder: str = "", *, urgent: bool = False, images: int = 1, **limits: int) -> Wish:
        holder = holder or str(uuid.uuid4())
        return Wish(provider=provider, model="m", holder=holder, limits=Limits(**limits), urgent=urgent, images=images)

    return wish


def until_taken(wish: Wish) -> None:
    end = time.monotonic() + 20
    while allowances.take(wish):
        assert time.monotonic() < end, "its turn never came"
        time.sleep(0.02)


def test_without_a_known_limit_every_call_may_be_made(ask):
    assert [allowances.take(ask()) for _ in range(50)] == [NOW] * 50


def test_a_new_bucket_begins_with_one_call_and_each_who_waits_is_told_a_later_time(ask):
    assert allowances.take(ask(requests_per_minute=60)) == NOW
    waits = [allowances.take(ask(requests_per_minute=60)) for _ in range(3)]
    assert NOW < waits[0] < waits[1] < waits[2] < timedelta(seconds=10)


def test_a_redis_that_was_emptied_grants_no_second_burst(ask):
    allowances.take(ask(requests_per_minute=600))
    link().delete(*ask().keys)
    assert [allowances.take(ask(requests_per_minute=600)) == NOW for _ in range(2)] == [True, False]


def test_the_images_of_a_call_count_as_well(ask):
    until_taken(ask("several", images_per_minute=60, images=10))
    assert allowances.take(ask(images_per_minute=60)) > timedelta(seconds=5)


def test_as_many_calls_at_once_as_allowed_and_one_more_when_one_is_over(ask):
    first, second, third = (ask(concurrent=2) for _ in range(3))
    assert [allowances.take(each) == NOW for each in (first, second, third)] == [True, True, False]
    allowances.give_back(first)
    assert allowances.take(third) == NOW


def test_a_call_whose_worker_died_is_not_counted_for_ever_nor_twice_for_its_job(ask):
    holder = str(uuid.uuid4())
    assert allowances.take(ask(holder, concurrent=1)) == NOW
    assert allowances.take(ask(holder, concurrent=1)) == NOW
    assert link().pttl(ask().keys[1]) > 0


def test_the_models_of_an_account_use_up_one_limit_and_stand_in_one_line(ask):
    one = replace(ask("a-call", concurrent=1), model="one", account=("one", "two"))
    two = replace(ask("another", concurrent=1), model="two", account=("one", "two"))
    own = replace(ask("a-third", concurrent=1), model="three")
    assert allowances.take(one) == NOW
    assert allowances.take(two) > NOW
    assert allowances.take(own) == NOW
    stand = allowances.standing(one)
    assert stand is not None and (stand.running, stand.waiting) == (1, 1)
    allowances.give_back(one)
    assert allowances.take(two) == NOW


def test_what_is_under_way_is_counted_whatever_the_limit_and_no_shorter_call_forgets_it(ask):
    long = replace(ask("long", concurrent=1), longest=timedelta(minutes=10))
    allowances.take(ask("running", concurrent=1))
    allowances.hold(long)
    stand = allowances.standing(long)
    assert stand is not None and stand.running == 2
    allowances.give_back(ask("running"))
    assert allowances.take(ask("short", concurrent=1)) > NOW
    assert allowances.take(ask("short", concurrent=2)) == NOW
    assert link().pttl(long.keys[1]) > 500_000


def test_who_came_first_goes_first(ask):
    allowances.take(ask("running", concurrent=1))
    early, late = ask("early", concurrent=1), ask("late", concurrent=1)
    assert allowances.take(early) and allowances.take(late)
    allowances.give_back(ask("running"))
    assert allowances.take(late)
    assert allowances.take(early) == NOW


def test_when_little_is_left_a_person_goes_before_a_batch_that_waited_longer(ask):
    allowances.take(ask(requests_per_minute=300))
    batch, person = ask("batch", requests_per_minute=300), ask("person", urgent=True, requests_per_minute=300)
    assert allowances.take(batch) and allowances.take(person)
    end = time.monotonic() + 20
    while allowances.take(batch) and time.monotonic() < end:
        if allowances.take(person) == NOW:
            break
        time.sleep(0.02)
    else:
        pytest.fail("the batch was served first")
    until_taken(batch)


def test_the_lower_of_what_was_written_down_and_what_the_vendor_says_holds(ask):
    wish = ask(requests_per_minute=6000)
    allowances.learn(wish, {"requests": 6}, {"requests": 3}, NOW)
    allowances.take(wish)
    assert allowances.take(ask(requests_per_minute=6000)) > timedelta(seconds=5)


def test_a_vendor_with_nothing_left_is_left_alone_until_it_has_something_again(ask):
    allowances.learn(ask(), {}, {"requests": 0}, timedelta(seconds=90))
    assert timedelta(seconds=85) < allowances.take(ask()) <= timedelta(seconds=90)


def test_every_key_ends_by_itself(ask):
    for _ in range(3):
        allowances.take(ask(requests_per_minute=60, urgent=True))
        allowances.take(ask(requests_per_minute=60))
    found = [key for key in ask().keys if link().exists(key)]
    assert len(found) == 4 and all(link().pttl(key) > 0 for key in found)


def test_without_redis_the_calls_on_record_are_counted_and_half_is_used(ask, monkeypatch, team_id):
    def away():
        raise redis.ConnectionError("away")

    monkeypatch.setattr(allowances, "link", away)
    wish = replace(ask(requests_per_minute=6), model="n", account=("m", "n"))
    granted = 0
    for _ in range(5):
        granted += allowances.take(wish) == NOW
        called(team_id, wish.provider)
    assert granted == 3
    assert allowances.take(ask()) == NOW  # nothing is known of it
    assert allowances.take(ask(concurrent=4)) > NOW  # five are under way
    allowances.give_back(wish)
    allowances.learn(wish, {"requests": 1}, {}, NOW)


def called(team_id: uuid.UUID, provider: str) -> None:
    enqueue("t.paid", {}, team_id=team_id)
    row = claims.claim("interactive", "w1")
    assert row is not None
    job = RunningJob(id=row.pk, kind=row.kind, attempt=row.attempts, team_id=team_id, worker="w1")
    begin_attempt(job, provider=provider, model="m", price=Decimal(1))


def test_a_job_whose_turn_has_not_come_goes_back_to_the_queue_and_nothing_failed(kinds, team_id):
    def wait(job: RunningJob) -> None:
        raise Later(timedelta(minutes=5), reasons.pop(0))

    reasons = ["Nothing is left.", "Nothing is left.", "It is given a rest."]
    told: list[str] = []
    kinds.handles("t.waits")(wait)
    kinds.delays("t.waits")(lambda job, reason: told.append(reason["message"]))
    job = enqueue("t.waits", {}, team_id=team_id, max_attempts=1)
    assert drain() == 1
    job.refresh_from_db()
    assert (job.status, job.failures, job.worker, job.last_error["message"]) == ("retrying", 0, "", "Nothing is left.")
    for _ in range(2):
        Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now())
        assert drain() == 1
    assert told == ["Nothing is left.", "It is given a rest."]  # the same reason is told once
    request_cancel(job.pk)
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_of_an_accounts_models_the_lowest_limit_holds():
    said = [{"requests_per_minute": 900}, {"requests_per_minute": 60, "concurrent": 5}, {"concurrent": 9}, {}]
    assert Limits.lowest(said) == Limits(requests_per_minute=60, concurrent=5)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"requests_per_minute": 5}, Limits(requests_per_minute=5)),
        ({"requests_per_minute": "5", "concurrent": -1, "colour": 3}, Limits()),
    ],
)
def test_limits_are_read_as_they_are_written_and_nonsense_is_none(written, read):
    assert Limits.read(written) == read
