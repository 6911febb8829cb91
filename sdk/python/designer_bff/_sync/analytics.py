# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: analytics."""

from typing import Literal

from designer_bff import types
from designer_bff._sync.http import Caller


class AnalyticsCalls(Caller):
    def analytics_costs(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsCosts:
        """What was charged, over time and by kind, provider, model and member: the ledger's own lines. Of a team
        to whoever may see its billing, to everybody else their own.
        """
        answer: types.AnalyticsCosts = self.call(
            "GET",
            "/analytics/costs",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    def analytics_models(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsModels:
        """Each model: success, errors, seconds, what was said of its images, and the price of one that is liked."""
        answer: types.AnalyticsModels = self.call(
            "GET",
            "/analytics/models",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    def analytics_overview(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsOverview:
        """What was asked for, how it ended, what it cost and how it was liked, in all and over time."""
        answer: types.AnalyticsOverview = self.call(
            "GET",
            "/analytics/overview",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    def analytics_quality(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsQuality:
        """How good the images were, by measure and by what was said of them, over time and by model."""
        answer: types.AnalyticsQuality = self.call(
            "GET",
            "/analytics/quality",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    def analytics_trends(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsTrends:
        """When work is done: every hour of every weekday."""
        answer: types.AnalyticsTrends = self.call(
            "GET",
            "/analytics/trends",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    def analytics_users(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsUsers:
        """Each member: what they asked for and made, on how many days and, where it may be seen, what it cost."""
        answer: types.AnalyticsUsers = self.call(
            "GET",
            "/analytics/users",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer
