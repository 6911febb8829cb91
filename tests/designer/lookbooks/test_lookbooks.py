"""A collection as a PDF: its images in their order, in parts, for who may see it."""

import io

import pytest

from designer import printing
from designer.assets.services import store_upload
from designer.lookbooks import paper
from teams.membership.defaults import SETTING
from teams.review.collections.models import Collection
from teams.review.collections.services import create, remove
from tests import images
from tests.pdfs import Read

pytestmark = pytest.mark.django_db
HOSTILE = '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script>'


@pytest.fixture
def looks(team, member) -> Collection:
    owner, made = member("editor"), []
    for number, title in enumerate(("Evening coat", "Day dress", HOSTILE)):
        picture = images.photo((64, 48 + number))
        file = io.BytesIO(images.encoded("PNG", picture))
        made.append(store_upload(actor=owner, team_id=team.pk, file=file, name="x.png"))
        made[-1].title = title
        made[-1].save(update_fields=["title"])
    return create(actor=owner, team_id=team.pk, name="Spring capsule", assets=[row.pk for row in made])


def path(row, query="") -> str:
    return f"/api/teams/{row.team_id}/collections/{row.pk}/lookbook{query}"


def read(answer) -> Read:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["X-Content-Type-Options"] == "nosniff" and "attachment" in answer["Content-Disposition"]
    return Read(answer.content)


def test_it_has_a_cover_and_each_image_on_a_page_in_the_order_of_the_collection(looks, client_of):
    found = read(client_of("viewer").get(path(looks)))
    assert found.pages == 4 and "3 images." in found.text
    first, second, third = (found.text.index(words) for words in ("Evening coat", "Day dress", "alert(1)"))
    assert found.text.index("Spring capsule") < first < second < third
    assert found.alternatives[:3] == ["Evening coat", "Evening coat", "Day dress"]  # the first is on the cover too
    assert "alert" in found.alternatives[3]
    assert found.has(rb"/Marked true")


def test_without_titles_only_numbers_stand_under_the_images(looks, client_of):
    text = read(client_of("viewer").get(path(looks, "?titles=false"))).text
    assert "Day dress" not in text and "Spring capsule" in text


def test_it_bears_the_name_of_the_brand(looks, team, client_of):
    team.settings[SETTING] = {"brand_name": "Maison Test"}
    team.save(update_fields=["settings"])
    assert "Maison Test" in read(client_of("viewer").get(path(looks))).text.title()


def test_a_large_one_comes_in_parts(looks, client_of, monkeypatch):
    monkeypatch.setattr(paper, "PER_PART", 2)
    client = client_of("viewer")
    first, second = (read(client.get(path(looks, f"?part={part}"))) for part in (1, 2))
    assert (first.pages, second.pages) == (3, 2)
    assert "Day dress" in first.text and "alert(1)" not in first.text and "alert(1)" in second.text
    assert "part 2 of 2" in second.text
    refused = client.get(path(looks, "?part=3"))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "part")
    assert paper.ranges_of(3) == [(1, 1, 2), (2, 3, 3)] and paper.ranges_of(0) == []


def test_it_shows_the_version_in_use(looks, team, member, client_of):
    item = looks.items.shown().first()
    other = store_upload(
        actor=member("editor"),
        team_id=team.pk,
        file=io.BytesIO(images.encoded("PNG", images.photo((8, 200)))),
        name="y.png",
    )
    before = client_of("viewer").get(path(looks)).content
    item.asset.chosen = other
    item.asset.save(update_fields=["chosen"])
    sizes = [printing.picture_of(each, paper.EDGE) for each in (item.asset, other)]
    assert sizes[0] != sizes[1]
    assert client_of("viewer").get(path(looks)).content != before


def test_an_image_whose_file_is_gone_keeps_its_page(looks, client_of):
    asset = looks.items.shown().first().asset
    asset.path = "none/at-all"
    asset.save(update_fields=["path"])
    found = read(client_of("viewer").get(path(looks)))
    assert found.pages == 4 and "The file of this image is gone." in found.text


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("viewer", 200), ("stranger", 404), (None, 401)])
def test_who_sees_the_collection_gets_it(role, status, looks, client_of):
    assert client_of(role).get(path(looks)).status_code == status


def test_an_empty_one_says_so_and_one_in_the_trash_is_not_there(looks, member, client_of):
    client = client_of("viewer")
    Collection.objects.filter(pk=looks.pk).update(trashed_at=looks.created_at)
    assert client.get(path(looks)).status_code == 404
    Collection.objects.filter(pk=looks.pk).update(trashed_at=None)
    remove(actor=member("owner"), collection_id=looks.pk, assets=list(looks.items.values_list("asset", flat=True)))
    refused = client.get(path(looks))
    assert (refused.status_code, refused.json()["code"]) == (409, "empty")


def test_without_pango_it_says_what_is_missing(looks, client_of, monkeypatch):
    def missing() -> None:
        raise printing.NoPaper

    monkeypatch.setattr(printing, "_weasyprint", missing)
    refused = client_of("viewer").get(path(looks))
    assert refused.status_code == 503 and "Pango" in refused.content.decode()


def test_the_page_of_the_collection_offers_it(looks, member, client, monkeypatch):
    monkeypatch.setattr(paper, "PER_PART", 2)
    client.force_login(member("viewer"), backend="django.contrib.auth.backends.ModelBackend")
    assert f'src="/collections/{looks.pk}/lookbook"' in client.get(f"/collections/{looks.pk}").content.decode()
    page = client.get(f"/collections/{looks.pk}/lookbook").content.decode()
    assert '<option value="2">3 to 3</option>' in page and "<h1>Lookbook</h1>" in page
    part = client.get(f"/collections/{looks.pk}/lookbook", headers={"X-Partial": "1"}).content.decode()
    assert "<html" not in part and "Make the PDF" in part
