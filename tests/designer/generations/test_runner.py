"""What becomes of a generation whose provider refuses, waits, breaks or sends rubbish."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from designer.catalogue.models import ModelPrice, ModelProfile
from designer.generations.models import Generation
from designer.jobs.claims import promote_due
from designer.jobs.models import AttemptOutcome, Job, JobAttempt
from designer.jobs.services import revive
from designer.ledger.models import LedgerEntry
from designer.personas.models import LearnedWeight
from designer.providers import base
from designer.realtime.models import Event
from tests import images
from tests.designer.generations.test_flow import ask
from tests.scripted import GOOD, Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def script(monkeypatch) -> Iterator[type[Scripted]]:
    with scripted(monkeypatch) as provider:
        yield provider


def run(client_of, n: int = 1, **wish) -> Generation:
    answer = ask(client_of("editor"), provider="scripted", n=n, **wish)
    assert answer.status_code == 202, answer.content
    work_off("interactive")
    return Generation.objects.get(pk=answer.json()["id"])


def try_again(row: Generation) -> Generation:
    """The next try of its job, now."""
    Job.objects.filter(pk=row.job_id).update(scheduled_at=timezone.now())
    promote_due()
    work_off("interactive")
    row.refresh_from_db()
    return row


def paid() -> list[Decimal]:
    return list(LedgerEntry.objects.order_by("created_at").values_list("amount", flat=True))


def test_what_the_provider_says_it_cost_is_charged(script, client_of):
    script.answers, script.cost = [GOOD, GOOD], Decimal("0.05")
    done = run(client_of, n=2)
    assert (done.status, done.cost, done.simulated) == ("succeeded", Decimal("0.10"), False)
    assert paid() == [Decimal("0.05")] * 2


def test_without_a_said_cost_each_image_is_charged_at_the_dated_price(script, client_of):
    script.answers = [GOOD] * 3
    assert run(client_of, n=3).cost == Decimal("0.12") == sum(paid())


def test_an_image_that_cannot_be_used_ends_it_readably_and_is_paid_for(script, client_of):
    script.answers = [b"<html>no picture</html>"]
    done = run(client_of)
    assert (done.status, done.error["code"]) == ("failed", "no_image")
    assert (done.cost, paid()) == (Decimal("0.04"), [Decimal("0.04")])
    assert JobAttempt.objects.get().outcome == AttemptOutcome.FAILED


def test_what_was_made_before_a_refusal_stays_and_only_that_is_paid_for(script, client_of):
    script.answers = [GOOD, base.Moderated("This was refused.", "Say it differently.")]
    done = run(client_of, n=3)
    assert (done.status, done.error["code"], len(done.shown_assets)) == ("partial", "moderated", 1)
    assert paid() == [Decimal("0.04")] == [done.cost]
    last = Event.objects.filter(channel=f"generation:{done.pk}").order_by("seq").last()
    assert (last.event, last.data["status"], len(last.data["assets"])) == ("generation:complete", "partial", 1)


def test_a_retry_makes_only_what_is_missing_and_sends_the_same_order(script, client_of):
    script.answers = [GOOD, base.ProviderDown("Away."), GOOD]
    row = run(client_of, n=2, brief="a dress")
    assert (row.status, len(row.shown_assets)) == ("running", 1)
    LearnedWeight.objects.all().delete()
    ModelPrice.objects.update(amount=Decimal("9"))
    Generation.objects.filter(pk=row.pk).update(brief="a coat, changed behind its back")
    row = try_again(row)
    assert (row.status, paid(), len({asset.seed for asset in row.shown_assets})) == (
        "succeeded",
        [Decimal("0.04")] * 2,
        2,
    )
    asked = [request.prompt for request, _ in script.asked]
    assert asked[1] == asked[2] and asked[1].startswith(asked[0]) and asked[1] != asked[0]


def test_a_cancel_keeps_what_is_made_and_lists_what_may_have_been_charged(script, client_of):
    client = client_of("editor")

    script.answers = [GOOD, base.Cancelled()]
    asked = ask(client, provider="scripted", n=2).json()
    script.before = staticmethod(lambda place: place == 1 and client.post(asked["links"]["cancel"]))
    work_off("interactive")
    done = Generation.objects.get(pk=asked["id"])
    assert (done.status, done.error, len(done.shown_assets)) == ("partial", None, 1)
    assert sorted(JobAttempt.objects.values_list("outcome", flat=True)) == ["succeeded", "unknown"]


def test_a_dead_partial_generation_is_replayed_to_its_end(script, client_of):
    script.answers = [GOOD, *[base.ProviderDown("Away.")] * 5, GOOD]
    row = run(client_of, n=2)
    for _ in range(4):
        row = try_again(row)
    assert (row.status, Job.objects.get(pk=row.job_id).status) == ("partial", "dead")
    revive(row.job_id)
    row = try_again(row)
    assert (row.status, row.error, len(row.shown_assets), len(paid())) == ("succeeded", None, 2, 2)


def test_dead_generations_that_are_replayed_by_their_cause_are_never_paid_for_twice(script, client_of, team):
    """Two died: of one an image is there, of the other a call may have been charged. The vendor's own list counts."""
    script.answers, script.idempotency = [base.TimedOut("No answer in time.")], "none"
    unknown = try_again(run(client_of, team=str(team.pk)))
    Job.objects.filter(pk=unknown.job_id).update(status="dead")  # as if its worker had died each time
    script.answers = [GOOD, *[base.ProviderDown("Away.")] * 5]
    half = run(client_of, n=2, team=str(team.pk))
    for _ in range(4):
        half = try_again(half)
    owner, asked = client_of("owner"), len(script.asked)
    script.answers = [GOOD] * 4
    answer = owner.post("/api/queue/dead/replay", {"all": True}, format="json").json()
    assert answer["replayed"] == 2
    half, unknown = try_again(half), try_again(unknown)
    assert (half.status, len(half.shown_assets)) == ("succeeded", 2)
    assert (unknown.status, unknown.error["code"]) == ("failed", "outcome_unknown")
    assert len(script.asked) - asked == 1  # of the vendor: the one image that was missing, and nothing else
    assert paid() == [Decimal("0.04")] * 2
    assert owner.post("/api/queue/dead/replay", {"all": True}, format="json").json()["replayed"] == 0


def test_the_estimate_is_made_for_the_garment_and_never_exceeded(script, client_of):
    script.answers = [GOOD]
    done = run(client_of)
    assert done.estimate == done.cost == Decimal("0.04")
    asked = ask(client_of("editor"), provider="scripted").json()
    ModelPrice.objects.update(amount=Decimal("0.09"))
    work_off("interactive")
    dearer = Generation.objects.get(pk=asked["id"])
    assert (dearer.status, dearer.cost, len(script.asked)) == ("failed", 0, 1)
    assert dearer.error["code"] == "below_cheapest"


def test_a_model_without_a_price_is_refused_before_it_is_called(script, client_of):
    ModelPrice.objects.filter(model__provider="scripted").delete()
    answer = ask(client_of("editor"), provider="scripted", model="one")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "model")
    assert answer.json()["code"] == "price_unknown" and not Generation.objects.exists()


def test_a_row_of_the_catalogue_that_no_adapter_knows_breaks_nobody(client_of):
    ModelProfile.objects.create(provider="nobody", model="x", family="x", title="X")
    ModelProfile.objects.create(provider="sketchbook", model="no-such", family="x", title="Y")
    assert ask(client_of("editor")).status_code == 202


@pytest.mark.parametrize(
    "value",
    [["x"], "yes", {}, {"nope": 1}, {"operations": "nonsense"}, {"operations": [{"name": "fly"}]},
     {"operations": 5}, {"operations": None}, {"operations": True}, {"operations": [{"name": "upscale", "scale": 3}]}],
)  # fmt: skip
def test_an_auto_enhance_that_cannot_be_is_refused_by_field(value, client_of):
    answer = ask(client_of("editor"), auto_enhance=value)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"].startswith("auto_enhance")
    assert not Generation.objects.exists()


def test_the_wait_that_a_provider_asks_for_is_kept(script, client_of):
    until = timezone.now() + timedelta(minutes=7)
    script.answers = [base.RateLimited("Too many at once.", retry_at=until)]
    done = run(client_of)
    job = Job.objects.get(pk=done.job_id)
    assert (done.status, job.status) == ("running", "retrying")
    assert until - timedelta(seconds=5) < job.scheduled_at < until + timedelta(minutes=1)  # a tenth is jitter


def test_a_refusal_is_told_in_the_providers_words_and_never_sent_again(script, client_of):
    script.answers = [base.Moderated("This was refused.", "Say it differently.")]
    done = run(client_of)
    assert (done.status, done.error["code"], done.error["remedy"]) == ("failed", "moderated", "Say it differently.")
    assert len(script.asked) == 1 and not LedgerEntry.objects.exists()


def test_what_a_later_release_keeps_beside_the_wish_keeps_nobody_from_making_it(script, client_of):
    script.answers = [GOOD]
    asked = ask(client_of("editor"), provider="scripted")
    row = Generation.objects.get(pk=asked.json()["id"])
    Generation.objects.filter(pk=row.pk).update(settings={**row.settings, "of_a_later_release": [1]})
    work_off("interactive")
    row.refresh_from_db()
    assert (row.status, len(script.asked)) == ("succeeded", 1)


@pytest.mark.parametrize(("idempotency", "times", "end"), [("key", 2, "succeeded"), ("none", 1, "failed")])
def test_an_unknown_outcome_is_asked_again_only_under_its_key(script, idempotency, times, end, client_of):
    script.answers, script.idempotency = [base.TimedOut("No answer in time."), GOOD], idempotency
    done = try_again(run(client_of))
    assert (len(script.asked), len({key for _, key in script.asked}), done.status) == (times, 1, end)


def test_an_unknown_outcome_is_looked_up_where_the_provider_can_be_asked(script, client_of):
    script.answers, script.idempotency = [base.TimedOut("No answer in time.")], "lookup"
    row = run(client_of)
    script.found = GOOD
    done = try_again(row)
    assert (done.status, len(script.asked), paid()) == ("succeeded", 1, [Decimal("0.04")])
    assert sorted(JobAttempt.objects.values_list("outcome", flat=True)) == ["succeeded", "superseded"]


def test_reference_photos_reach_the_provider_and_the_corrections_its_attributes(script, client_of):
    client = client_of("editor")
    photo = client.post("/api/assets", {"file": _file(images.encoded("PNG"))}, format="multipart").json()
    script.answers = [GOOD]
    answer = ask(client, provider="scripted", references=[photo["id"]], corrections={"garment": "coat"})
    work_off("interactive")
    assert Generation.objects.get(pk=answer.json()["id"]).status == "succeeded"
    request, _ = script.asked[0]
    assert len(request.references) == 1 and request.references[0].startswith(b"\x89PNG")
    assert request.attributes["garment"] == "coat"


def test_a_generation_in_the_trash_runs_no_more(script, client_of):
    client = client_of("editor")
    asked = ask(client, provider="scripted").json()
    assert client.delete(f"/api/generations/{asked['id']}").status_code == 204
    work_off("interactive")
    assert Generation.objects.get(pk=asked["id"]).status == "cancelled" and not script.asked


def _file(data: bytes):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("photo.png", data, content_type="image/png")


def test_a_page_opened_in_the_middle_of_an_image_shows_how_far_it_is(client_of, monkeypatch):
    seen = []

    class Slow(Scripted):
        def generate(self, request, *, progress, **rest):
            progress(0.5)
            seen.append(Generation.objects.get().percent)
            return super().generate(request, progress=progress, **rest)

    with scripted(monkeypatch, Slow) as provider:
        provider.answers.append(GOOD)
        assert run(client_of).status == "succeeded"
    assert seen == [62]


def test_a_page_that_was_opened_early_has_parts_that_keep_up(script, client_of):
    client = client_of("editor")
    script.answers = [GOOD]
    pk = ask(client, provider="scripted").json()["id"]
    page = client.get(f"/generations/{pk}").content.decode()
    parts = {
        "card": ("Queued", "Succeeded"),
        "how": ("not chosen yet", "one by scripted"),
        "understanding": ("has not been read yet", "emerald"),
        "route": ("has not been chosen yet", "scripted/one"),
    }
    addresses = {f"/generations/{pk}/{name}": words for name, words in parts.items()}
    for address, (before, _) in addresses.items():
        assert f'src="{address}"' in page and before in client.get(address).content.decode()
    assert f'src="/generations/{pk}/understanding" pace="1000"' in page
    work_off("interactive")
    for address, (before, after) in addresses.items():
        shown = client.get(address).content.decode()
        assert after in shown and before not in shown, address
        assert client_of("stranger").get(address).status_code == 404
