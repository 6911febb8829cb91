from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("analytics", "0007_sql_unpriced")]
    operations = [
        migrations.CreateModel(
            name="CostForecast",
            fields=[
                ("team_id", models.UUIDField(primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(db_default=Now())),
                ("since", models.DateField()),
                ("zone", models.CharField(max_length=64)),
                ("due_at", models.DateTimeField(help_text="When the next is to be made: the midnight after.")),
                (
                    "failed_at",
                    models.DateTimeField(help_text="When the next, or the first, could not be made.", null=True),
                ),
                ("method", models.CharField(blank=True, max_length=20)),
                ("looked_back", models.PositiveIntegerField(help_text="Days from which it was made.")),
                ("busy", models.PositiveIntegerField(help_text="Of these, with something paid.")),
                (
                    "unpriced",
                    models.PositiveIntegerField(default=0, help_text="Images of these days without a price."),
                ),
                (
                    "error",
                    models.FloatField(help_text="Of four weeks that were held back, USD on the mean.", null=True),
                ),
                ("naive_error", models.FloatField(help_text="The same of a seasonal naive forecast.", null=True)),
                ("month", models.JSONField(default=dict)),
                ("ahead", models.JSONField(default=dict)),
                ("days", models.JSONField(default=list)),
            ],
            options={"db_table": "analytics_forecasts"},
        ),
    ]
