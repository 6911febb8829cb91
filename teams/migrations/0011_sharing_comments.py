"""What a guest said, and through which share. Nothing is scanned while the comments are locked: the column's foreign key
finds it empty, its index and the check of what stands there follow apart."""

import django.contrib.postgres.operations
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0010_sharing")]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="guest",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Said through a share, by somebody outside."
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="share",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="teams.share",
            ),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("share", None), ("guest", True), _connector="OR"),
                name="comment_through_share_by_guest",
                violation_error_message="What is said through a share is said by a guest.",
            ),
        ),
    ]
