"""What follows each generation: a team's usual or a request's own wish, priced before anything is spent."""

from decimal import Decimal

import pytest

from designer.catalogue.models import ModelProfile
from designer.generations.costs import left_for_images
from designer.generations.models import Generation
from designer.ledger.models import BudgetUse
from designer.notifications.models import Notification
from enhancement import presets, receivers
from enhancement.models import Enhancement, EnhancementPreset
from enhancement.presets import STARTERS
from teams.audit.models import AuditEntry
from tests.enhancement.test_estimate import priced
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = next(each for each in STARTERS if each.slug == "twice")
FOUR = {"operations": [{"name": "upscale", "scale": 4}]}


def usual(client, team, preset):
    said = {"preset": None if preset is None else str(preset)}
    return client.put(f"/api/teams/{team.pk}/auto-enhance", said, format="json")


def estimated(client, team, **wish):
    said = {"brief": "a linen skirt", "team": str(team.pk), **wish}
    answer = client.post("/api/generations/preview", said, format="json")
    return answer.json()["estimate"] if answer.status_code == 200 else answer


def generated(client, team, **wish) -> Generation:
    asked = {"brief": "a linen skirt", "team": str(team.pk), "aspect_ratio": "1:1", **wish}
    answer = client.post("/api/generations", asked, format="json")
    assert answer.status_code == 202, answer.content
    return Generation.objects.get(pk=answer.json()["id"])


def test_a_teams_usual_follows_what_does_not_say_otherwise(client_of, team):
    assert usual(client_of("owner"), team, TWICE.pk).json()["preset"]["name"] == TWICE.name
    assert AuditEntry.objects.filter(action="team.setting_changed").count() == 1
    editor = client_of("editor")
    plain, other = generated(editor, team), generated(editor, team, auto_enhance=FOUR)
    none = generated(editor, team, auto_enhance={"operations": []})
    work_off("interactive")
    made = {row.source.generation_id: row for row in Enhancement.objects.select_related("source")}
    assert set(made) == {plain.pk, other.pk}
    assert made[plain.pk].preset["name"] == TWICE.name and made[plain.pk].operations[0]["scale"] == 2
    assert made[other.pk].preset is None and made[other.pk].operations[0]["scale"] == 4
    assert none.settings["auto_enhance"] is None


def test_what_follows_is_priced_before_and_set_aside_with_the_images(client_of, team):
    editor = client_of("editor")
    bare = Decimal(estimated(editor, team)["total"])
    priced("super-resolution", "0.01")
    told = estimated(editor, team, n=2, auto_enhance={"preset": str(TWICE.pk)})
    assert (told["follows"], told["following"]) == (TWICE.name, "0.020000")
    assert Decimal(told["total"]) == 2 * bare + Decimal("0.02")
    row = generated(editor, team, n=2, auto_enhance={"preset": str(TWICE.pk)})
    assert row.estimate == Decimal(told["total"])
    assert BudgetUse.objects.get(team=team, subject_id=team.pk).reserved == row.estimate
    work_off("interactive", "gpu")
    rows = Enhancement.objects.all()
    assert [each.cost for each in rows] == [Decimal("0.01")] * 2
    use = BudgetUse.objects.get(team=team, subject_id=team.pk)
    assert use.reserved == 0 and use.spent >= Decimal("0.02")


def test_a_ceiling_holds_for_what_follows_too(client_of, team):
    editor = client_of("editor")
    priced("super-resolution", "5")
    refused = estimated(editor, team, max_cost="1", auto_enhance={"preset": str(TWICE.pk)})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "max_cost"
    assert estimated(editor, team, max_cost="1")["follows"] == ""


def test_a_usual_that_cannot_be_done_any_more_stands_in_nobodys_way(client_of, team):
    owner = client_of("owner")
    preset = EnhancementPreset.objects.create(team=team, owner=owner.user, name="Shop", operations=FOUR["operations"])
    assert usual(owner, team, preset.pk).status_code == 200
    assert estimated(owner, team)["follows"] == "Shop"
    EnhancementPreset.objects.filter(pk=preset.pk).update(operations=[{"name": "weave", "scale": 4}])
    assert estimated(owner, team)["follows"] == ""
    preset.delete()
    assert generated(owner, team).settings["auto_enhance"] is None
    assert owner.get(f"/api/teams/{team.pk}/auto-enhance").json() == {"preset": None}
    asked = estimated(owner, team, auto_enhance={"preset": str(preset.pk)})
    assert asked.status_code == 422 and asked.json()["errors"][0]["field"] == "auto_enhance.preset"


def test_nothing_follows_a_generation_that_was_cancelled(client_of, team):
    editor = client_of("editor")
    row = generated(editor, team, auto_enhance=FOUR)
    editor.post(f"/api/generations/{row.pk}/cancel")
    work_off("interactive")
    row.refresh_from_db()
    assert row.status == "cancelled" and not Enhancement.objects.exists()
    part = Generation(settings={"auto_enhance": FOUR}, status="partial", error=None)  # cancelled after the first image
    receivers.enhance_when_asked(Generation, part)
    assert not Enhancement.objects.exists()


def test_what_follows_leaves_the_images_their_own_price_and_no_more(client_of, team):
    priced("super-resolution", "5")
    row = generated(client_of("editor"), team, auto_enhance=FOUR)
    assert row.estimate is not None
    assert left_for_images(row) == row.estimate - 5
    row.settings["max_cost"] = "7"
    assert left_for_images(row) == 2


def test_a_promise_that_cannot_be_kept_is_told_to_the_owner_once(client_of, team):
    editor = client_of("editor")
    rows = [generated(editor, team, n=2, auto_enhance=FOUR) for _ in range(2)]
    ModelProfile.objects.filter(provider="local", model="super-resolution").update(enabled=False)
    work_off("interactive", "gpu")
    assert not Enhancement.objects.exists()
    news = Notification.objects.get(kind="follow_up", user=editor.user)
    assert news.title == "a linen skirt: 2 images not enhanced" and "not offered" in news.body
    assert news.link in {f"/generations/{row.pk}" for row in rows}
    assert editor.get(news.link).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("admin", 200), ("editor", 403), ("viewer", 403), ("stranger", 404)],
)
def test_owners_and_admins_say_what_the_usual_is(role, status, client_of, team):
    assert usual(client_of(role), team, TWICE.pk).status_code == status
    assert usual(client_of(role), team, None).status_code == status


def test_it_is_set_on_the_page_and_chosen_in_the_studio(client_of, team):
    owner = client_of("owner")
    page = owner.get("/enhancements").content.decode()
    assert "After each generation" in page and team.name in page
    owner.post("/enhancements/usual", {"team": team.pk, "preset": TWICE.pk}, format="multipart")
    team.refresh_from_db()
    assert team.settings == {"auto_enhance": {"preset": str(TWICE.pk)}}
    assert presets.find(owner.user, TWICE.pk).name in owner.get("/enhancements").content.decode()
    viewers = client_of("viewer").get("/enhancements").content.decode()
    assert f'value="{team.pk}"' not in viewers  # only their own studio's
    studio = owner.get("/").content.decode()
    assert "As the team has it" in studio and f'<option value="{TWICE.pk}">{TWICE.name}</option>' in studio
    form = {"brief": "a linen skirt", "team": str(team.pk), "auto_enhance": "none", "n": 1}
    answer = owner.post("/", form, format="multipart", headers={"X-Partial": "1"})
    assert answer.status_code == 201, answer.content
    assert Generation.objects.get().settings["auto_enhance"] is None
