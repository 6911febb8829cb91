"""Every error is an answer: problem+json for programs, a page for people."""

import pytest
import redis
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.http import Http404
from django.test import Client
from rest_framework import exceptions, serializers

from designer.personas.models import Persona
from designer.web.idempotency import IdempotencyKey
from designer.web.problems import RefusalMiddleware, flattened, handler
from designer.web.serializers import StrictSerializer
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.membership.models import Membership

MEMBERS = {"type", "title", "status", "detail", "code", "errors", "request_id"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("too_dear", "It costs more.", field="max_cost", remedy="Raise it."), 422, "too_dear"),
        (Missing(), 404, "not_found"),
        (Forbidden(), 403, "forbidden"),
        (Conflict("gone", "Gone."), 409, "gone"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("a/b"), 415, "unsupported_media_type"),
        (exceptions.Throttled(3), 429, "throttled"),
        (RequestDataTooBig(), 413, "too_large"),
        (SuspiciousOperation(), 400, "bad_request"),
        (ValidationError("no"), 400, "invalid"),
        (IntegrityError(), 409, "conflict"),
        (OperationalError(), 503, "service_away"),
        (redis.ConnectionError(), 503, "service_away"),
    ],
)
def test_each_kind_of_error_has_its_status_and_code(error, status, code):
    answer = handler(error, {})
    assert answer is not None
    assert (answer.status_code, answer.data["code"], answer.data["status"]) == (status, code, status)
    assert set(answer.data) >= MEMBERS
    assert answer.content_type == "application/problem+json"
    assert answer.data["type"].endswith(code)
    assert bool(answer.headers.get("Retry-After")) is (status in (429, 503))


def test_a_refusal_names_its_field_and_its_remedy():
    answer = handler(Refused("too_dear", "It costs more.", field="max_cost", remedy="Raise it."), {})
    assert answer is not None
    assert answer.data["remedy"] == "Raise it."
    assert answer.data["errors"] == [{"field": "max_cost", "code": "too_dear", "message": "It costs more. Raise it."}]


@pytest.mark.parametrize(
    ("status", "facts", "wait"), [(429, {}, "60"), (503, {}, "5"), (503, {"retry_after": 0.2}, "1")]
)
def test_a_refusal_to_try_again_always_says_when(status, facts, wait, rf):
    refused = Refused("busy", "Too much at once.", status=status, **facts)
    answer = handler(refused, {})
    assert answer is not None and answer["Retry-After"] == wait
    for path in ("/", "/api/assets"):
        shown = RefusalMiddleware(lambda request: None).process_exception(rf.get(path), refused)
        assert shown is not None and (shown.status_code, shown["Retry-After"]) == (status, wait)


def test_a_refusal_that_knows_when_says_so():
    answer = handler(Conflict("later", "Not now.", retry_after=7), {})
    assert answer is not None
    assert answer.headers["Retry-After"] == "7"


def test_an_unknown_error_is_left_to_django():
    assert handler(RuntimeError("broken"), {}) is None


def test_nested_errors_become_lines_with_paths():
    detail = {"operations": [{}, {"scale": [exceptions.ErrorDetail("No.", "bad")]}], "non_field_errors": ["Both."]}
    lines = list(flattened(detail))
    assert lines[0] == {"field": "operations[1].scale", "code": "bad", "message": "No."}
    assert lines[1]["field"] == ""
    of_list = {"palette": {2: {"hex": [exceptions.ErrorDetail("No.", "bad")]}, 3: [exceptions.ErrorDetail("No.")]}}
    assert [each["field"] for each in flattened(of_list)] == ["palette[2].hex", "palette[3]"]


def test_a_constraint_speaks_for_itself(team, member):
    person = member("editor")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Membership.objects.create(team=team, user=person, role="editor")
    answer = handler(caught.value, {})
    named = [c for c in Membership._meta.constraints if "violation_error_message" in c.deconstruct()[2]]
    expected = str(named[0].violation_error_message) if named else "This clashes"
    assert answer is not None
    assert answer.data["detail"].startswith(expected)


@pytest.mark.parametrize("path", ["/nowhere", "/api/nowhere", "/api/assets/not-a-uuid"])
def test_what_is_not_there_is_a_page_or_a_problem(path, db):
    answer = Client().get(path)
    assert answer.status_code == 404
    if path.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"
        assert set(answer.json()) >= MEMBERS
    else:
        assert b"<h1>There is no such thing here</h1>" in answer.content


@pytest.mark.parametrize("path", ["/gallery", "/api/assets"])
def test_a_service_that_is_away_is_503_with_a_time_to_come_back(path, client_of, monkeypatch):
    from designer.assets.models import AssetQuerySet

    def gone(*_):
        raise OperationalError("server closed the connection")

    client = client_of("editor")
    monkeypatch.setattr(AssetQuerySet, "visible_to", gone)
    answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert ("json" in answer["Content-Type"]) is path.startswith("/api/")


def test_what_breaks_is_a_page_that_needs_nothing(client_of, monkeypatch):
    from designer.assets.models import AssetQuerySet

    def broken(*_):
        raise RuntimeError("secret detail")

    client = client_of("editor")
    client.raise_request_exception = False
    monkeypatch.setattr(AssetQuerySet, "visible_to", broken)
    page, problem = client.get("/gallery"), client.get("/api/assets")
    assert page.status_code == problem.status_code == 500
    assert b"Something broke here" in page.content
    assert problem.json()["code"] == "server_error"
    assert b"secret detail" not in page.content + problem.content


def test_a_refusal_on_a_page_is_a_page(rf):
    answer = RefusalMiddleware(lambda request: None).process_exception(rf.get("/assets/1"), RuntimeError())  # type: ignore[arg-type]
    assert answer is None


def test_an_answer_carries_the_id_that_the_logs_use(client_of):
    answer = client_of("editor").get("/api/assets/00000000-0000-0000-0000-000000000000")
    assert answer.json()["request_id"] == answer["X-Request-Id"] != ""


def test_a_request_id_from_outside_is_not_repeated(client_of):
    answer = client_of("editor").get("/api/assets", headers={"X-Request-Id": "made-up"})
    assert answer["X-Request-Id"] not in ("", "made-up")


class Wish(StrictSerializer):
    name = serializers.CharField()
    exact = serializers.BooleanField(required=False)
    n = serializers.IntegerField(required=False)
    status = serializers.CharField(read_only=True)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": "a", "owner": 1}, "owner", "unknown_field"),
        ({"name": "a", "status": "done"}, "status", "unknown_field"),
        ({"name": "a", "x" * 5000: 1}, "x" * 100, "unknown_field"),
        ({"name": "a\x00b"}, "name", "control_characters"),
        ({"name": "a\x1b[31m"}, "name", "control_characters"),
        ({"name": "a", "exact": "true"}, "exact", "not_a_boolean"),
        ({"name": "a", "exact": 1}, "exact", "not_a_boolean"),
        ({"name": "a", "n": True}, "n", "not_a_boolean"),
        ({"name": ["a"]}, "name", "invalid"),
        ({}, "name", "required"),
        ([], "", "invalid"),
    ],
)
def test_an_input_says_which_field_is_at_fault(body, field, code):
    form = Wish(data=body)
    assert not form.is_valid()
    answer = handler(exceptions.ValidationError(form.errors), {})
    assert answer is not None
    assert {"field": field, "code": code} in [{k: line[k] for k in ("field", "code")} for line in answer.data["errors"]]


def test_text_with_lines_emoji_and_other_scripts_is_text():
    form = Wish(data={"name": "юбка\n\tفستان 👗\u200d"})
    assert form.is_valid(), form.errors


def test_what_is_refused_is_not_written(client_of, team):
    body = {"name": "Linen", "team": str(team.pk), "owner": "somebody", "is_staff": True}
    answer = client_of("editor").post("/api/personas", body)
    assert answer.status_code == 400
    assert {line["field"] for line in answer.json()["errors"]} == {"owner", "is_staff"}
    assert not Persona.objects.filter(name="Linen").exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_a_page_whose_address_was_written_with_a_slash_at_its_end_is_found():
    client = Client()
    moved = client.get("/gallery/?page=2")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/gallery?page=2")
    assert client.head("/batches//").headers["Location"] == "/batches"
    told = [client.get(path).status_code for path in ("/nowhere/", "/api/generations/", "/%2Fgallery/", "/admin/no/")]
    assert 301 not in told and told[:2] == [404, 404]
    assert client.post("/gallery/").status_code == 404
