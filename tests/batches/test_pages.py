"""The pages of batches, as a designer, an editor's colleague and a stranger get them."""

import re

import pytest
from django.test import Client

from batches import views
from batches.models import Batch, BatchItem, BatchTemplate
from designer.providers.base import Moderated, TimedOut
from tests import scripted
from tests.batches.asking import made, plan, run_out, try_again_now, work_off

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {
    "brief": "a {garment} in {fabric}",
    "slots": "garment: coat, skirt\nfabric: wool, silk",
    "parallelism": "2",
    "budget": "1.00",
    "when": "now",
}


BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def api(client_of):
    return client_of("editor")


@pytest.fixture
def editor(api):
    """A browser without script, signed in as the same person as `api`."""
    return browser_of(api)


def browser_of(api):
    browser = Client()
    browser.force_login(api.user, backend=BACKEND)
    return browser


def page(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def test_a_plan_typed_as_words_is_priced_and_run(editor):
    told = editor.post("/batches/estimate", TYPED).json()
    assert told["ready"], told["html"]
    assert "$0.04" in told["html"] and "<strong>4</strong> items" in told["html"]
    assert not Batch.objects.exists()
    answer = editor.post("/batches/new", TYPED)
    assert answer.status_code == 302
    work_off()
    shown = page(editor, answer.url)
    assert "Completed" in shown and shown.count("<img") == 4 and "a skirt in silk" in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slots": "garment coat"}, "Line 1 is no slot"),
        ({"slots": "garment: coat"}, "The slot {fabric} has no values"),
        ({"brief": "", "slots": ""}, "This plan has 0 items"),
        ({"variations": "9999"}, "10,000 are the limit"),
        ({"budget": "plenty"}, "budget"),
        ({"when": "later"}, "Say when it starts"),
        ({"when": "later", "run_at": "2001-01-01T10:00"}, "This moment is over"),
        ({"when": "repeated", "cron": "61 * * * *"}, "cron"),
        ({"arm_a": "sketchbook-1"}, "Choose both, or none"),
    ],
)
def test_what_cannot_be_is_said_beside_the_form_and_nothing_is_planned(change, said, editor):
    answer = editor.post("/batches/new", TYPED | change)
    assert answer.status_code == 422
    assert said.lower() in answer.content.decode().lower()
    assert not Batch.objects.exists()


def test_a_draft_waits_until_it_is_started(editor):
    answer = editor.post("/batches/new", TYPED | {"draft": "1"})
    assert "Start now" in page(editor, answer.url)
    editor.post(f"{answer.url}/act", {"act": "start"})
    work_off()
    assert "Completed" in page(editor, answer.url)


def test_a_batch_is_paused_resumed_and_cancelled_by_its_buttons(api, editor):
    path = f"/batches/{made(api, plan(variations=6), parallelism=1)['id']}"
    editor.post(f"{path}/act", {"act": "pause"})
    assert "Paused on request" in page(editor, path)
    editor.post(f"{path}/act", {"act": "resume"})
    assert "Running" in page(editor, path)
    editor.post(f"{path}/act", {"act": "cancel"})
    assert "Cancelled" in page(editor, path)
    assert editor.post(f"{path}/act", {"act": "explode"}).status_code == 404


def test_what_may_have_been_paid_is_retried_by_a_button_of_its_own(api, editor, drawn):
    drawn.idempotency = "none"
    drawn.answers.extend([TimedOut("Broke off."), Moderated("No.")])
    said = {"base": {"brief": "a coat", "provider": "scripted", "model": "one"}, "variations": 2}
    path = f"/batches/{made(api, said, parallelism=1)['id']}"
    work_off()
    try_again_now()
    work_off()
    told = page(editor, path)
    assert "Retry failed" in told and "Retry 1 that may have been paid, too" in told
    drawn.answers.extend([scripted.GOOD] * 2)
    editor.post(f"{path}/act", {"act": "anew"})
    work_off()
    told = page(editor, path)
    assert "Completed" in told and "Retry" not in told and len(drawn.asked) == 4


def test_priority_and_budget_are_changed_while_it_runs(api, editor):
    path = f"/batches/{made(api, plan(variations=6), parallelism=1)['id']}"
    editor.post(f"{path}/change", {"priority": "2", "parallelism": "3", "budget": "5"})
    row = Batch.objects.get()
    assert (row.priority, row.parallelism) == (2, 3)
    assert "$5" in page(editor, path)
    editor.post(f"{path}/change", {"priority": "77", "parallelism": "3"})
    assert "from 0 to 9" in page(editor, path)
    assert Batch.objects.get().priority == 2


def test_items_are_shown_by_state_and_by_the_page(api, editor, monkeypatch):
    monkeypatch.setattr(views, "TILES", 2)
    path = f"/batches/{run_out(api, plan(variations=3))['id']}"
    assert "after=2" in page(editor, path)
    assert page(editor, path, after="2").count('class="batch-tile"') == 1
    assert "No items in this state" in page(editor, path, status="failed")


def test_a_plan_is_kept_as_a_template_and_used_again(api, editor):
    path = f"/batches/{made(api, plan(variations=2))['id']}"
    editor.post(f"{path}/keep", {"name": "Autumn"})
    kept = BatchTemplate.objects.get()
    assert "Autumn" in page(editor, "/batches")
    again = page(editor, "/batches/new", template=kept.pk)
    assert kept.plan["base"]["brief"] in again
    editor.post(f"{path}/keep", {"name": "Autumn"})
    assert "There is a template of this name" in page(editor, path)
    editor.post(f"/batches/templates/{kept.pk}/delete")
    assert not BatchTemplate.objects.exists() and Batch.objects.exists()


def test_the_list_finds_batches_by_title_and_state(api, editor):
    made(api, plan(), title="Linen summer")
    made(api, plan(), title="Wool winter", start=False)
    assert "Linen summer" in page(editor, "/batches", search="linen")
    assert "Wool winter" not in page(editor, "/batches", search="linen")
    assert "Linen summer" not in page(editor, "/batches", status="draft")
    assert "Nothing matches" in page(editor, "/batches", search="velvet")


def test_the_empty_list_offers_the_first_step(editor):
    assert "Plan the first one" in page(editor, "/batches")


@pytest.mark.parametrize(("role", "reads", "acts"), [("viewer", 200, 403), ("stranger", 404, 404)])
def test_others_see_what_their_role_allows(role, reads, acts, api, team, client_of):
    path = f"/batches/{made(api, plan(variations=2), team=str(team.pk))['id']}"
    client = browser_of(client_of(role))
    for each in (path, f"{path}/row", f"{path}/head"):
        assert client.get(each).status_code == reads
    assert client.post(f"{path}/act", {"act": "cancel"}).status_code == acts
    assert client.post(f"{path}/change", {"priority": "1", "parallelism": "1"}).status_code == acts


ARMS = {"arms": {"a": {"brief": "a red coat"}, "b": {"brief": "a blue coat"}}}


def test_pairs_are_voted_on_blindly_and_the_count_is_shown_after_the_first_vote(api, editor):
    path = f"/batches/{run_out(api, plan(**ARMS))['id']}/votes"
    before = page(editor, path)
    assert "The left one" in before and "after your first vote" in before and "Share for A" not in before
    answer = editor.post(path, {"pair": "0", "choice": "left"}, follow=True)
    shown = answer.content.decode()
    assert "Noted. Left was" in shown and "You have seen all pairs" in shown and "Share for A" in shown
    assert (
        "You have voted on this pair" in editor.post(path, {"pair": "0", "choice": "tie"}, follow=True).content.decode()
    )
    assert editor.post(path, {"pair": "0", "choice": "both"}).status_code == 404


def test_a_batch_that_compares_nothing_has_no_vote(api, editor):
    assert editor.get(f"/batches/{made(api, plan())['id']}/votes").status_code == 409


WHOLE = {
    "rows": {"base": {"brief": "{garment} in wool"}, "rows": [{"garment": "coat"}, {"garment": "dress"}]},
    "qualities": plan(qualities=["draft", "standard"]),
    "commas": plan("a coat in {cloth}", slots={"cloth": ["navy, deep", "rust"]}),
    "limits": {"base": {"brief": "a coat", "max_cost": "0.5", "fallback": True}},
    "arms": plan(arms={"a": {"brief": "a coat"}, "b": {"brief": "a dress"}}),
}


@pytest.mark.parametrize("said", WHOLE.values(), ids=WHOLE)
def test_a_plan_that_the_form_cannot_show_becomes_a_draft_of_all_of_it(said, api, editor):
    pk = made(api, said, start=False, budget="3.00")["id"]
    told = page(editor, "/batches/new", **{"from": pk})
    assert "cannot show all of this plan" in told and "data-builder" not in told
    answer = editor.post(f"/batches/{pk}/again")
    draft = Batch.objects.exclude(pk=pk).get()
    assert answer.url == f"/batches/{draft.pk}" and draft.status == "draft"
    assert draft.plan == Batch.objects.get(pk=pk).plan
    part = page(editor, "/batches/new", **{"from": pk, "part": "1"})
    assert "Left out of the former plan" in part and "data-builder" in part


TWICE = {"prompts": "a coat\na coat\na cape", "when": "now"}


@pytest.mark.parametrize(("said", "count"), [("drop", 2), ("keep", 3)])
def test_what_becomes_of_a_repeated_line_is_chosen_in_the_form_and_kept_with_the_plan(said, count, api, editor):
    assert "1 item stands there more than once" in editor.post("/batches/estimate", TWICE).json()["html"]
    refused = editor.post("/batches/new", TWICE)
    assert refused.status_code == 422 and "1 of 3 items are there more than once" in refused.content.decode()
    typed = TWICE | {"duplicates": said}
    told = editor.post("/batches/estimate", typed).json()["html"]
    assert f"<strong>{count}</strong> items" in told and "more than once" not in told
    made_of = editor.post("/batches/new", typed | {"draft": "1"}).url.rpartition("/")[2]
    assert Batch.objects.get(pk=made_of).total == count
    again = page(editor, "/batches/new", **{"from": made_of})
    assert f'<option value="{said}" selected>' in again


def test_the_page_says_how_much_of_a_plan_fits_which_budget(api, editor):
    told = editor.post("/batches/estimate", TYPED | {"budget": "0.03"}).json()["html"]
    assert "The batch budget has room for 3 of 4 items" in told
    assert "has room for" not in editor.post("/batches/estimate", TYPED).json()["html"]
    team = api.get("/api/me").json()["teams"][0]["id"]
    said = {"scope": "team", "amount": "0.02"}
    assert api.put(f"/api/teams/{team}/budgets", said, format="json").status_code == 200
    told = editor.post("/batches/estimate", TYPED).json()["html"]
    assert "The team budget has room for 2 of 4 items" in told and "$0.02 of 0.02 left" in told


def test_a_fault_of_many_items_is_told_once(editor):
    typed = {"brief": f"{'long ' * 1598}{{garment}}", "slots": "garment: winter coat, winter cape, winter suit"}
    typed |= {"n": "1", "models": "sketchbook-1"}
    told = editor.post("/batches/estimate", typed).json()["html"]
    assert told.count("<li>") == 1 and "Items 1, 2, 3: " in told
    assert "Items 1, 2, 3: " in editor.post("/batches/new", typed).content.decode()


def test_a_series_tells_its_next_moment_by_its_own_clock_and_only_while_it_waits_for_it(api, editor):
    pk = made(api, plan(), cron="30 2 * * *", time_zone="Asia/Tokyo")["id"]
    assert re.search(r"in Asia/Tokyo; next on \d{4}-\d\d-\d\d 02:30\.", page(editor, f"/batches/{pk}"))
    for act in ("pause", "cancel"):
        editor.post(f"/batches/{pk}/act", {"act": act})
        assert "Repeats:" in page(editor, f"/batches/{pk}") and "next on" not in page(editor, f"/batches/{pk}")


def test_a_template_that_the_form_cannot_show_becomes_a_draft_too(api, editor):
    body = {"name": "Two coats", "plan": WHOLE["rows"]}
    kept = api.post("/api/batch/templates", body, format="json").json()["id"]
    assert "the rows of its sheet" in page(editor, "/batches/new", template=kept)
    answer = editor.post(f"/batches/templates/{kept}/draft")
    draft = Batch.objects.get()
    assert answer.url == f"/batches/{draft.pk}" and (draft.total, draft.title) == (2, "Two coats")


def test_a_plan_that_the_form_can_show_begins_in_it_with_its_budget(api, editor):
    said = {
        **TYPED,
        "n": "2",
        "quality": "draft",
        "palettes": "rust, moss",
        "seed": "7",
        "sample": "3",
        "title": "Coats",
    }
    made_of = editor.post("/batches/new", said | {"draft": "1"}).url.rpartition("/")[2]
    again = page(editor, "/batches/new", **{"from": made_of})
    assert "data-builder" in again and "Left out" not in again
    assert 'value="1"' in again and 'value="Coats"' in again and "garment: coat, skirt" in again


@pytest.mark.parametrize(("zone", "lost"), [("Asia/Tokyo", True), ("", False)])
def test_a_repeat_used_again_keeps_its_time_zone_or_says_that_it_would_not(zone, lost, api, editor):
    pk = made(api, plan(), cron="30 2 * * *", **({"time_zone": zone} if zone else {}))["id"]
    told = page(editor, "/batches/new", **{"from": pk})
    assert ("data-builder" in told, "the time zone in which it repeats, Asia/Tokyo" in told) == (not lost, lost)
    editor.post(f"/batches/{pk}/again")
    assert Batch.objects.exclude(pk=pk).get().time_zone == Batch.objects.get(pk=pk).time_zone


def test_a_plan_that_can_no_longer_be_carried_out_is_refused_with_its_reason(api, editor):
    pk = made(api, WHOLE["rows"], start=False)["id"]
    Batch.objects.filter(pk=pk).update(plan={"base": {"brief": "a {coat}"}, "rows": [{"garment": "x"}]})
    told = editor.post(f"/batches/{pk}/again", follow=True).content.decode()
    assert "coat" in told and Batch.objects.count() == 1


def test_what_failed_as_a_whole_can_be_taken_away_too(api, editor):
    pk = made(api, plan(variations=2))["id"]
    BatchItem.objects.filter(batch=pk).update(status="failed", error={"code": "x", "message": "No cloth."})
    Batch.objects.filter(pk=pk).update(status="failed")
    told = page(editor, f"/batches/{pk}")
    assert f"/api/batch/{pk}/results?as=csv" in told and f"/api/batch/{pk}/results?as=json" in told
    assert "/zip" not in told and "contact-sheet" not in told


def test_every_page_of_the_contact_sheet_is_linked(api, editor):
    done = run_out(api)["id"]
    assert f"/api/batch/{done}/contact-sheet?as=pdf" in page(editor, f"/batches/{done}")
    Batch.objects.filter(pk=done).update(succeeded=48 * 25 + 1)
    told = page(editor, f"/batches/{done}")
    for first, last in ((1, 12), (13, 24), (25, 26)):
        assert f"?as=pdf&amp;page={first}" in told and f"{first}–{last}" in told
    assert 'max="26"' in told and "Page, 1 to 26" in told
