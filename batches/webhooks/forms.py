"""What the settings pages ask for."""

from django import forms

from batches.webhooks.types import FAMILIES, TYPES
from teams.accounts.forms import RefusalsShown

GRACES = [(0, "At once"), (1, "After an hour"), (24, "After a day"), (168, "After a week")]


class WebhookForm(RefusalsShown):
    """Its fields bear the names that refusals know."""

    url = forms.CharField(
        label="Address",
        max_length=2048,
        help_text="The public https address of your receiver.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://hooks.example.com/designer"}),
    )
    name = forms.CharField(label="Name", max_length=80, required=False, help_text="What you call it.")
    events = forms.MultipleChoiceField(
        label="Events",
        choices=[
            ("*", "Everything"),
            *((f"{family}.*", f"{family.capitalize()}: all") for family in FAMILIES),
            *((name, name) for name in TYPES),
        ],
        help_text="Choose one or more.",
        widget=forms.SelectMultiple(attrs={"size": 10}),
    )


class GraceForm(forms.Form):
    grace_hours = forms.TypedChoiceField(label="The secret before ends", choices=GRACES, coerce=int, initial=24)
