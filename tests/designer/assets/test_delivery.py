"""A picture goes to those who may see it: whole or in part, once, under a safe name, and never run."""

import asyncio

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient

from designer.assets.models import Asset
from tests import images
from tests.factories import MembershipFactory


@pytest.fixture
def editor(client_of):
    return client_of("editor")


@pytest.fixture
def shown(editor):
    """An asset in JSON whose stored bytes are known as `data`."""

    def upload(name: str = "look.png", size: tuple[int, int] = (400, 300)):
        file = SimpleUploadedFile(name, images.encoded("PNG", images.photo(size)))
        body = editor.post("/api/assets", {"file": file}, format="multipart").json()
        body["data"] = whole(editor.get(body["url"]))
        return body

    return upload


def whole(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(
    ("said", "begin", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, None),
        ("bytes=-7", -7, None),
        ("bytes=5-999999999", 5, None),
        ("bytes=-999999999", 0, None),
        ("Bytes = 3-4".replace(" ", ""), 3, 5),
    ],
)
def test_a_range_gives_that_part(said, begin, end, shown, editor):
    body = shown()
    answer = editor.get(body["url"], headers={"Range": said})
    part = body["data"][begin:end]
    first = begin if begin >= 0 else len(body["data"]) + begin
    assert (answer.status_code, whole(answer)) == (206, part)
    assert answer["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(body['data'])}"
    assert answer["Content-Length"] == str(len(part))


@pytest.mark.parametrize(
    "said", ["bytes=0-1,4-5", "bytes=9-3", "bytes=-", "bytes=x-y", "lines=1-2", "bytes", "bytes=1-²"]
)
def test_what_is_no_single_range_gives_the_whole(said, shown, editor):
    body = shown()
    answer = editor.get(body["url"], HTTP_RANGE=said)
    assert (answer.status_code, whole(answer)) == (200, body["data"])


@pytest.mark.parametrize("said", ["bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(said, shown, editor):
    body = shown()
    answer = editor.get(body["url"], headers={"Range": said})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(body['data'])}")


def test_a_range_of_another_version_gives_the_whole(shown, editor):
    body = shown()
    tag = editor.get(body["url"])["ETag"]
    same = editor.get(body["url"], headers={"Range": "bytes=0-4", "If-Range": tag})
    other = editor.get(body["url"], headers={"Range": "bytes=0-4", "If-Range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert whole(other) == body["data"]


def test_head_says_what_get_would_and_sends_nothing(shown, editor):
    body = shown()
    for url in (body["url"], body["thumbnail"]):
        got, head = editor.get(url), editor.head(url)
        data = whole(got)
        assert (head.status_code, head.content) == (200, b"")
        assert head["Content-Length"] == str(len(data))
        for name in ("ETag", "Content-Type", "Cache-Control", "Accept-Ranges", "Content-Disposition"):
            assert head[name] == got[name]


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_what_the_caller_has_is_not_sent_again(form, shown, editor):
    body = shown()
    for url in (body["url"], body["thumbnail"], body["url"] + "?format=webp"):
        tag = editor.get(url)["ETag"]
        again = editor.get(url, headers={"If-None-Match": form.format(tag=tag)})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert again["Cache-Control"].startswith("private")


def test_only_the_browser_of_the_one_who_asked_may_keep_it(shown, editor):
    answer = editor.get(shown()["url"])
    assert answer["Cache-Control"] == "private, max-age=60"
    assert {name.strip() for name in answer["Vary"].split(",")} >= {"Cookie", "Authorization"}


def test_having_its_tag_shows_a_stranger_nothing(shown, editor, client_of):
    body = shown()
    tag = editor.get(body["url"])["ETag"]
    for url in (body["url"], body["thumbnail"]):
        answer = client_of("stranger").get(url, headers={"If-None-Match": tag, "Range": "bytes=0-1"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_what_is_in_the_trash_is_not_delivered_but_can_be_told_apart(shown, editor):
    body = shown()
    editor.delete(f"/api/assets/{body['id']}")
    for url in (body["url"], body["url"] + "?format=png", body["url"] + "?download=1"):
        answer = editor.get(url)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert editor.get(body["thumbnail"]).status_code == 200
    page = editor.get(f"/assets/{body['id']}")
    assert f'src="{body["url"]}"' not in page.content.decode()
    editor.post(f"/api/assets/{body['id']}/restore")
    assert whole(editor.get(body["url"])) == body["data"]


def test_who_left_the_team_gets_nothing_more(member, team, client_of):
    client = client_of("editor")
    file = SimpleUploadedFile("a.png", images.encoded("PNG"))
    body = client.post("/api/assets", {"file": file, "team": str(team.pk)}, format="multipart").json()
    assert client.get(body["url"]).status_code == 200
    MembershipFactory._meta.model.objects.filter(team=team, user=client.user).delete()
    assert client.get(body["url"]).status_code == 404


@pytest.mark.parametrize(
    ("title", "plain", "exact"),
    [
        ("coat.png", "coat.png", None),
        ("юбка 👗.png", "image.png", "%D1%8E%D0%B1%D0%BA%D0%B0%20%F0%9F%91%97.png"),
        ("Ärmel.png", "Armel.png", "%C3%84rmel.png"),
        ('a"; filename="evil.exe', "a__ filename__evil", "a%22%3B%20filename%3D%22evil.png"),
        ("..", "image.png", None),
        (".htaccess", "htaccess.png", None),
        ("v1.2 of the very long coat", "v1.2 of the very long coat.png", None),
        ("100%25.png", "100_25.png", "100%2525.png"),
    ],
)
def test_a_file_goes_under_a_name_that_no_header_breaks_on(title, plain, exact, shown, editor):
    body = shown()
    Asset.objects.filter(pk=body["id"]).update(title=title)
    header = editor.get(body["url"], {"download": "1"})["Content-Disposition"]
    assert header.startswith(f'attachment; filename="{plain}')
    assert (f"filename*=UTF-8''{exact}" in header) if exact else ("filename*" not in header)
    assert header.isascii()
    assert header.count('"') == 2


def test_behind_a_proxy_only_the_path_goes_out_and_the_rights_hold(shown, editor, client_of, settings):
    body = shown()
    settings.X_ACCEL_PREFIX = "/protected"
    answer = editor.get(body["url"])
    stored = Asset.objects.get(pk=body["id"])
    assert (answer["X-Accel-Redirect"], answer.content) == (f"/protected/{stored.path}", b"")
    assert answer["ETag"] and answer["Content-Security-Policy"].startswith("sandbox")
    assert "X-Accel-Redirect" not in client_of("stranger").get(body["url"])


def test_a_file_that_is_gone_is_said_without_its_path(shown, editor, settings):
    body = shown()
    stored = Asset.objects.get(pk=body["id"])
    (settings.MEDIA_ROOT / stored.path).unlink()
    answer = editor.get(body["url"])
    assert (answer.status_code, answer.json()["code"]) == (409, "file_missing")
    assert stored.path not in answer.content.decode()


@pytest.mark.parametrize(
    ("key", "value"), [("format", "gif"), ("format", "../png"), ("w", "-1"), ("w", "٣"), ("w", "9" * 40)]
)
def test_an_unknown_form_is_refused_by_its_field(key, value, shown, editor):
    body = shown()
    answer = editor.get(body["url" if key == "format" else "thumbnail"], {key: value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, key)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_streamed_block_by_block_to_a_socket(shown, editor, monkeypatch):
    monkeypatch.setattr("designer.assets.delivery.BLOCK", 1000)
    body = shown()

    async def fetched() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(editor.user, backend="django.contrib.auth.backends.ModelBackend")
        answer = await client.get(body["url"])
        return [block async for block in answer]

    blocks = asyncio.run(fetched())
    assert b"".join(blocks) == body["data"]
    assert {len(block) for block in blocks[:-1]} == {1000}
