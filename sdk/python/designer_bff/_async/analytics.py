# Written by `manage.py write_contracts` from the API description. Change that, not this.

"""Calls of the API: analytics."""

from pathlib import Path
from typing import Literal, Unpack

from designer_bff import types
from designer_bff._async.http import Caller
from designer_bff._async.pages import AsyncPages
from designer_bff.saying import StrPath, quoted, said


class AnalyticsCalls(Caller):
    async def analytics_costs(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        kind: Literal["generation", "analysis", "prompting", "enhancement", "storage", "adjustment"] | None = None,
        member: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        simulated: Literal["yes", "no"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsCosts:
        """What was charged, over time and by kind, provider, model and member: the ledger's own lines. Of a team
        to whoever may see its billing, to everybody else their own.
        """
        answer: types.AnalyticsCosts = await self.call(
            "GET",
            "/analytics/costs",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "kind": kind,
                "member": member,
                "model": model,
                "provider": provider,
                "simulated": simulated,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    async def analytics_insights(
        self,
        *,
        kind: Literal["cost_per_liked", "liking", "failures", "seconds", "trend"] | None = None,
        state: Literal["shown", "snoozed", "dismissed", "all"] | None = None,
        team: str | None = None,
    ) -> types.AnalyticsInsights:
        """What the last 90 days of your teams tell that is more than chance, as sentences with their evidence; and
        what is lacking to tell more. What is about costs is for those who see all of a team's.
        """
        answer: types.AnalyticsInsights = await self.call(
            "GET", "/analytics/insights", query={"kind": kind, "state": state, "team": team}
        )
        return answer

    async def dismiss_analytics_insight(
        self, insight_id: str, *, idempotency_key: str | None = None
    ) -> types.AnalyticsInsight:
        """Hide an insight from yourself as long as it holds."""
        answer: types.AnalyticsInsight = await self.call(
            "POST", f"/analytics/insights/{quoted(insight_id)}/dismiss", idempotency_key=idempotency_key
        )
        return answer

    async def restore_analytics_insight(
        self, insight_id: str, *, idempotency_key: str | None = None
    ) -> types.AnalyticsInsight:
        """Show yourself an insight again that you dismissed or snoozed."""
        answer: types.AnalyticsInsight = await self.call(
            "POST", f"/analytics/insights/{quoted(insight_id)}/restore", idempotency_key=idempotency_key
        )
        return answer

    async def snooze_analytics_insight(
        self, insight_id: str, *, idempotency_key: str | None = None, **more: Unpack[types.SnoozeAnalyticsInsightWish]
    ) -> types.AnalyticsInsight:
        """Hide an insight from yourself for some days."""
        answer: types.AnalyticsInsight = await self.call(
            "POST",
            f"/analytics/insights/{quoted(insight_id)}/snooze",
            body=said({**more}),
            idempotency_key=idempotency_key,
        )
        return answer

    async def analytics_models(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        member: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        simulated: Literal["yes", "no"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsModels:
        """Each model: success, errors, seconds, what was said of its images, and the price of one that is liked."""
        answer: types.AnalyticsModels = await self.call(
            "GET",
            "/analytics/models",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "member": member,
                "model": model,
                "provider": provider,
                "simulated": simulated,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    async def analytics_overview(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        member: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        simulated: Literal["yes", "no"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsOverview:
        """What was asked for, how it ended, what it cost and how it was liked, in all and over time."""
        answer: types.AnalyticsOverview = await self.call(
            "GET",
            "/analytics/overview",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "member": member,
                "model": model,
                "provider": provider,
                "simulated": simulated,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    async def analytics_quality(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        member: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        simulated: Literal["yes", "no"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsQuality:
        """How good the images were, by measure, by what was said of them and by what was approved: over time, by
        model, persona and garment.
        """
        answer: types.AnalyticsQuality = await self.call(
            "GET",
            "/analytics/quality",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "member": member,
                "model": model,
                "provider": provider,
                "simulated": simulated,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    async def analytics_trends(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        member: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        simulated: Literal["yes", "no"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsTrends:
        """When work is done, every hour of every weekday; what is asked for: attributes, words and briefs; what
        rises and what falls.
        """
        answer: types.AnalyticsTrends = await self.call(
            "GET",
            "/analytics/trends",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "member": member,
                "model": model,
                "provider": provider,
                "simulated": simulated,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    async def analytics_uptime(
        self,
        target: StrPath,
        *,
        format: Literal["json", "csv"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> Path:
        """How often the studio answered its probe of each minute, and how fast."""
        return await self.save(
            target,
            "/analytics/uptime",
            query={"format": format, "from": from_, "interval": interval, "timezone": timezone, "to": to},
        )

    async def analytics_users(
        self,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        member: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        simulated: Literal["yes", "no"] | None = None,
        team: str | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsUsers:
        """Each member: what they asked for and made, on how many days and, where it may be seen, what it cost; and
        of those who began in one week, how many come back.
        """
        answer: types.AnalyticsUsers = await self.call(
            "GET",
            "/analytics/users",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "member": member,
                "model": model,
                "provider": provider,
                "simulated": simulated,
                "team": team,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    def dashboards(
        self,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        shared: bool | None = None,
        team: str | None = None,
    ) -> AsyncPages[types.Dashboard]:
        """Your boards, and those that are shared in your teams."""
        return AsyncPages(
            self, "/dashboards", query={"ordering": ordering, "page_size": page_size, "shared": shared, "team": team}
        )

    async def create_dashboard(
        self, name: str, *, idempotency_key: str | None = None, **more: Unpack[types.CreateDashboardWish]
    ) -> types.Dashboard:
        """Make a board."""
        answer: types.Dashboard = await self.call(
            "POST", "/dashboards", body=said({"name": name, **more}), idempotency_key=idempotency_key
        )
        return answer

    async def dashboard(self, dashboard_id: str) -> types.Dashboard:
        """One board."""
        answer: types.Dashboard = await self.call("GET", f"/dashboards/{quoted(dashboard_id)}")
        return answer

    async def change_dashboard(
        self, dashboard_id: str, *, if_match: str, **more: Unpack[types.ChangeDashboardWish]
    ) -> types.Dashboard:
        """Change what is given; needs If-Match. A widget that is sent as it is stays, though its kind may be gone."""
        answer: types.Dashboard = await self.call(
            "PATCH", f"/dashboards/{quoted(dashboard_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    async def delete_dashboard(self, dashboard_id: str) -> None:
        """Delete it for good."""
        await self.call("DELETE", f"/dashboards/{quoted(dashboard_id)}")

    def reports(
        self,
        *,
        kind: Literal["custom", "daily", "monthly", "weekly"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        schedule: str | None = None,
        search: str | None = None,
        status: list[Literal["cancelled", "done", "failed", "queued", "running"]] | None = None,
        team: str | None = None,
    ) -> AsyncPages[types.Report]:
        """The reports that the caller may see."""
        return AsyncPages(
            self,
            "/reports",
            query={
                "kind": kind,
                "ordering": ordering,
                "page_size": page_size,
                "schedule": schedule,
                "search": search,
                "status": status,
                "team": team,
            },
        )

    async def create_report(
        self, kind: types.ReportKindEnum, *, idempotency_key: str | None = None, **more: Unpack[types.CreateReportWish]
    ) -> types.Report:
        """Have a report made. It is mailed to whom it names once it is there."""
        answer: types.Report = await self.call(
            "POST", "/reports", body=said({"kind": kind, **more}), idempotency_key=idempotency_key
        )
        return answer

    async def report(self, report_id: str) -> types.ReportDetail:
        """One report, as it was made."""
        answer: types.ReportDetail = await self.call("GET", f"/reports/{quoted(report_id)}")
        return answer

    async def delete_report(self, report_id: str) -> None:
        """Delete it, its files and the log of where it went."""
        await self.call("DELETE", f"/reports/{quoted(report_id)}")

    async def cancel_report(self, report_id: str, *, idempotency_key: str | None = None) -> types.Report:
        """Stop making it."""
        answer: types.Report = await self.call(
            "POST", f"/reports/{quoted(report_id)}/cancel", idempotency_key=idempotency_key
        )
        return answer

    async def report_file(self, report_id: str, name: str, target: StrPath) -> Path:
        """A file of it: report.pdf, rows.xlsx, figures.csv, generations.csv, images.csv or charges.csv."""
        return await self.save(target, f"/reports/{quoted(report_id)}/files/{quoted(name)}")

    async def resend_report(
        self, report_id: str, *, idempotency_key: str | None = None, **more: Unpack[types.ResendReportWish]
    ) -> types.Resent:
        """Send it again to whom it could not be sent. Whoever has it does not get it twice."""
        answer: types.Resent = await self.call(
            "POST", f"/reports/{quoted(report_id)}/resend", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    def report_schedules(
        self,
        *,
        active: bool | None = None,
        cadence: Literal["daily", "monthly", "weekly"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        team: str | None = None,
    ) -> AsyncPages[types.ReportSchedule]:
        """When reports are made by themselves, in the teams that the caller manages."""
        return AsyncPages(
            self,
            "/reports/schedules",
            query={"active": active, "cadence": cadence, "ordering": ordering, "page_size": page_size, "team": team},
        )

    async def create_report_schedule(
        self,
        cadence: types.ReportCadenceEnum,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateReportScheduleWish],
    ) -> types.ReportSchedule:
        """Have reports made by themselves. Whoever sets them up answers for them."""
        answer: types.ReportSchedule = await self.call(
            "POST", "/reports/schedules", body=said({"cadence": cadence, **more}), idempotency_key=idempotency_key
        )
        return answer

    async def report_schedule(self, schedule_id: str) -> types.ReportSchedule:
        """One schedule."""
        answer: types.ReportSchedule = await self.call("GET", f"/reports/schedules/{quoted(schedule_id)}")
        return answer

    async def change_report_schedule(
        self, schedule_id: str, *, if_match: str, **more: Unpack[types.ChangeReportScheduleWish]
    ) -> types.ReportSchedule:
        """Change what is given, or switch it on or off; needs If-Match. Who changes it answers for it from then
        on.
        """
        answer: types.ReportSchedule = await self.call(
            "PATCH", f"/reports/schedules/{quoted(schedule_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    async def delete_report_schedule(self, schedule_id: str) -> None:
        """Have no more made. The reports that there are stay."""
        await self.call("DELETE", f"/reports/schedules/{quoted(schedule_id)}")

    def report_templates(
        self,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        team: str | None = None,
    ) -> AsyncPages[types.ReportTemplate]:
        """The templates of reports of the caller's teams."""
        return AsyncPages(
            self,
            "/reports/templates",
            query={"ordering": ordering, "page_size": page_size, "search": search, "team": team},
        )

    async def create_report_template(
        self, name: str, *, idempotency_key: str | None = None, **more: Unpack[types.CreateReportTemplateWish]
    ) -> types.ReportTemplate:
        """Keep what the team wants in its reports under a name; for owners and admins."""
        answer: types.ReportTemplate = await self.call(
            "POST", "/reports/templates", body=said({"name": name, **more}), idempotency_key=idempotency_key
        )
        return answer

    async def report_template(self, template_id: str) -> types.ReportTemplate:
        """One template of reports."""
        answer: types.ReportTemplate = await self.call("GET", f"/reports/templates/{quoted(template_id)}")
        return answer

    async def change_report_template(
        self, template_id: str, *, if_match: str, **more: Unpack[types.ChangeReportTemplateWish]
    ) -> types.ReportTemplate:
        """Change what is given; needs If-Match. Reports that there are stay; those of schedules follow from then
        on.
        """
        answer: types.ReportTemplate = await self.call(
            "PATCH", f"/reports/templates/{quoted(template_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    async def delete_report_template(self, template_id: str) -> None:
        """Delete it, if no schedule uses it. The reports that were made of it stay."""
        await self.call("DELETE", f"/reports/templates/{quoted(template_id)}")
