"""The oldest note of a team is found by an index; that of slots is needed of those that are held alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0005_days")]
    operations = [
        migrations.AddIndex(
            model_name="pendingslot",
            index=models.Index(fields=["team_id", "at"], name="analytics_pending_oldest"),
        ),
        migrations.AddIndex(
            model_name="pendingslot",
            index=models.Index(
                condition=models.Q(("held_until__isnull", False)),
                fields=["team_id", "slot"],
                name="analytics_pending_held",
            ),
        ),
        migrations.RemoveIndex(model_name="pendingslot", name="analytics_pending_of_slot"),
    ]
