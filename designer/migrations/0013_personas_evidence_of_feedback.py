"""Feedback given before there was a record of learning becomes the evidence of its weights."""

from datetime import datetime

from django.db import migrations


def evidence_of_feedback(apps, schema_editor):
    Feedback = apps.get_model("designer", "Feedback")
    Evidence = apps.get_model("designer", "Evidence")
    for row in Feedback.objects.exclude(moved=[]).iterator():
        Evidence.objects.bulk_create(
            [
                Evidence(
                    team_id=row.team_id,
                    key=move["key"],
                    feedback=row.pk,
                    alpha=max(0.0, move["after"]["alpha"] - move["before"]["alpha"]),
                    beta=max(0.0, move["after"]["beta"] - move["before"]["beta"]),
                    at=datetime.fromisoformat(move["after"]["updated_at"]),
                )
                for move in row.moved
            ],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("designer", "0012_personas_learning_record")]
    operations = [migrations.RunPython(evidence_of_feedback, migrations.RunPython.noop)]
