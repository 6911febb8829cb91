"""What the team thinks of an image, for each of its members, as parts of pages that are asked for again and again."""

import pytest

from tests.designer.generations.test_flow import made

pytestmark = pytest.mark.django_db(transaction=True)


def judge(client, work, **said):
    path = f"/api/generations/{work['id']}/feedback"
    assert client.post(path, {"asset": work["assets"][0]["id"], **said}, format="json").status_code == 201


def test_everybody_sees_who_likes_an_image_and_how_it_is_rated(client_of, team):
    ada, ben, viewer = client_of("editor"), client_of("admin"), client_of("viewer")
    work = made(ada, team=str(team.pk))
    judge(ada, work, kind="like")
    judge(ben, work, kind="dislike")
    judge(ada, work, kind="rating", rating=5)
    judge(ben, work, kind="rating", rating=2)
    asset = work["assets"][0]["id"]
    part = viewer.get(f"/assets/{asset}/opinions").content.decode()
    assert f"Liked by {ada.user.shown_name}." in part and f"Not for {ben.user.shown_name}." in part
    assert "Rated 3.5 of 5 by 2." in part
    page = viewer.get(f"/assets/{asset}").content.decode()
    assert part.strip() in page and f'subject="generation:{work["id"]}" events="feedback:"' in page
    assert client_of("stranger").get(f"/assets/{asset}/opinions").status_code == 404


def test_a_tile_counts_the_people_who_like_it_once_each(client_of, team):
    ada, ben = client_of("editor"), client_of("admin")
    work = made(ada, team=str(team.pk))
    tile = f"/assets/{work['assets'][0]['id']}/likes"
    assert ada.get(tile).content.decode().strip() == ""
    judge(ada, work, kind="like")
    judge(ada, work, kind="pick")
    assert "1 person likes it" in ben.get(tile).content.decode()
    judge(ben, work, kind="like")
    for page in (tile, "/gallery"):
        assert "2 people like it" in ada.get(page).content.decode()
