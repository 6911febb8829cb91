"""The admin shows every model of the ground floor and breaks none of its rules."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from teams.accounts.authentication import user_from_token
from teams.accounts.models import ApiToken, User
from teams.accounts.services import create_token
from tests.factories import MembershipFactory, UserFactory

MODELS = list(apps.get_app_config("teams").get_models())
READ_ONLY = ["auditentry", "team", "membership", "apitoken"]


@pytest.fixture
def root(db):
    client = Client()
    client.force_login(
        User.objects.create_superuser("root@example.org", "correct horse battery"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_has_its_list_and_its_page(model, root):
    create_token(actor=MembershipFactory().user, name="tool")
    name = model._meta.model_name
    assert admin.site.is_registered(model)
    assert root.get(reverse(f"admin:teams_{name}_changelist")).status_code == 200
    if (row := model.objects.first()) is not None:
        assert root.get(reverse(f"admin:teams_{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_has_rules_is_only_looked_at(name, root):
    create_token(actor=UserFactory(), name="tool")
    row = apps.get_model("teams", name).objects.first()
    paths = [reverse(f"admin:teams_{name}_add")]
    paths += [reverse(f"admin:teams_{name}_{deed}", args=[row.pk]) for deed in ("change", "delete")]
    assert [root.post(path, {"post": "yes"}).status_code for path in paths] == [403, 403, 403]


def test_a_token_is_revoked_but_its_digest_is_not_shown(root):
    token, key = create_token(actor=UserFactory(), name="tool")
    page = root.get(reverse("admin:teams_apitoken_change", args=[token.pk])).content.decode()
    assert token.digest not in page and token.prefix in page
    root.post(reverse("admin:teams_apitoken_changelist"), {"action": "revoke", "_selected_action": [token.pk]})
    assert user_from_token(key) is None and ApiToken.objects.get().revoked_at


def test_a_person_made_in_the_admin_has_a_personal_team_too(root):
    wish = {"email": "new@example.org", "password1": "brand new horse 7", "password2": "brand new horse 7"}
    assert root.post(reverse("admin:teams_user_add"), {**wish, "usable_password": "true"}).status_code == 302
    assert User.objects.get(email="new@example.org").teams.get().personal


def test_nobody_is_deleted_in_the_admin(root, user):
    assert root.post(reverse("admin:teams_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403
