"""Changing a persona over HTTP: who may, which version, and what stays."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from designer.generations import receivers
from designer.generations.models import Generation
from designer.personas import services
from designer.personas.models import Persona
from teams.base.errors import Refused
from teams.base.preconditions import etag_of
from tests.designer.personas.test_feedback import at_once

pytestmark = pytest.mark.django_db
MAY = {"owner": 200, "admin": 200, "editor": 403, "viewer": 403, "stranger": 404, None: 401}


@pytest.fixture
def persona(team, member):
    return Persona.objects.create(
        team=team, owner=member("editor", name="maker"), name="Linen", description="airy", keywords={"linen": 0.4}
    )


def change(client, persona, wish, **headers):
    return client.patch(f"/api/personas/{persona.pk}", wish, format="json", headers=headers)


@pytest.mark.parametrize(("role", "status"), MAY.items())
def test_those_who_may_change_all_work_change_a_persona_of_another(role, status, persona, client_of):
    answer = change(client_of(role), persona, {"name": "Flax"}, **{"If-Match": etag_of(persona)})
    persona.refresh_from_db()
    changed = ("Flax", 2) if status == 200 else ("Linen", 1)
    assert (answer.status_code, persona.name, persona.version) == (status, *changed)


def test_its_maker_changes_a_persona(persona, client_of):
    client = client_of("editor")
    Persona.objects.filter(pk=persona.pk).update(owner=client.user)
    assert change(client, persona, {"name": "Flax"}, **{"If-Match": etag_of(persona)}).status_code == 200


def test_a_part_is_changed_and_the_rest_stays(persona, client_of):
    client = client_of("owner")
    read = client.get(f"/api/personas/{persona.pk}")
    assert read.json()["version"] == 1 and read.headers["ETag"] == etag_of(persona)
    answer = change(client, persona, {"keywords": ["Linen", "sand"]}, **{"If-Match": read.headers["ETag"]})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["name"], told["description"], told["version"]) == ("Linen", "airy", 2)
    assert told["keywords"] == {"linen": 0.4, "sand": 1.0}
    persona.refresh_from_db()
    assert answer.headers["ETag"] == etag_of(persona) != read.headers["ETag"]


def test_a_change_says_which_version_it_changes(persona, client_of):
    client, old = client_of("owner"), etag_of(persona)
    assert change(client, persona, {"name": "Flax"}).status_code == 428
    assert change(client, persona, {"name": "Flax"}, **{"If-Match": old}).status_code == 200
    assert change(client, persona, {"name": "Hemp"}, **{"If-Match": old}).status_code == 412
    assert Persona.objects.get(pk=persona.pk).name == "Flax"


def test_what_changes_nothing_makes_no_new_version(persona, client_of):
    client, tag = client_of("owner"), {"If-Match": etag_of(persona)}
    for wish in ({}, {"name": " Linen "}):
        answer = change(client, persona, wish, **tag)
        assert (answer.status_code, answer.json()["version"], answer.headers["ETag"]) == (200, 1, tag["If-Match"])


BAD = [{"name": ""}, {"name": "a\u202eb"}, {"keywords": "linen"}, {"keywords": [""]}, {"team": None}, {"starter": True}]


@pytest.mark.parametrize("wish", BAD)
def test_what_cannot_be_is_refused_by_name(wish, persona, client_of):
    answer = change(client_of("owner"), persona, wish, **{"If-Match": etag_of(persona)})
    assert answer.status_code in (400, 422) and next(iter(wish)) in answer.content.decode()
    assert Persona.objects.get(pk=persona.pk).version == 1


@pytest.mark.parametrize(
    ("palette", "status", "field", "said"),
    [
        ([{"name": "camel"}, {"name": "loud"}], 422, "palette[1]", "loud is no colour that is known."),
        ([{"name": "camel"}, {"name": "", "hex": "#12"}], 422, "palette[1]", "#12 is no colour that is known."),
        ([{"name": "camel"}, {"name": "red", "hex": "red"}], 422, "palette[1]", "red is no colour that is known."),
        ([{}], 422, "palette[0]", "This is no colour."),
        ([{"name": "camel"}, "ecru"], 400, "palette[1]", "A colour is an object."),
        ([{"name": "camel"}, {"name": "ecru", "hex": "#d9c9a3ffff"}], 400, "palette[1].hex", "9"),
        ([{"name": "camel"}, {"shade": "ecru"}], 400, "palette[1].shade", "no such field"),
        ("camel", 400, "palette", "list"),
    ],
)
def test_what_is_wrong_in_a_palette_is_named_by_its_place(palette, status, field, said, persona, client_of):
    answer = change(client_of("owner"), persona, {"palette": palette}, **{"If-Match": etag_of(persona)})
    assert answer.status_code == status, answer.content
    (line,) = answer.json()["errors"]
    assert line["field"] == field and said in line["message"]
    assert "'" not in answer.json()["detail"] and "dict" not in answer.json()["detail"]


def test_a_name_that_another_persona_of_the_team_has_is_refused(persona, client_of):
    Persona.objects.create(team=persona.team, owner=persona.owner, name="Flax")
    answer = change(client_of("owner"), persona, {"name": "Flax"}, **{"If-Match": etag_of(persona)})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "name")


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_of_one_version_at_once_one_is_told(persona):
    names = ("Flax", "Hemp")
    edit = partial(services.change_persona, actor=persona.owner, persona_id=persona.pk, if_match=etag_of(persona))
    (refused,) = at_once(persona, *[partial(edit, name=name) for name in names])
    assert isinstance(refused, Refused) and refused.status == 412
    persona.refresh_from_db()
    assert persona.name in names and persona.version == 2


@pytest.mark.parametrize(
    ("words", "notes"),
    [
        ({"description": "blorp fnord"}, ["Nothing in these words was understood"]),
        ({"keywords": ["zzz"]}, ["Nothing in these words was understood"]),
        ({"description": "Calm, in camel wool, no lace"}, ["leaves out what is not: lace."]),
        ({"description": "I hate black and tweed. Never polyester."}, ["not: black, tweed, never polyester."]),
        ({"description": "No florals, not sporty"}, ["not: florals, sporty."]),
        ({"description": "Not pastel, no earth tones"}, ["not: not pastel, no earth tones."]),
        ({"description": "No skirts, no bows, never a v-neck"}, ["not: skirts, bows, v-neck."]),
        ({"keywords": ["no neon", "no stripes"]}, ["not: no neon, stripes."]),
        ({"description": "Calm wool, no blorp"}, ["not wanted this was not understood: no blorp."]),
        (
            {"description": "Dislikes: florals, pastel, blorp"},
            ["not: florals, pastel.", "this was not understood: blorp."],
        ),
        ({"description": "Not girly"}, ["this was not understood: not girly."]),
        ({"description": "Calm wool, no fuss, never boring, not shy of colour"}, []),
        ({"description": "Camel. Never black, it makes me look pale"}, ["not: black."]),
        ({"description": "Calm, in camel wool"}, []),
        ({"description": "Black, but no black lace"}, ["leaves out what is not: lace."]),
        ({}, []),
    ],
)
def test_what_a_new_persona_does_not_keep_of_its_words_is_told(client_of, words, notes):
    answer = client_of("editor").post("/api/personas", {"name": "Odd", **words}, format="json")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert len(told["notes"]) == len(notes) and all(map(str.__contains__, told["notes"], notes)), told["notes"]
    assert told["description"] == words.get("description", "") and list(told["keywords"]) == words.get("keywords", [])


def test_a_persona_of_very_many_generations_goes_in_steps(team, client_of, monkeypatch):
    """Each is noted for the figures; all of them in one statement would take longer than one may."""
    client = client_of("owner")
    persona = Persona.objects.create(team=team, owner=client.user, name="Nord")
    made = [Generation.objects.create(team=team, owner=client.user, brief="A coat", persona=persona) for _ in range(5)]
    monkeypatch.setattr(receivers, "SOME", 2)
    with CaptureQueriesContext(connection) as asked:
        assert client.delete(f"/api/personas/{persona.pk}").status_code == 204
    steps = [each["sql"] for each in asked if each["sql"].startswith('UPDATE "generations"')]
    assert len(steps) >= 3 and sum("LIMIT 2" in each for each in steps) >= 3
    assert Generation.objects.filter(pk__in=[row.pk for row in made], persona=None).count() == 5
