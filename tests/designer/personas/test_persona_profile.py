"""The default, merging, weights, match and drift of personas over HTTP."""

from datetime import UTC, datetime
from functools import partial

import pytest
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.personas import keeping
from designer.personas.models import DefaultPersona, Feedback, Persona
from teams.base.preconditions import etag_of
from tests.designer.generations.test_flow import made
from tests.designer.personas.test_feedback import at_once
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of):
    return client_of("editor")


@pytest.fixture
def personas(team, client):
    about = {"team": team, "owner": client.user}
    linen = {"attributes": {"fabric": ["linen"]}, "weights": {"fabric": {"linen": 1.0}}}
    wool = {"attributes": {"fabric": ["wool"]}, "weights": {"fabric": {"wool": 1.0}}}
    return [
        Persona.objects.create(**about, name="Coast", evidence=9, distributions={"fabric": {"linen": 9}}, **linen),
        Persona.objects.create(**about, name="Town", evidence=3, distributions={"fabric": {"wool": 3}}, **wool),
    ]


def put_default(client, persona, **more):
    return client.put("/api/personas/default", {"persona": persona and str(persona.pk), **more}, format="json")


def test_each_member_has_one_default_of_their_own_and_none_when_they_say_so(client, client_of, personas, team):
    other = client_of("viewer")
    assert put_default(client, personas[0]).json()["persona"]["name"] == "Coast"
    assert put_default(other, personas[1]).status_code == 200
    assert put_default(client, personas[1]).status_code == 200
    assert DefaultPersona.objects.filter(team=team).count() == 2
    assert client.get(f"/api/personas/default?team={team.pk}").json()["persona"]["name"] == "Town"
    assert put_default(client, None, team=str(team.pk)).json() == {"team": str(team.pk), "persona": None}
    assert keeping.default_persona(other.user, team) == personas[1]


def test_of_a_default_that_is_deleted_the_newest_takes_the_place_for_all_who_began_with_it(
    client, client_of, personas, team
):
    other, third = client_of("viewer"), client_of("editor")
    put_default(client, personas[0])
    put_default(other, personas[0])
    assert client.delete(f"/api/personas/{personas[0].pk}").status_code == 204
    for each in (client, other):
        assert each.get(f"/api/personas/default?team={team.pk}").json()["persona"]["name"] == "Town"
    assert third.get(f"/api/personas/default?team={team.pk}").json()["persona"] is None, "began without one"


def news_of(client):
    return [(each["title"], each["link"]) for each in client.get("/api/notifications").json()["results"]]


def test_the_others_who_began_with_it_are_told_with_which_they_begin_now(client, client_of, personas, team):
    other, third = client_of("viewer"), client_of("editor")
    for each in (client, other):
        put_default(each, personas[0])
    client.delete(f"/api/personas/{personas[0].pk}")
    said = f"{client.user.shown_name} deleted Coast: you begin with Town now"
    assert news_of(other) == [(said, f"/style/personas/{personas[1].pk}")]
    assert news_of(client) == news_of(third) == []
    Persona.objects.filter(team=team).exclude(pk=personas[1].pk).delete()
    client.delete(f"/api/personas/{personas[1].pk}")
    assert news_of(other)[0] == (
        f"{client.user.shown_name} deleted Town: you begin with no persona now",
        "/style/personas",
    )


def test_those_whose_default_was_merged_into_another_are_told(client, client_of, personas):
    other = client_of("viewer")
    for each in (client, other):
        put_default(each, personas[0])
    wish = {"personas": [str(row.pk) for row in personas[:2]], "name": "Both", "remove": True}
    made = client.post("/api/personas/merge", wish, format="json").json()
    said = f"{client.user.shown_name} merged Coast with others: you begin with Both now"
    assert news_of(other) == [(said, f"/style/personas/{made['id']}")] and news_of(client) == []


def test_the_last_one_of_a_team_leaves_its_member_without_a_default(client, personas, team):
    put_default(client, personas[0])
    Persona.objects.filter(team=team).exclude(pk=personas[0].pk).delete()
    assert client.delete(f"/api/personas/{personas[0].pk}").status_code == 204
    assert client.get(f"/api/personas/default?team={team.pk}").json() == {"team": str(team.pk), "persona": None}


@pytest.mark.django_db(transaction=True)
def test_a_default_that_is_deleted_is_followed_by_the_one_used_last(client, personas, team):
    for row in (personas[1], Persona.objects.filter(team=team, starter=True).first() or personas[1]):
        made(client, n=1, persona=str(row.pk), team=str(team.pk))
    last = row.name
    Persona.objects.create(team=team, owner=client.user, name="Newest")
    put_default(client, personas[0])
    answer = client.post(f"/style/personas/{personas[0].pk}/delete", {"sure": "1"}, format="multipart", follow=True)
    shown = answer.content.decode()
    assert f"It was your default: you begin with {last} from now on." in shown
    assert client.get(f"/api/personas/default?team={team.pk}").json()["persona"]["name"] == last


@pytest.mark.django_db(transaction=True)
def test_two_defaults_deleted_at_once_leave_one_that_is_there(client, personas, team):
    third = Persona.objects.create(team=team, owner=client.user, name="Third")
    put_default(client, personas[0])
    deeds = [partial(keeping.delete_persona, actor=client.user, persona_id=row.pk) for row in (personas[0], third)]
    assert at_once(personas[0], *deeds) == []
    assert client.get(f"/api/personas/default?team={team.pk}").json()["persona"]["name"] not in ("Coast", "Third")


def test_anothers_persona_is_no_default(client_of, personas):
    assert put_default(client_of("stranger"), personas[1]).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_defaults_set_at_once_one_stands(client, personas, team):
    deeds = [partial(keeping.set_default, actor=client.user, persona_id=row.pk) for row in personas]
    assert at_once(personas[0], *deeds) == []
    assert DefaultPersona.objects.filter(team=team, user=client.user).count() == 1


def test_merging_weighs_by_evidence_and_moves_the_default_with_it(client, personas, team):
    put_default(client, personas[0])
    ids = [str(row.pk) for row in personas]
    made = client.post("/api/personas/merge", {"personas": ids, "name": "Both", "remove": True}, format="json")
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["weights"] == {"fabric": {"linen": 0.75, "wool": 0.25}} and told["evidence"] == 12
    assert told["distributions"] == {"fabric": {"linen": 9, "wool": 3}}
    assert keeping.default_persona(client.user, team).name == "Both"
    assert set(Persona.objects.filter(team=team, starter=False).values_list("name", flat=True)) == {"Both"}


@pytest.mark.parametrize(
    ("said", "together"),
    [
        (
            ("Calm and tailored, in camel", "Bold prints, short hems"),
            "Calm and tailored, in camel. Bold prints, short hems.",
        ),
        (("From 8 pictures of Summer.", "Loud (and proud!)"), "From 8 pictures of Summer. Loud (and proud!)"),
        ((" Quiet wool, ", "Quiet wool"), "Quiet wool."),
        (("", "Only this one"), "Only this one."),
        (("", ""), ""),
    ],
)
def test_what_is_said_of_merged_personas_are_sentences(said, together, client, personas):
    for row, words in zip(personas, said, strict=True):
        Persona.objects.filter(pk=row.pk).update(description=words)
    ids = [str(row.pk) for row in personas]
    made = client.post("/api/personas/merge", {"personas": ids, "name": "Both"}, format="json")
    assert made.json()["description"] == together


def test_a_merged_persona_is_as_sure_as_its_pictures_agree(client, personas):
    def confidence() -> float:
        ids = [str(row.pk) for row in personas]
        return client.post("/api/personas/merge", {"personas": ids}, format="json").json()["confidence"]

    apart = confidence()
    shared = {"garment": {"dress": 9}, "fabric": {"linen": 9}}, {"garment": {"dress": 3}, "fabric": {"linen": 3}}
    for row, counts in zip(personas, shared, strict=True):
        Persona.objects.filter(pk=row.pk).update(distributions=counts)
    assert confidence() > apart + 0.2


def test_merging_refuses_one_those_of_two_teams_and_to_remove_what_is_anothers(client, client_of, personas, team):
    one = str(personas[0].pk)
    assert client.post("/api/personas/merge", {"personas": [one, one]}, format="json").status_code == 422
    own = client.user.memberships.get(team__personal=True).team
    mine = Persona.objects.filter(team=own).first()
    answer = client.post("/api/personas/merge", {"personas": [one, str(mine.pk)]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "teams")
    ids = [str(row.pk) for row in personas]
    other = client_of("editor")
    assert other.post("/api/personas/merge", {"personas": ids, "remove": True}, format="json").status_code == 403
    assert other.post("/api/personas/merge", {"personas": ids}, format="json").status_code == 201
    assert client_of("stranger").post("/api/personas/merge", {"personas": ids}, format="json").status_code == 404


def test_weights_and_palette_are_changed_and_what_is_unknown_is_named(client, personas):
    row = personas[0]
    wish = {
        "weights": {"fabric": {"silk": 0.5, "linen": 0.9, "wool": 0}},
        "palette": [{"name": "ecru"}, {"hex": "#1f3a5f"}],
    }
    answer = client.patch(f"/api/personas/{row.pk}", wish, format="json", headers={"If-Match": etag_of(row)})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["attributes"] == {"fabric": ["linen", "silk"]} and told["weights"]["fabric"] == {
        "linen": 0.9,
        "silk": 0.5,
    }
    assert [colour["hex"] for colour in told["palette"]] == ["#d9c9a3", "#1f3a5f"]
    tag = {"If-Match": answer.headers["ETag"]}
    for bad, field in [
        ({"weights": {"fabric": {"jelly": 1}}}, "weights.fabric"),
        ({"weights": {"smell": {"rose": 1}}}, "weights"),
        ({"weights": {"fabric": {"silk": 2}}}, "weights"),
        ({"palette": [{"name": "loud"}]}, "palette"),
    ]:
        refused = client.patch(f"/api/personas/{row.pk}", bad, format="json", headers=tag)
        assert refused.status_code in (400, 422) and field in refused.content.decode()


def test_a_brief_is_held_against_a_persona_part_by_part(client, personas):
    told = client.post(f"/api/personas/{personas[0].pk}/match", {"brief": "a linen dress"}, format="json").json()
    assert told["score"] == pytest.approx(0.6 * told["parts"]["keywords"] + 0.4 * told["parts"]["embedding"], abs=1e-3)


def month_before(ago: int) -> datetime:
    """The middle of the month so many months ago: drift looks back a year from today."""
    year, month = divmod(12 * timezone.now().year + timezone.now().month - 1 - ago, 12)
    return datetime(year, month + 1, 15, tzinfo=UTC)


def images(team, owner, persona, fabric: str, ago: int, count: int, liked: bool = True) -> None:
    for place in range(count):
        understood = {"fabric": {"value": fabric, "confidence": 0.9, "source": "brief"}}
        made = Generation.objects.create(team=team, owner=owner, persona=persona, understood=understood, brief=fabric)
        asset = Asset.objects.create(
            team=team, owner=owner, kind="generated", generation=made, sha256=f"{ago}{place}{fabric}", path="x",
            media_type="image/png", width=8, height=8, bytes=1,
        )  # fmt: skip
        Asset.objects.filter(pk=asset.pk).update(created_at=month_before(ago))
        if liked:
            Feedback.objects.create(team=team, owner=owner, generation=made, asset=asset, kind="like")


def test_drift_is_told_by_month_with_its_sample_and_too_few_are_said(client, personas, team):
    row = personas[0]
    images(team, client.user, row, "linen", 3, 8)
    images(team, client.user, row, "wool", 1, 8)
    images(team, client.user, row, "wool", 2, 2)
    images(team, client.user, row, "silk", 3, 4, liked=False)
    first, second, third = (f"{month_before(ago):%Y-%m}" for ago in (3, 2, 1))
    told = client.get(f"/api/personas/{row.pk}/drift").json()
    months = {each["month"]: each for each in told["months"]}
    said = {name: (each["images"], each["attributes"][0]["verdict"]) for name, each in months.items()}
    assert said == {first: (8, "steady"), second: (2, "too_few"), third: (8, "apart")}
    assert months[second]["divergence"] is None and months[third]["attributes"][0]["divergence"] == 1.0
    made = client.get(f"/api/personas/{row.pk}/drift?basis=made").json()
    assert made["months"][0]["images"] == 12
    assert client.get(f"/api/personas/{row.pk}/drift?basis=x").status_code == 400
    shown = client.get(f"/style/personas/{row.pk}").content.decode()
    assert "another taste" in shown and "too few" in shown and "<polyline" in shown
    assert [shown.count(f'class="month">{month_before(ago):%b %Y}<') for ago in (1, 2)] == [1, 1]


def test_drift_of_anothers_persona_is_not_to_be_had(personas, client_of):
    assert client_of("stranger").get(f"/api/personas/{personas[0].pk}/drift").status_code == 404
    assert UserFactory().pk
