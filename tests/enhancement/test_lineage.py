"""The family of an image: what it was made from, what was made of it, by whom, when and for how much."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from designer.assets.models import Asset
from designer.generations.models import Generation
from enhancement.kinship import tree_of
from enhancement.lineage import DEEPEST, MOST
from enhancement.models import Enhancement
from teams.review.approvals.models import Approval
from tests.enhancement.test_version_strip import enhanced
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Family:
    """Rows as the pipeline leaves them, without files: the walk reads none."""

    def __init__(self, team: Any, owner: Any) -> None:
        self.team, self.owner = team, owner

    def image(self, kind: str = "generated", **about: Any) -> Asset:
        digest = uuid.uuid4().hex * 2
        facts = {"media_type": "image/png", "width": 768, "height": 1024, "bytes": 9, "sha256": digest, "path": digest}
        return Asset.objects.create(**{"team": self.team, "owner": self.owner, "kind": kind, **facts, **about})

    def drawn(self, brief: str, *, n: int = 1, photos: tuple[Asset, ...] = (), **about: Any) -> list[Asset]:
        told = {"team": self.team, "owner": self.owner, "status": "succeeded", "cost": Decimal("0.04") * n}
        wish = {"references": [str(each.pk) for each in photos]}
        run = Generation.objects.create(brief=brief, settings=wish, **{**told, **about})
        run.references.add(*photos)
        paid = {"provenance": {"unit_price": "0.04", "paid": "0.04"}, "team": run.team, "owner": run.owner}
        return [self.image(generation=run, title=brief, **paid) for _ in range(n)]

    def enlarged(self, source: Asset, **about: Any) -> Asset:
        made = self.image("enhanced", parent=source, generation=source.generation)
        recipe = {"operations": [{"name": "upscale", "scale": 4}], "recipe_digest": uuid.uuid4().hex * 2}
        told = {"team": self.team, "owner": self.owner, "status": "succeeded", "cost": Decimal("0.01")}
        Enhancement.objects.create(**{**told, **recipe, "source": source, "result": made, **about})
        return made


@pytest.fixture
def family(team, member) -> Family:
    return Family(team, member("editor", name="Ada"))


@pytest.fixture
def ada(family, client_of):
    client = client_of(None)
    client.force_login(family.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def told(client: Any, asset: Asset, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/assets/{asset.pk}/lineage", query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def shape(answer: dict[str, Any]) -> list[tuple[str | None, str, list[str]]]:
    return [(step["made_from"], step["kind"], [image["id"] for image in step["images"]]) for step in answer["steps"]]


def ids(*assets: Asset) -> list[str]:
    return [str(asset.pk) for asset in assets]


def test_each_image_stands_under_what_it_was_made_from(family, ada):
    first, second = family.drawn("a silk dress", n=2)
    varied = family.drawn("a silk dress", n=2, source=first, mode="variation")
    large = family.enlarged(varied[1])
    (edited,) = family.drawn("in red", source=large, mode="edit", photos=(large,))
    (mixed,) = family.drawn("", source=second, mode="remix", photos=(second, edited))
    expected = [
        (None, "generation", ids(first, second)),
        (str(first.pk), "variation", ids(*varied)),
        (str(varied[1].pk), "enhancement", ids(large)),
        (str(large.pk), "edit", ids(edited)),
        (str(second.pk), "remix", ids(mixed)),
    ]
    for looked_at in (first, varied[0], edited):
        assert shape(told(ada, looked_at)) == expected
    steps = {step["kind"]: step for step in told(ada, mixed)["steps"]}
    assert steps["remix"]["also_from"] == ids(edited) and steps["edit"]["also_from"] == []
    assert (steps["variation"]["by"]["name"], steps["variation"]["words"]) == ("Ada", "a silk dress")
    assert steps["enhancement"]["said"] == "Enlarge 4×" and steps["enhancement"]["cost"] == "0.010000"
    assert steps["generation"]["cost"] == "0.080000" and steps["generation"]["images"][0]["cost"] == "0.040000"


def test_one_line_leaves_the_other_branches_out(family, ada):
    first, second = family.drawn("a coat", n=2)
    (varied,) = family.drawn("a coat", source=first, mode="variation")
    family.drawn("a coat", source=second, mode="variation")
    large, small = family.enlarged(varied), family.enlarged(varied)
    expected = [
        (None, "generation", ids(first)),
        (str(first.pk), "variation", ids(varied)),
        (str(varied.pk), "enhancement", ids(large)),
    ]
    assert shape(told(ada, large, alone=True)) == expected
    assert str(small.pk) in str(told(ada, large))


def test_a_photo_leads_to_all_that_was_made_after_it_and_that_back_to_its_first_photo(family, ada):
    one, two = family.image("reference", title="Swatch"), family.image("reference", title="Pose")
    (made,) = family.drawn("a coat", photos=(two, one))
    other = family.drawn("a skirt", photos=(one,))[0]
    assert shape(told(ada, made)) == [(None, "upload", ids(two)), (str(two.pk), "generation", ids(made))]
    found = told(ada, one)
    assert shape(found)[1:] == [(str(one.pk), "generation", ids(made)), (str(one.pk), "generation", ids(other))]
    assert [step["also_from"] for step in found["steps"]] == [[], ids(two), []]


def test_what_was_really_enhanced_is_told_on_the_page_of_the_image(editor, asset):
    twice = enhanced(editor, asset)
    again = enhanced(editor, twice)
    page = editor.get(f"/assets/{again.pk}/lineage").content.decode()
    assert page.count("Enlarge 2×") >= 2 and "Uploaded" in page and 'aria-current="page"' in page
    assert [page.index(f'href="/assets/{each.pk}"') for each in (asset, twice)] == sorted(
        page.index(f'href="/assets/{each.pk}"') for each in (asset, twice)
    )
    assert f'src="/assets/{again.pk}/lineage?limit=24"' in editor.get(f"/assets/{again.pk}").content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("admin", 200), ("editor", 200), ("viewer", 200), ("stranger", 404), (None, 401)],
)
def test_only_who_may_see_an_image_sees_its_family(role, status, family, client_of):
    (made,) = family.drawn("a coat")
    client = client_of(role)
    assert client.get(f"/api/assets/{made.pk}/lineage").status_code == status
    pages = (f"/assets/{made.pk}/lineage", f"/assets/{made.pk}/lineage/compare?pick={made.pk}")
    assert [client.get(path).status_code for path in pages] == [
        {401: 302}.get(status, status),
        {200: 302, 401: 302}.get(status, status),
    ]


def test_a_browser_that_goes_back_finds_no_part_in_place_of_the_page(family, ada):
    (made,) = family.drawn("a coat")
    part = ada.get(f"/assets/{made.pk}/lineage", headers={"X-Partial": "1"})
    assert "<html" not in part.content.decode() and "no-store" in part.headers["Cache-Control"]


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_whoever_sees_a_step_sees_what_it_cost_as_on_its_own_page(role, family, client_of, member):
    (made,) = family.drawn("a coat")
    family.owner = member("editor", name="Bo")
    family.enlarged(made)
    client = client_of(role)
    assert [step["cost"] for step in told(client, made)["steps"]] == ["0.040000", "0.010000"]
    assert client.get(f"/api/generations/{made.generation_id}").json()["cost"] == "0.040000"
    assert "$0.04" in client.get(f"/assets/{made.pk}/lineage").content.decode()


def test_an_image_of_another_team_is_said_to_be_there_and_nothing_else_of_it(family, ada):
    other = TeamFactory(owner=UserFactory(name="Zoe Secret"))
    elsewhere = Family(other, UserFactory(name="Zoe Secret"))
    (theirs,) = elsewhere.drawn("a secret coat")
    before = elsewhere.image("reference", title="secret swatch")
    Generation.objects.filter(pk=theirs.generation_id).update(source=before, mode="similar")
    (ours,) = family.drawn("a coat", source=theirs, mode="variation", photos=(before,))
    below = elsewhere.drawn("a secret skirt", n=3, source=ours, mode="variation")
    beyond = elsewhere.enlarged(below[0])
    found = told(ada, ours)
    assert shape(found) == [(None, "hidden", [None]), (None, "variation", ids(ours)), (str(ours.pk), "hidden", [None])]
    assert found["steps"][1]["also_from"] == [None]
    page = ada.get(f"/assets/{ours.pk}/lineage").content.decode()
    assert page.count("You may not see this image.") == 2
    for text in (str(found), page):
        assert "ecret" not in text and "Zoe" not in text
        assert not any(str(each.pk) in text for each in (theirs, before, beyond, *below))


def test_a_trashed_image_keeps_its_place_without_its_picture(family, ada):
    (first,) = family.drawn("a coat")
    (varied,) = family.drawn("a coat", source=first, mode="variation")
    large = family.enlarged(varied)
    Asset.objects.filter(pk=varied.pk).update(trashed_at=timezone.now())
    found = told(ada, large)
    assert [image["trashed"] for step in found["steps"] for image in step["images"]] == [False, True, False]
    page = ada.get(f"/assets/{large.pk}/lineage").content.decode()
    assert "in the trash" in page and f"{varied.pk}/thumbnail" not in page and f'value="{varied.pk}"' not in page


def test_a_circle_does_no_harm(family, ada):
    """No way of the studio's makes one; a restored backup or a hand in the database might."""
    one, two, three = (family.image("enhanced") for _ in range(3))
    for child, above in ((one, two), (two, three), (three, one)):
        Asset.objects.filter(pk=child.pk).update(parent=above)
    for looked_at in (one, two, three):
        found = told(ada, looked_at)
        images = {image for _, _, images in shape(found) for image in images}
        assert found["count"] == 3 and images == set(ids(one, two, three))
        assert ada.get(f"/assets/{looked_at.pk}/lineage").status_code == 200
    (own,) = family.drawn("a coat")
    Generation.objects.filter(pk=own.generation_id).update(source=own, mode="variation")
    assert told(ada, own)["count"] == 1


def test_a_long_line_is_shown_whole(family, ada):
    asset = family.image("reference")
    for _ in range(99):
        asset = family.enlarged(asset)
    found = told(ada, asset)
    assert found["count"] == 100 and len(found["steps"]) == 100 and found["cut"] is False
    page = ada.get(f"/assets/{asset.pk}/lineage").content.decode()
    assert page.count('<li class="lineage-step">') == 100 and page.count("<ol") == page.count("</ol>")


def test_a_line_without_end_is_cut_before_a_browser_gives_up(family, ada):
    first = asset = family.image("reference")
    for _ in range(DEEPEST + 4):
        asset = family.enlarged(asset)
    found = told(ada, first, limit=MOST)
    assert (found["count"], len(found["steps"]), found["cut"]) == (DEEPEST, DEEPEST, True)
    assert found["steps"][-1]["images"][0]["more"] == 1
    page = ada.get(f"/assets/{first.pk}/lineage?limit={MOST}").content.decode()
    assert "1 more made from it" in page and "Open one of them to see what comes of it." in page


def crowd(family: Family, n: int) -> Asset:
    """A photo from which n images were made, a fifth of them enlarged."""
    photo = family.image("reference", title="Swatch")
    for place in range(n):
        (made,) = family.drawn(f"look {place}", photos=(photo,))
        if place % 5 == 0:
            family.enlarged(made)
    return photo


def test_a_large_family_is_cut_the_nearest_first_and_says_what_is_missing(family, ada):
    photo = crowd(family, 50)
    found = told(ada, photo, limit=20)
    assert (found["count"], found["cut"]) == (20, True)
    assert found["steps"][0]["images"][0]["more"] == 31 and all(step[1] == "generation" for step in shape(found)[1:])
    page = ada.get(f"/assets/{photo.pk}/lineage?limit=20").content.decode()
    assert "The nearest 20 images are shown." in page and "31 more made from it" in page and "?limit=40" in page
    assert told(ada, photo)["cut"] is True and told(ada, photo, limit=61)["cut"] is False
    deep = Enhancement.objects.latest("created_at").result
    line = told(ada, deep, alone=True, limit=1)  # what it comes from is told at any limit
    assert line["count"] == 3 and line["cut"] is False
    for _ in range(3):
        family.enlarged(deep)
    line = told(ada, deep, alone=True, limit=5)
    assert (line["count"], line["cut"], line["steps"][2]["images"][0]["more"]) == (5, True, 1)


@pytest.mark.parametrize("limit", ["0", "-1", "481", "x", "1e3"])
def test_a_limit_that_is_none_is_refused_by_the_api_and_left_aside_by_the_page(limit, family, ada):
    (made,) = family.drawn("a coat")
    refused = ada.get(f"/api/assets/{made.pk}/lineage", {"limit": limit})
    assert refused.status_code == 400 and refused.json()["errors"][0]["field"] == "limit"
    assert ada.get(f"/assets/{made.pk}/lineage", {"limit": limit}).status_code == 200


def test_a_family_of_hundreds_takes_as_many_statements_as_one_of_few(family, ada):
    few, many = crowd(family, 3), crowd(family, 390)
    Approval.objects.create(team=family.team, asset=many, requester=family.owner, sha256=many.sha256)
    asked = []
    for photo in (few, many):
        for path in (f"/api/assets/{photo.pk}/lineage?limit={MOST}", f"/assets/{photo.pk}/lineage?limit={MOST}"):
            ada.get(path)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert ada.get(path).status_code == 200
            asked.append(len(queries))
    assert asked[:2] == asked[2:] and asked[0] < 16
    assert told(ada, many, limit=MOST)["count"] == 469


def test_how_an_image_was_reviewed_is_told(family, ada):
    (first,) = family.drawn("a coat")
    large = family.enlarged(first)
    about = {"team": family.team, "requester": family.owner}
    Approval.objects.create(asset=first, sha256=first.sha256, status="approved", decided_at=timezone.now(), **about)
    assert [step["images"][0]["approval"] for step in told(ada, large)["steps"]] == ["approved", "re_review"]
    page = ada.get(f"/assets/{large.pk}/lineage").content.decode()
    assert "Approved" in page and "Re-review needed" in page
    ada.post(f"/api/assets/{large.pk}/use")
    assert [step["images"][0]["in_use"] for step in told(ada, first)["steps"]] == [False, True]


def test_two_ticked_images_are_compared_the_older_first_and_up_to_four_side_by_side(family, ada):
    first, second, third, fourth, fifth = family.drawn("a coat", n=5)
    path = f"/assets/{first.pk}/lineage/compare"
    two = ada.get(path, {"pick": ids(third, second)})
    assert two.headers["Location"] == f"/assets/{third.pk}/against/{second.pk}"
    three = ada.get(path, {"pick": ids(first, second, fourth)})
    assert three.headers["Location"] == f"/compare?asset={first.pk}&asset={second.pk}&asset={fourth.pk}"
    for picked in (ids(first), [], ids(first, second, third, fourth, fifth), ["x", str(uuid.uuid4())]):
        answer = ada.get(path, {"pick": picked}, follow=True)
        assert "Tick 2 to 4 images to compare them." in answer.content.decode()


def test_beside_two_versions_stands_how_their_words_and_making_differ(family, ada):
    (first,) = family.drawn("a silk dress", prompt="silk dress, studio light", understood={"fabric": {"value": "silk"}})
    told = {"prompt": "wool dress, studio light", "understood": {"fabric": {"value": "wool"}}}
    (varied,) = family.drawn("a wool dress", source=first, mode="variation", **told)
    page = ada.get(f"/assets/{varied.pk}/against/{first.pk}").content.decode()
    assert "<mark>silk dress</mark>" in page and "<mark>wool dress</mark>" in page
    names = page.split("versus-names")[1].split("</p>")[0]
    assert names.index(f"/assets/{first.pk}") < names.index("a silk dress") < names.index(f"/assets/{varied.pk}")
    assert '<th scope="row">Price</th>' in page
    line = re.search(r'<tr class="differs"><th scope="row">Fabric</th>.*?</tr>', page)
    assert line and "<td>silk</td><td>wool</td>" in line[0]


@given(
    st.lists(st.tuples(st.integers(0, 12), st.lists(st.integers(0, 14), max_size=4)), max_size=14), st.integers(0, 12)
)
def test_whatever_is_said_to_come_from_what_the_tree_is_one(pairs, root):
    parents = {**dict(pairs), root: []}
    tree = tree_of(root, parents)
    assert tree[root] is None and all(
        above in parents[child] and above in tree for child, above in tree.items() if child != root
    )
    for child in tree:  # each leads up to the root: no circle
        steps = 0
        while child != root:
            child, steps = tree[child], steps + 1
            assert steps <= len(tree)
    reached: set[int] = {root}
    before: set[int] = set()
    while reached != before:
        before = set(reached)
        reached |= {child for child, above in parents.items() if child != root and before & set(above)}
    assert set(tree) == reached
