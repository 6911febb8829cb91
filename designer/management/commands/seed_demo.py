"""`manage.py seed_demo`: the demo account and its key, written once to var/credentials.json."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from teams.accounts.models import ApiToken, User
from teams.accounts.services import create_token
from teams.membership.ownership import working_team

EMAIL = "demo@designer.example"


def write_private(path: Path, body: dict[str, str]) -> None:
    """Whole or not at all, and readable by its owner only from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(body, file, indent=2)
    part.replace(path)


def still_valid(path: Path, url: str) -> bool:
    """Whether the file's account and token are in this database and the address is today's."""
    try:
        body = json.loads(path.read_text())
        prefix = body["token"][:10]
    except (OSError, ValueError, KeyError):
        return False
    user = User.objects.filter(email__iexact=body.get("email", "")).first()
    known = user is not None and user.check_password(body.get("password", ""))
    live = ApiToken.objects.live().filter(user=user, prefix__startswith=prefix[:5]).exists()
    return bool(known and live and body.get("url") == url)


class Command(BaseCommand):
    help = "Create the demo account, once; write its sign-in and an API token to credentials.json (mode 0600)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.SITE_URL)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = settings.VAR / "credentials.json"
        if still_valid(path, options["url"]):
            return
        write_private(path, self.make(options["url"]))
        self.stdout.write(f"Demo sign-in written to {path}")

    @transaction.atomic
    def make(self, url: str) -> dict[str, str]:
        password = secrets.token_urlsafe(12)
        user = User.objects.filter(email__iexact=EMAIL).first()
        if user is None:
            user = User.objects.create_user(EMAIL, password, name="Demo designer")
        else:
            user.set_password(password)
            user.save(update_fields=["password", "updated_at"])
        ApiToken.objects.filter(user=user, name="Demo").delete()
        _, key = create_token(actor=user, name="Demo", lifetime=None)
        team = working_team(user, None)
        return {"url": url, "email": EMAIL, "password": password, "token": key, "team": str(team.pk)}
