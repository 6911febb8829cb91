"""What the settings pages ask for."""

from datetime import timedelta
from typing import Any, cast

from django import forms

from teams.accounts.models import Scope, User
from teams.accounts.services import NAME_LENGTH, time_zones
from teams.base.errors import Refused

LIFETIMES = [(30, "30 days"), (90, "90 days"), (366, "One year")]


class RefusalsShown(forms.Form):
    """A form whose service may still refuse: the refusal then stands beside its field."""

    def refuse(self, refused: Refused) -> None:
        field = refused.field if refused.field in self.fields else None
        self.add_error(field, forms.ValidationError(f"{refused.message} {refused.remedy}".strip(), code=refused.code))


class ProfileForm(RefusalsShown):
    name = forms.CharField(
        label="Your name",
        max_length=120,
        required=False,
        help_text="How your team sees you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    timezone = forms.ChoiceField(label="Time zone", help_text="Dates and times are shown in it.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": user.name, "timezone": user.timezone}
        zones = cast("forms.ChoiceField", self.fields["timezone"])
        zones.choices = [(zone, zone.replace("_", " ")) for zone in time_zones()]


class TokenForm(RefusalsShown):
    name = forms.CharField(
        label="What is it for?", max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    scopes = forms.MultipleChoiceField(
        label="What may it do?",
        choices=[
            (Scope.READ.value, "Read"),
            (Scope.WRITE.value, "Make and change work"),
            (Scope.ADMIN.value, "Manage teams and tokens"),
        ],
        initial=[Scope.READ.value, Scope.WRITE.value],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_in_days = forms.TypedChoiceField(label="Ends after", choices=LIFETIMES, coerce=int, initial=90)

    def wish(self) -> dict[str, Any]:
        """What `services.create_token` takes."""
        given = self.cleaned_data
        lifetime = timedelta(days=given["expires_in_days"])
        return {"name": given["name"], "scopes": given["scopes"], "lifetime": lifetime}
