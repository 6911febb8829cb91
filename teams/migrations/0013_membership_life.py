import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0012_sharing_comments_checked")]

    operations = [
        migrations.AddField(
            model_name="team",
            name="archived_at",
            field=models.DateTimeField(
                blank=True, help_text="Since then everything is to be read only.", null=True
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="ends_at",
            field=models.DateTimeField(
                blank=True, help_text="When it is deleted for good; until then restored.", null=True
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="ending_at",
            field=models.DateTimeField(
                blank=True, help_text="Since then its rows go, and nobody restores it.", null=True
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="ending_step",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
        migrations.AddField(
            model_name="team",
            name="awake_at",
            field=models.DateTimeField(
                blank=True, help_text="Brought back then: what lies in the trash has thirty days from there.", null=True
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="slug_look",
            field=models.CharField(blank=True, max_length=80, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="away",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="team",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", False), ("ends_at__isnull", False), _connector="OR"),
                fields=["id"],
                name="team_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("personal", False), models.Q(("archived_at", None), ("ends_at", None)), _connector="OR"
                ),
                name="team_personal_stays",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(("ending_at", None), ("ends_at__isnull", False), _connector="OR"),
                name="team_ending_after_grace",
            ),
        ),
        migrations.CreateModel(
            name="FormerSlug",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("look", models.CharField(db_index=True, max_length=80)),
                ("until", models.DateTimeField()),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_slugs", to="teams.team"
                    ),
                ),
            ],
            options={"db_table": "team_former_slugs"},
        ),
        migrations.CreateModel(
            name="TeamAvatar",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("data", models.BinaryField(max_length=60000)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "team",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="avatar", to="teams.team"
                    ),
                ),
            ],
            options={"db_table": "team_avatars"},
        ),
    ]
