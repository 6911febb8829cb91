"""Limits that a vendor counts by the account. Stability's and the services' models share one limit each; what stands
there from the starter becomes the account's, and what an admin wrote stays."""

from typing import Any, Final

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STARTED: Final = ({}, {"requests_per_minute": 180}, {"requests_per_minute": 600})  # a fifth, and what came before it
ACCOUNTS: Final = {  # as published; the kind of their models
    "stability": ("image", {"requests_per_minute": 900}),
    "replicate": ("enhancement", {"requests_per_minute": 600}),
    "fal": ("enhancement", {"concurrent": 2}),
}


def share(apps: Any, _: BaseDatabaseSchemaEditor | None) -> None:
    """Safe to run again."""
    profiles = apps.get_model("designer", "ModelProfile").objects
    for provider, (kind, limits) in ACCOUNTS.items():
        for model in profiles.filter(provider=provider, kind=kind):
            model.limits_scope = "account"
            model.limits = limits if model.limits in STARTED else model.limits
            model.save(update_fields=["limits_scope", "limits"])


class Migration(migrations.Migration):
    dependencies = [("designer", "0035_sessions")]
    operations = [
        migrations.AddField(
            model_name="modelprofile",
            name="limits_scope",
            field=models.CharField(
                choices=[("model", "Model"), ("account", "Account")],
                db_default="model",
                default="model",
                help_text="Account: its provider's models of this scope use up one limit, the lowest that any of them "
                "states.",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("limits_scope__in", ["model", "account"])), name="model_limits_scope_known"
            ),
        ),
        migrations.RunPython(share, migrations.RunPython.noop),
    ]
