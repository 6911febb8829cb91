"""The pages of personas and portfolios, without script, as people use them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from designer.personas import keeping
from designer.personas.models import DefaultPersona, Persona
from designer.personas.portfolio_models import PortfolioImport
from teams.base.preconditions import etag_of
from tests.archives import picture, zipped
from tests.designer.generations.test_flow import made
from tests.work import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of, team) -> Client:
    made = client_of("editor")
    made.team = team
    return made


def page(client, address, status=200):
    answer = client.get(address, follow=True)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def post(client, address, status=200, **sent):
    answer = client.post(address, sent, format="multipart", follow=True)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


@pytest.fixture
def persona(client):
    weights = {"fabric": {"linen": 1.0, "cotton": 0.3}}
    about = {"name": "Coast", "keywords": {"linen": 1.0}, "weights": weights, "attributes": {"fabric": ["linen"]}}
    palette = [{"name": "ecru", "hex": "#d9c9a3"}]
    return Persona.objects.create(team=client.team, owner=client.user, palette=palette, **about)


def test_the_list_is_searched_filtered_and_says_what_to_do_when_it_is_empty(client, persona):
    base = f"/style/personas?team={client.team.pk}"
    assert "Coast" in page(client, base) and "Minimal tailoring" in page(client, base)
    assert f"/style/personas/{persona.pk}" not in page(client, f"{base}&kind=starter")
    assert "Nothing matches" in page(client, f"{base}&q=zebra")
    Persona.objects.filter(team=client.team).delete()
    assert "Make the first one" in page(client, base)


def test_a_persona_of_words_is_made_and_what_is_wrong_is_said_beside_the_words(client):
    address = f"/style/personas/new?team={client.team.pk}"
    refused = post(client, address, 422, name=" ", description="Airy.", keywords="linen")
    assert "This may not be empty." in refused and "Airy." in refused
    words = "Airy, relaxed fit, long lines, never velvet."
    shown = post(client, address, name="Harbour", description=words, keywords="linen, sand, cotton")
    assert "Harbour is there." in shown
    made = Persona.objects.get(name="Harbour")
    assert made.keywords == {"linen": 1.0, "sand": 1.0, "cotton": 1.0}
    assert made.attributes == {"fabric": ["linen", "cotton"], "fabric_weight": ["light"], "fit": ["relaxed"]}
    assert [colour["name"] for colour in made.palette] == ["sand"]


def test_words_that_say_nothing_and_what_they_refuse_are_told(client):
    address = f"/style/personas/new?team={client.team.pk}"
    shown = post(client, address, name="Odd", description="blorp fnord", keywords="zzz")
    assert "Nothing in these words was understood" in shown and "blorp fnord" in shown
    shown = post(
        client, address, name="Calm", description="Calm, in camel wool, no lace. Never polyester.", keywords=""
    )
    assert "leaves out what is not: lace, never polyester." in shown and "Nothing in these" not in shown
    assert "A persona holds what is preferred" not in post(client, address, name="Linen", description="Airy linen.")


def test_the_profile_is_edited_with_weights_and_palette_and_a_late_change_is_told(client, persona):
    address, tag = f"/style/personas/{persona.pk}", etag_of(persona)
    said = {"name": "Coast", "description": "", "keywords": "linen", "palette": "ecru, #1f3a5f"}
    shown = post(
        client, address, etag=tag, **said, **{"weight-fabric": "cotton 80 %, linen 0.5", "weight-fit": "relaxed"}
    )
    assert "Saved." in shown
    persona.refresh_from_db()
    assert persona.weights == {"fabric": {"cotton": 0.8, "linen": 0.5}, "fit": {"relaxed": 1.0}}
    assert persona.attributes == {"fabric": ["cotton", "linen"], "fit": ["relaxed"]}
    assert [colour["hex"] for colour in persona.palette] == ["#d9c9a3", "#1f3a5f"] and persona.version == 2
    assert "Somebody changed this" in post(client, address, 412, etag=tag, **said)
    now = etag_of(Persona.objects.get(pk=persona.pk))
    assert "fabric has no jelly" in post(client, address, 422, etag=now, **said, **{"weight-fabric": "jelly"})
    assert "is no colour" in post(client, address, 422, etag=now, **{**said, "palette": "loud"})


@pytest.mark.parametrize(
    ("field", "sent", "status", "said"),
    [
        ("palette", {"palette": "camel, loud"}, 422, "loud is no colour that is known."),
        ("name", {"name": "Town"}, 409, "This team has a persona of that name."),
        ("keywords", {"keywords": "x" * 61}, 422, "60"),
        ("weight-fabric", {"weight-fabric": "jelly"}, 422, "fabric has no jelly"),
    ],
)
def test_what_is_refused_is_told_at_its_field(field, sent, status, said, client, persona):
    Persona.objects.create(team=client.team, owner=client.user, name="Town")
    shown = post(client, f"/style/personas/{persona.pk}", status, etag=etag_of(persona), **{"name": "Coast", **sent})
    tag = re.search(rf'<input[^>]*name="{field}"[^>]*>', shown)[0]
    assert 'aria-invalid="true"' in tag
    (told_by,) = re.search(r'aria-describedby="([^"]*)"', tag).groups()
    assert said in re.search(rf'<p[^>]*id="{told_by.split()[-1]}"[^>]*>([^<]*)</p>', shown)[1]


@pytest.mark.parametrize("typed", ["hat 1.0", "hat 1,0"])
def test_a_whole_written_as_a_share_is_the_whole(typed, client, persona):
    sent = {"etag": etag_of(persona), "name": "Coast", "weight-garment": typed}
    assert "Read garment as hat 100 %" in post(client, f"/style/personas/{persona.pk}", 200, **sent)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("hat 1", "Garment: “hat 1”: 1 may mean 1 % or the whole, 100 %. Write hat 1 %, or hat 100 %."),
        ("dress 80 %, hat 2", "Garment: “hat 2”: 2 may mean 2 % or a part of a sum. Write hat 2 %, or a share: 0.5."),
        ("hat 130", "Garment: “hat 130”: a weight is from 0 to 1. Or from 0 to 100 %."),
        ("hat 20 %, dress, hat", "Garment: “hat”: this value is there twice. Leave one of them."),
    ],
)
def test_a_weight_that_can_be_read_in_two_ways_is_refused_beside_its_field_and_the_words_stay(
    typed, said, client, persona
):
    sent = {"etag": etag_of(persona), "name": "Coast", "weight-garment": typed, "weight-fabric": "silk 40 %"}
    shown = post(client, f"/style/personas/{persona.pk}", 422, **sent)
    assert shown.count(said) == 2, "above the page and at the field"
    field = re.search(r'<input[^>]*name="weight-garment"[^>]*>', shown)[0]
    assert f'value="{typed}"' in field and 'aria-invalid="true"' in field
    assert 'value="silk 40 %"' in shown and shown.count('aria-invalid="true"') == 1
    persona.refresh_from_db()
    assert persona.version == 1 and "garment" not in persona.weights


def test_what_a_weight_was_taken_to_mean_is_said_where_the_words_leave_it_open(client, persona):
    sent = {"name": "Coast", "weight-garment": "dress, coat, hat 0,25", "weight-fabric": "linen 100 %"}
    shown = post(client, f"/style/personas/{persona.pk}", etag=etag_of(persona), **sent)
    assert "Saved. Read garment as dress 100 %, coat 50 %, hat 25 %." in shown
    persona.refresh_from_db()
    assert persona.weights == {"garment": {"dress": 1.0, "coat": 0.5, "hat": 0.25}, "fabric": {"linen": 1.0}}


def test_one_persona_is_the_default_and_another_takes_its_place(client, persona):
    other = Persona.objects.create(team=client.team, owner=client.user, name="Town")
    assert "your default" in post(client, f"/style/personas/{persona.pk}/default", next="list")
    post(client, f"/style/personas/{other.pk}/default")
    assert list(DefaultPersona.objects.filter(user=client.user).values_list("persona", flat=True)) == [other.pk]
    post(client, f"/style/personas/{other.pk}/default", off="1")
    assert keeping.default_persona(client.user, client.team) is None


def test_merging_copying_and_deleting_work_without_script(client, persona):
    other = Persona.objects.create(team=client.team, owner=client.user, name="Town")
    assert "Coast copy is there." in post(client, f"/style/personas/{persona.pk}/duplicate")
    assert "stands for 2 personas" in post(
        client, "/style/personas/merge", persona=[persona.pk, other.pk], name="Both", remove="1"
    )
    assert not Persona.objects.filter(pk__in=[persona.pk, other.pk]).exists()
    both = Persona.objects.get(name="Both")
    assert "Tick the box" in post(client, f"/style/personas/{both.pk}/delete")
    assert "Both was deleted" in post(client, f"/style/personas/{both.pk}/delete", sure="1")
    assert "Merge 2 to 8" in post(client, "/style/personas/merge", persona=[])


def test_a_brief_is_held_against_the_persona_with_the_parts_of_the_score(client, persona):
    shown = page(client, f"/style/personas/{persona.pk}?brief=a+linen+dress")
    assert "0.6 × keywords" in shown and "0.4 × likeness" in shown


def test_a_portfolio_is_sent_watched_and_picked(client):
    files = [SimpleUploadedFile("p.zip", zipped({"linen/a.png": picture(1), "b.png": b"words"}))]
    shown = post(client, "/style/imports", team=client.team.pk, file=files)
    row = PortfolioImport.objects.get()
    assert "Waiting for its turn" in shown and f'subject="portfolio:{row.pk}"' in shown
    work_off("batch")
    shown = page(client, f"/style/imports/{row.pk}/row")
    assert "Read, but for 1 file" in shown and "This is no picture that is read here" in shown
    assert "1 picture: a first guess" in shown
    assert "b.png" not in page(client, f"/style/imports/{row.pk}/row?status=read")
    shown = post(client, f"/style/imports/{row.pk}/personas", cluster="0", **{"name-0": "Mine"})
    assert "1 persona made." in shown and "Mine" in shown and "1 picture" in shown
    assert "Persona: Mine" in page(client, f"/style/imports/{row.pk}")


def test_a_portfolio_without_a_file_or_without_the_token_is_refused(client):
    assert "There is no file." in post(client, "/style/imports", team=client.team.pk)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post("/style/imports", {"file": SimpleUploadedFile("a.png", picture())}).status_code == 403
    assert not PortfolioImport.objects.exists()


def test_a_viewer_looks_and_has_a_default_but_changes_nothing(client_of, persona, team):
    client = client_of("viewer")
    shown = page(client, f"/style/personas/{persona.pk}")
    assert "Save</button>" not in shown and "Merge" not in shown
    assert "lets you look" in page(client, f"/style/personas/new?team={team.pk}")
    assert client.post(f"/style/personas/{persona.pk}/delete", {"sure": "1"}, format="multipart").status_code == 403
    assert client.post(f"/style/personas/{persona.pk}/duplicate").status_code == 403
    assert "You begin with Coast" in post(client, f"/style/personas/{persona.pk}/default")


def test_the_studio_begins_with_the_default(client):
    own = client.user.memberships.get(team__personal=True).team
    chosen = Persona.objects.filter(team=own).first()
    assert f'value="{chosen.pk}" selected' not in page(client, "/")
    post(client, f"/style/personas/{chosen.pk}/default")
    assert f'value="{chosen.pk}" selected' in page(client, "/")


def test_the_generation_shows_how_near_its_brief_is_to_its_persona(client):
    own = client.user.memberships.get(team__personal=True).team
    chosen = Persona.objects.filter(team=own).first()
    done = made(client, brief="a coat", persona=str(chosen.pk))
    shown = page(client, f"/generations/{done['id']}")
    assert f"How near the brief is to {chosen.name}" in shown and "0.6 × keywords" in shown
