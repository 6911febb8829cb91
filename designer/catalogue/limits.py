"""What a call of a model uses up: the model's own limits, or those of the account, which it shares with others."""

from typing import Any

from designer.catalogue.models import LimitsScope, ModelProfile
from designer.jobs.allowances import Limits, Wish


def wish_for(profile: ModelProfile, **call: Any) -> Wish:
    """A call of this model. `call`: the other fields of a Wish."""
    written, account = [profile.limits], []
    if profile.limits_scope == LimitsScope.ACCOUNT:
        rows = ModelProfile.objects.filter(provider=profile.provider, limits_scope=LimitsScope.ACCOUNT)
        account = sorted(rows.values_list("model", "limits"), key=lambda row: row[0])
        written = [limits for _, limits in account]
    shared = tuple(model for model, _ in account)
    return Wish(provider=profile.provider, model=profile.model, account=shared, limits=Limits.lowest(written), **call)
