"""The tables of the ground floor go back to the release before shares and the life of teams, and forth again."""

import pytest
from django.core.management import call_command
from django.db import connection

from designer.assets.models import Asset
from teams.membership.models import Team
from teams.membership.permissions import may
from teams.review.models import Comment
from tests.designer.sessions.agenda import image

VALID = """SELECT (SELECT indisvalid FROM pg_index WHERE indexrelid = 'comment_of_share'::regclass),
    (SELECT convalidated FROM pg_constraint WHERE conname = 'comment_through_share_by_guest')"""


def one(sql: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return tuple(cursor.fetchone())


@pytest.mark.django_db(transaction=True)
def test_its_tables_go_back_a_release_and_forth_again_with_what_is_in_them(team, client_of):
    """What is told of roles after a migration is not asked of columns that it took away."""
    editor = client_of("editor")
    asset: Asset = image(team, editor.user)
    said = editor.post(f"/api/teams/{team.pk}/comments", {"asset": str(asset.pk), "text": "Linen?"}, format="json")
    assert said.status_code == 201
    timeouts = one("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
    try:
        call_command("migrate", "teams", "0009", verbosity=0)
        assert one("SELECT to_regclass('team_shares')") == (None,)
        call_command("migrate", "teams", "0012", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    assert one(VALID) == (True, True)
    assert one("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')") == timeouts
    assert (Comment.objects.get().text, Comment.objects.get().guest) == ("Linen?", False)
    assert may(editor.user, "create_work", Team.objects.get(pk=team.pk))
