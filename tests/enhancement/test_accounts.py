"""What a service's account allows, seen from the service's side: several workers and models keep to one limit."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.catalogue.limits import wish_for
from designer.catalogue.models import ModelHealth, ModelProfile
from designer.generations import health
from designer.jobs import allowances
from designer.jobs.claims import claim, promote_due
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.jobs.settling import died
from enhancement.models import Enhancement
from enhancement.remote import buying, offers
from enhancement.services import MANY, request_enhancement
from teams.base.limits import link
from tests import images
from tests.enhancement.buying import Dead, both_services, done, dying, outcomes
from tests.factories import UserFactory
from tests.simulators.providers.server import Simulator
from tests.work import work_off, work_together

pytestmark = pytest.mark.django_db(transaction=True)
MODELS = {"replicate": ("replicate/real-esrgan", "replicate/clarity"), "fal": ("fal/real-esrgan", "fal/clarity")}
each_service = pytest.mark.parametrize("name", list(MODELS))


@pytest.fixture(autouse=True)
def services(simulator, settings, monkeypatch) -> Iterator[Simulator]:
    forget()
    with both_services(simulator, settings, monkeypatch) as playing:
        yield playing
    forget()


def forget() -> None:
    for key in link().scan_iter("allowance:*"):
        link().delete(key)


def swatches(owner, team, count: int) -> list[Asset]:
    pictures = (images.encoded("PNG", images.photo((40 + n, 30))) for n in range(count))
    return [store_upload(actor=owner, team_id=team.pk, file=io.BytesIO(each), name="s.png") for each in pictures]


def order(asset: Asset, service: str, **terms) -> Enhancement:
    operations = [{"name": "upscale", "scale": 2, "service": service}]
    return request_enhancement(actor=asset.owner, asset_id=asset.pk, operations=operations, **terms)


def posted(simulator: Simulator, path: str = "") -> list[int]:
    """What the orders were answered; `path`: of those to a model."""
    return [call.status for call in simulator.calls if call.method == "POST" and path in call.path]


def most_at_once(simulator: Simulator) -> int:
    """How many works of fal's were open together, by its own list of calls: ordered, and not yet seen completed."""
    open_: set[str] = set()
    most, ended = 0, dict[str, int]()
    for call in simulator.calls:
        if found := re.search(r"/requests/([^/]+)/status$", call.path):
            ended[found[1]] = call.number
    for call in simulator.calls:
        open_ = {pk for pk in open_ if ended.get(pk, 10**9) >= call.number}
        if call.method == "POST":
            open_.add(f"work-{call.number:04d}")
        most = max(most, len(open_))
    return most


def test_workers_order_of_an_accounts_models_no_more_in_a_minute_than_it_allows(member, team, simulator):
    ModelProfile.objects.filter(provider="replicate").update(limits={"requests_per_minute": 200})
    simulator.limit("replicate", 200, burst=5, tells=False)
    for asset in swatches(member("editor"), team, 6):
        for service in MODELS["replicate"]:
            order(asset, service)
    work_together("remote", 3)
    assert set(Enhancement.objects.values_list("status", flat=True)) == {"succeeded"}
    assert posted(simulator) == [201] * 12
    assert Job.objects.filter(attempts__gt=1, failures=0).exists()  # the limit was reached, and waited for
    assert set(outcomes()) == {"succeeded"}


def test_workers_have_no_more_works_open_than_the_account_may_have_at_once(member, team, simulator):
    ModelProfile.objects.filter(provider="fal").update(limits=offers.LIMITS["fal"])
    simulator.plan("fal", "ok", 0, looks=5)  # long enough that the next order meets it open
    for asset in swatches(member("editor"), team, 4):
        for service in MODELS["fal"]:
            order(asset, service)
    work_together("remote", 4)
    assert set(Enhancement.objects.values_list("status", flat=True)) == {"succeeded"}
    assert (most_at_once(simulator), len(posted(simulator))) == (2, 8)
    assert not any(link().zcard(key) for key in link().scan_iter("allowance:*:running"))


@each_service
def test_a_refusal_is_waited_out_by_all_models_of_the_account_and_counts_as_no_failure(name, member, team, simulator):
    simulator.plan(name, "rate_limited", retry_after=60)
    one, other = (order(asset, MODELS[name][n]) for n, asset in enumerate(swatches(member("editor"), team, 2)))
    assert (done(one).status, done(other).status, len(posted(simulator))) == ("running", "running", 1)
    jobs = Job.objects.filter(pk__in=[one.job_id, other.job_id])
    assert {(job.status, job.failures, job.last_error["code"]) for job in jobs} == {("retrying", 0, "waiting")}
    assert min(job.scheduled_at for job in jobs) > timezone.now() + timedelta(seconds=50)
    ModelHealth.objects.update(resting_until=timezone.now())
    jobs.update(scheduled_at=timezone.now())
    promote_due()
    work_off("remote")
    assert set(Enhancement.objects.values_list("status", flat=True)) == {"succeeded"}
    assert (len(posted(simulator)), sorted(outcomes())) == (3, ["failed", "succeeded", "succeeded"])


def test_a_pause_that_is_named_in_words_alone_is_heeded_too(member, team, simulator):
    simulator.plan("replicate", "rate_limited")
    (asset,) = swatches(member("editor"), team, 1)
    job = Job.objects.get(pk=done(order(asset, "replicate/real-esrgan")).job_id)
    assert (job.status, job.failures) == ("retrying", 0)
    assert timedelta(seconds=20) < job.scheduled_at - timezone.now() <= timedelta(seconds=30)


def perform_now(row: Enhancement) -> Job:
    """This job's next try, and no other's."""
    Job.objects.exclude(pk=row.job_id).filter(status="queued").update(status="retrying")
    Job.objects.filter(pk=row.job_id).update(status="queued", scheduled_at=timezone.now())
    job = claim("remote", "test")
    assert job is not None and job.pk == row.job_id
    perform(job)
    job.refresh_from_db()
    return job


def test_what_a_person_waits_for_gets_the_next_place_before_a_batch_that_waited_longer(member, team, simulator):
    ModelProfile.objects.filter(provider="fal").update(limits={"concurrent": 1})
    running = wish_for(ModelProfile.objects.filter(provider="fal").earliest("model"), holder="another job")
    assert not allowances.take(running)
    first, second = swatches(member("editor"), team, 2)
    one_of_many, single = order(first, "fal/real-esrgan", terms=MANY), order(second, "fal/clarity")
    assert (perform_now(one_of_many).status, perform_now(single).status) == ("retrying", "retrying")
    allowances.give_back(running)
    assert perform_now(one_of_many).status == "retrying" and posted(simulator) == []
    assert perform_now(single).status == "succeeded" and posted(simulator, "clarity") == [200]
    assert perform_now(one_of_many).status == "succeeded"


@each_service
def test_work_that_a_dead_worker_ordered_goes_on_and_counts_though_no_place_is_left(
    name, member, team, simulator, monkeypatch
):
    ModelProfile.objects.filter(provider=name).update(limits={"concurrent": 1})
    (asset,) = swatches(member("editor"), team, 1)
    row, looked, open_then = order(asset, MODELS[name][0]), buying._looked, []
    with monkeypatch.context() as broken:
        broken.setattr(buying, "_awaited", dying)
        job = claim("remote", "doomed")
        with pytest.raises(Dead):
            perform(job)
    died(Job.objects.get(pk=job.pk))
    other = wish_for(ModelProfile.objects.filter(provider=name).earliest("model"), holder="another job")
    assert not allowances.take(other)

    def counted(purchase):
        open_then.append(allowances.standing(other).running)
        return looked(purchase)

    monkeypatch.setattr(buying, "_looked", counted)
    assert perform_now(row).status == "succeeded"
    assert set(open_then) == {2} and len(posted(simulator)) == 1


def test_the_page_of_the_queue_shows_each_service_with_what_its_account_has_left(simulator):
    ModelProfile.objects.filter(provider="fal").update(limits=offers.LIMITS["fal"])
    assert not allowances.take(wish_for(ModelProfile.objects.get(model="fal-ai/esrgan"), holder="a job"))
    client = APIClient()
    client.force_authenticate(UserFactory(is_superuser=True))
    told = {row["model"]: row for row in client.get("/api/queue/models").json()["results"] if row["provider"] == "fal"}
    assert {row["limits_scope"] for row in told.values()} == {"account"} and len(told) == 2
    clarity = told["fal-ai/clarity-upscaler"]["limits"]
    assert (clarity["running"], clarity["written"]["concurrent"]) == (1, 2)
    health.rest("fal", "fal-ai/esrgan", timezone.now() + timedelta(minutes=5))
    rows = client.get("/api/queue/models").json()["results"]
    assert {bool(row["resting_until"]) for row in rows if row["provider"] == "fal"} == {True}
    browser = Client()
    browser.force_login(UserFactory(is_superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    assert "all such models of fal together" in browser.get("/settings/queue/now").content.decode()
