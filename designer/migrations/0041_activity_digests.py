"""Mails of what happened in one's teams, and mails once a week."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PACES = [("at_once", "At once"), ("hourly", "Every hour"), ("daily", "Once a day"), ("weekly", "Once a week")]


class Migration(migrations.Migration):
    dependencies = [("designer", "0040_activity"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RemoveConstraint(model_name="notificationwish", name="notification_wish_pace_known"),
        migrations.AlterField(
            model_name="notificationwish",
            name="pace",
            field=models.CharField(choices=PACES, default="at_once", max_length=8),
        ),
        migrations.AddConstraint(
            model_name="notificationwish",
            constraint=models.CheckConstraint(
                condition=models.Q(("pace__in", ["at_once", "hourly", "daily", "weekly"])),
                name="notification_wish_pace_known",
            ),
        ),
        migrations.CreateModel(
            name="ActivityDigest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("since", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("ordered_at", models.DateTimeField(blank=True, null=True)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"db_table": "activity_digests"},
        ),
        migrations.AddIndex(
            model_name="activitydigest",
            index=models.Index(
                condition=models.Q(("ordered_at", None)), fields=["due_at"], name="activity_digest_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="activitydigest",
            constraint=models.UniqueConstraint(fields=("user", "due_at"), name="activity_digest_once"),
        ),
        migrations.AddConstraint(
            model_name="activitydigest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ordered_at", None)), fields=("user",), name="activity_digest_one_ahead"
            ),
        ),
        migrations.AddConstraint(
            model_name="activitydigest",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("since"))), name="activity_digest_of_a_time"
            ),
        ),
        # on the way back: the constraint of before knows no week
        migrations.RunSQL(
            migrations.RunSQL.noop, "UPDATE notification_wishes SET pace = 'daily' WHERE pace = 'weekly'"
        ),
    ]
