import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

CADENCES = [("daily", "Every day"), ("weekly", "Every week"), ("monthly", "Every month")]
KINDS = [("daily", "A day"), ("weekly", "A week"), ("monthly", "A month"), ("custom", "Days of one's choice")]
COSTS = [("none", "No costs"), ("own", "The owner's own"), ("team", "All of the team's")]
STATES = [
    ("queued", "Waits"),
    ("running", "Being made"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
POSTS = [
    ("waiting", "Waits"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("refused", "Refused by the mail server"),
    ("barred", "May not be told any more"),
    ("unsubscribed", "Wants no reports"),
]


def row():
    return [
        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
        ("created_at", models.DateTimeField(auto_now_add=True)),
        ("updated_at", models.DateTimeField(auto_now=True)),
    ]


def team():
    return ("team", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.team"))


def owner():
    kept = django.db.models.deletion.PROTECT
    return ("owner", models.ForeignKey(on_delete=kept, related_name="+", to=settings.AUTH_USER_MODEL))


def values(choices):
    return [value for value, _ in choices]


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0008_forecasts"),
        ("teams", "0009_review_approvals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Stopped",
            fields=[
                *row(),
                ("address", models.EmailField(max_length=254)),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
            ],
            options={
                "db_table": "report_stops",
                "verbose_name_plural": "stopped",
                "constraints": [
                    models.UniqueConstraint(
                        "team", django.db.models.functions.text.Lower("address"), name="report_stopped_once"
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("address"),
                        condition=Q(team=None),
                        name="report_stopped_for_all_once",
                    ),
                ],
                "indexes": [
                    models.Index(django.db.models.functions.text.Lower("address"), name="report_stopped_address")
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                *row(),
                ("address", models.EmailField(max_length=254)),
                ("asks", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("given_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                team(),
            ],
            options={
                "db_table": "report_consents",
                "verbose_name": "consent",
                "constraints": [models.UniqueConstraint(fields=["team", "address"], name="report_asked_once")],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                *row(),
                ("cadence", models.CharField(choices=CADENCES, max_length=8)),
                (
                    "hour",
                    models.PositiveSmallIntegerField(default=8, help_text="Of the day, as the clock there has it."),
                ),
                ("weekday", models.PositiveSmallIntegerField(default=1, help_text="1 is Monday.")),
                (
                    "day",
                    models.PositiveSmallIntegerField(default=1, help_text="Of the month; in a shorter one its last."),
                ),
                ("zone", models.CharField(max_length=64)),
                ("sections", models.JSONField(default=list)),
                ("members", models.JSONField(default=list)),
                ("addresses", models.JSONField(default=list)),
                ("active", models.BooleanField(default=True)),
                (
                    "why",
                    models.CharField(blank=True, help_text="Why it was switched off by itself.", max_length=200),
                ),
                ("next_at", models.DateTimeField()),
                owner(),
                team(),
            ],
            options={
                "db_table": "report_schedules",
                "verbose_name": "schedule",
                "indexes": [models.Index(condition=Q(active=True), fields=["next_at"], name="report_schedule_due")],
                "constraints": [
                    models.CheckConstraint(condition=Q(cadence__in=values(CADENCES)), name="report_cadence_known"),
                    models.CheckConstraint(condition=Q(hour__lt=24), name="report_hour_of_a_day"),
                    models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="report_weekday_known"),
                    models.CheckConstraint(condition=Q(day__range=(1, 31)), name="report_day_of_a_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                *row(),
                ("slot", models.DateTimeField(blank=True, null=True)),
                ("title", models.CharField(max_length=200)),
                ("kind", models.CharField(choices=KINDS, max_length=8)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("zone", models.CharField(max_length=64)),
                ("sections", models.JSONField(default=list)),
                ("costs", models.CharField(choices=COSTS, max_length=4)),
                ("members", models.JSONField(default=list)),
                ("addresses", models.JSONField(default=list)),
                ("status", models.CharField(choices=STATES, default="queued", max_length=16)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("error", models.JSONField(blank=True, null=True)),
                ("content", models.JSONField(default=dict)),
                ("files", models.JSONField(default=dict)),
                ("size", models.BigIntegerField(default=0, help_text="Bytes of its files together.")),
                ("note", models.CharField(blank=True, max_length=300)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                owner(),
                (
                    "schedule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="analytics.schedule",
                    ),
                ),
                team(),
            ],
            options={
                "db_table": "reports",
                "verbose_name": "report",
                "indexes": [
                    models.Index(fields=["team", "-created_at", "-id"], name="report_of_team"),
                    models.Index(fields=["created_at"], name="report_age"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(status__in=values(STATES)), name="report_status_known"),
                    models.CheckConstraint(condition=Q(kind__in=values(KINDS)), name="report_kind_known"),
                    models.CheckConstraint(condition=Q(costs__in=values(COSTS)), name="report_costs_known"),
                    models.CheckConstraint(condition=Q(first__lte=F("last")), name="report_days_in_order"),
                    models.UniqueConstraint(fields=["schedule", "slot"], name="report_once_a_slot"),
                    models.UniqueConstraint(fields=["schedule", "first", "last"], name="report_once_of_days"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                *row(),
                ("address", models.EmailField(max_length=254)),
                ("status", models.CharField(choices=POSTS, default="waiting", max_length=16)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("again", models.PositiveSmallIntegerField(default=0)),
                ("error", models.JSONField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="analytics.report"
                    ),
                ),
                team(),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "report_deliveries",
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "constraints": [
                    models.CheckConstraint(condition=Q(status__in=values(POSTS)), name="report_delivery_status_known"),
                    models.UniqueConstraint(
                        "report", django.db.models.functions.text.Lower("address"), name="report_once_to_an_address"
                    ),
                ],
            },
        ),
    ]
