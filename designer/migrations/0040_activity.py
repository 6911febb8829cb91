"""The orders in which the feed of a team reads one's generations, uploads and likes. Each is made while everybody writes
on; broken off, this is run again: a half-made index goes first."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

PATIENT = ["SET statement_timeout = 0", "SET lock_timeout = 0"]  # it waits for transactions, and nobody waits for it
LIKED = models.Q(("kind__in", ["like", "pick"]))
AS_EVER = ["RESET statement_timeout", "RESET lock_timeout"]


def made_anew(model, name, fields, **more):
    return [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop),
        AddIndexConcurrently(model_name=model, index=models.Index(fields=fields, name=name, **more)),
    ]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("designer", "0039_sql_ledger_ends")]

    operations = [
        migrations.RunSQL(PATIENT, AS_EVER),
        *made_anew("generation", "generation_of_owner", ["team", "owner", "-created_at", "-id"]),
        *made_anew(
            "asset", "asset_uploaded", ["team", "-created_at", "-id"], condition=models.Q(("kind", "reference"))
        ),
        *made_anew(
            "asset",
            "asset_uploaded_by",
            ["team", "owner", "-created_at", "-id"],
            condition=models.Q(("kind", "reference")),
        ),
        *made_anew("feedback", "feedback_liked", ["team", "-created_at", "-id"], condition=LIKED),
        *made_anew("feedback", "feedback_liked_by", ["team", "owner", "-created_at", "-id"], condition=LIKED),
        migrations.RunSQL(AS_EVER, PATIENT),
    ]
