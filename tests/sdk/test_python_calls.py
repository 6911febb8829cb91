"""What the Python client repeats, for how long, and as what it tells a refusal."""

from collections.abc import Iterator
from pathlib import Path

import designer_bff
import httpx2
import pytest
from designer_bff import DesignerBFF, NetworkError, RateLimitError
from designer_bff._sync import http
from designer_bff.errors import seconds_of

BUSY = httpx2.Response(503, json={})
FINE = httpx2.Response(200, json={"id": "1"})


class Studio:
    """Answers one after the other; `said` keeps what was asked, `slept` the pauses between."""

    def __init__(self) -> None:
        self.answers: list[httpx2.Response | Exception] = []
        self.said: list[httpx2.Request] = []
        self.slept: list[float] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.said.append(request)
        told = self.answers.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    made = Studio()
    monkeypatch.setattr(http, "sleep", made.slept.append)
    return made


@pytest.fixture
def client(studio: Studio) -> Iterator[DesignerBFF]:
    with DesignerBFF("https://studio.example", "secret", transport=httpx2.MockTransport(studio.answer)) as made:
        yield made


def test_a_post_is_repeated_with_its_key_and_its_body(client: DesignerBFF, studio: Studio):
    studio.answers = [httpx2.ReadTimeout("slow"), BUSY, FINE]
    assert client.generate("a coat", n=2) == {"id": "1"}
    assert len({each.headers["Idempotency-Key"] for each in studio.said}) == 1
    assert {each.content for each in studio.said} == {b'{"brief":"a coat","n":2}'}
    assert all(each.headers["Authorization"] == "Bearer secret" for each in studio.said)


def test_a_file_is_sent_whole_again(client: DesignerBFF, studio: Studio, tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"the picture")
    studio.answers = [httpx2.ReadTimeout("slow"), FINE]
    client.upload(tmp_path / "a.png")
    assert [b"the picture" in each.content for each in studio.said] == [True, True]


def test_a_picture_of_a_team_goes_as_a_file(client: DesignerBFF, studio: Studio, tmp_path: Path):
    (tmp_path / "mark.png").write_bytes(b"the picture")
    studio.answers = [httpx2.Response(204)]
    client.set_team_avatar("1", tmp_path / "mark.png")
    (sent,) = studio.said
    assert (sent.method, sent.url.path) == ("PUT", "/api/teams/1/avatar")
    assert sent.headers["Content-Type"].startswith("multipart/form-data") and b"the picture" in sent.content


def test_what_may_have_been_done_and_would_be_done_twice_is_not_repeated(client: DesignerBFF, studio: Studio):
    studio.answers = [httpx2.ReadTimeout("slow")]
    with pytest.raises(NetworkError):
        client.delete_asset("1")
    studio.answers = [httpx2.ConnectError("nobody there"), httpx2.Response(204)]
    client.delete_asset("1")
    assert len(studio.said) == 3


def test_retry_after_is_honoured_within_patience(client: DesignerBFF, studio: Studio):
    studio.answers = [httpx2.Response(429, json={}, headers={"Retry-After": "7"}), FINE]
    client.me()
    assert studio.slept == [7.0]
    studio.answers = [httpx2.Response(429, json={}, headers={"Retry-After": "3600"})]
    with pytest.raises(RateLimitError) as refused:
        client.me()
    assert refused.value.retry_after == 3600 and studio.slept == [7.0]


def test_a_first_request_that_still_runs_is_waited_for(client: DesignerBFF, studio: Studio):
    running = {"code": "still_running"}
    studio.answers = [*(httpx2.Response(409, json=running, headers={"Retry-After": "1"}) for _ in range(5)), FINE]
    assert client.generate("a coat")["id"] == "1"
    assert studio.slept == [1.0] * 5


def test_retry_after_may_be_a_date():
    assert seconds_of("Sat, 28 Nov 2099 10:00:00 GMT") > 1e9
    assert seconds_of("Sat, 28 Nov 1999 10:00:00 GMT") == 0
    assert seconds_of("soon") is None and seconds_of(None) is None


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "InvalidRequestError"),
        (401, "AuthenticationError"),
        (403, "ForbiddenError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (412, "ConflictError"),
        (418, "ApiError"),
        (422, "InvalidRequestError"),
        (500, "ServerError"),
    ],
)
def test_each_refusal_is_an_error_of_its_kind(client: DesignerBFF, studio: Studio, status: int, name: str):
    problem = {"detail": "No.", "code": "why", "remedy": "Do.", "errors": [{"field": "n", "code": "c", "message": "m"}]}
    studio.answers = [httpx2.Response(status, json=problem)]
    with pytest.raises(designer_bff.DesignerBFFError) as refused:
        client.me()
    said = refused.value
    assert type(said).__name__ == name and isinstance(said, designer_bff.ApiError)
    assert (str(said), said.code, said.status, said.field, said.remedy) == ("No.", "why", status, "n", "Do.")


def test_an_answer_that_is_no_problem_json_is_told_too(client: DesignerBFF, studio: Studio):
    studio.answers = [httpx2.Response(502, text="<html>Bad Gateway</html>") for _ in range(3)]
    with pytest.raises(designer_bff.ServerError, match="502"):
        client.me()


def test_a_version_goes_from_an_answer_into_the_change(client: DesignerBFF, studio: Studio):
    studio.answers = [httpx2.Response(200, json={"id": "1"}, headers={"ETag": '"7"'}), FINE]
    persona = client.persona("1")
    client.change_persona("1", name="Coast", if_match=designer_bff.etag_of(persona))
    assert studio.said[1].headers["If-Match"] == '"7"'
    with pytest.raises(ValueError, match="without a version"):
        designer_bff.etag_of({})


def test_pages_are_read_on_with_their_cursor_and_never_at_another_host(client: DesignerBFF, studio: Studio):
    first = {"results": [{"id": "1"}, {"id": "2"}], "next": "https://elsewhere.example/api/assets?cursor=abc%3D"}
    studio.answers = [httpx2.Response(200, json=first), httpx2.Response(200, json={"results": [{"id": "3"}]})]
    assert [asset["id"] for asset in client.assets(kind="upload", trashed=False)] == ["1", "2", "3"]
    asked = [(each.url.host, dict(each.url.params)) for each in studio.said]
    plain = {"kind": "upload", "trashed": "false"}
    assert asked == [("studio.example", plain), ("studio.example", {**plain, "cursor": "abc="})]


def test_pages_by_number_and_a_bounded_list(client: DesignerBFF, studio: Studio):
    studio.answers = [httpx2.Response(200, json={"results": [{"id": str(n)}], "next": n}) for n in (1, 2)]
    assert [row["id"] for row in client.batch_items("b").all(2)] == ["1", "2"]
    assert dict(studio.said[1].url.params) == {"after": "1"}


def test_a_download_that_breaks_off_leaves_no_file(client: DesignerBFF, studio: Studio, tmp_path: Path):
    class Broken(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"half"
            raise httpx2.ReadError("gone")

    (tmp_path / "dress.png").write_bytes(b"an older one")
    studio.answers = [httpx2.Response(200, stream=Broken())]
    with pytest.raises(NetworkError):
        client.download("1", tmp_path / "dress.png")
    assert [path.name for path in tmp_path.iterdir()] == ["dress.png"]
    assert (tmp_path / "dress.png").read_bytes() == b"an older one"


def test_address_and_token_come_from_the_environment_or_the_login(monkeypatch, tmp_path: Path):
    from designer_bff.settings import keep

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("DESIGNER_BFF_URL", "DESIGNER_BFF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(designer_bff.DesignerBFFError, match="Where is the studio"):
        DesignerBFF()
    kept = keep("https://kept.example", "kept")
    assert oct(kept.stat().st_mode)[-3:] == "600"
    assert (DesignerBFF().settings.url, DesignerBFF().settings.token) == ("https://kept.example", "kept")
    with pytest.raises(designer_bff.DesignerBFFError, match="Who asks"):
        DesignerBFF("https://other.example")  # a kept token goes nowhere else
    monkeypatch.setenv("DESIGNER_BFF_URL", "https://env.example/")
    monkeypatch.setenv("DESIGNER_BFF_TOKEN", "env")
    assert (DesignerBFF().settings.url, DesignerBFF().settings.token) == ("https://env.example", "env")
    assert "env" not in repr(DesignerBFF().settings).replace("env.example", "")
