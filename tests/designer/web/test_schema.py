"""The description of the API is whole, and its page runs under our own rules."""

import re

from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient


def test_the_description_has_no_warning(db, tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_operation_documents_its_problems_and_who_may_call(db):
    body = APIClient().get("/api/schema", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    operations = [entry for methods in body["paths"].values() for entry in methods.values()]
    assert len(operations) > 20
    for operation in operations:
        assert "application/problem+json" in str(operation["responses"]), operation["operationId"]
    assert body["openapi"].startswith("3.1")


def test_the_page_of_the_api_needs_no_inline_script_or_style(db):
    page = Client().get("/api/docs").content.decode()
    assert "<style" not in page
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert " on" not in re.sub(r"[^<]*>", "", page)
