"""A team with everything in it, for tests that walk the whole house."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from analytics.billing.models import Statement
from analytics.dashboards.models import Dashboard
from analytics.models import Insight
from analytics.reports.files import folder
from analytics.reports.models import Delivery as ReportDelivery
from analytics.reports.models import Report, ReportTemplate, Schedule
from batches.automations.models import Automation, AutomationRun
from batches.models import Batch, BatchItem, BatchTemplate
from batches.webhooks.models import Delivery, Endpoint
from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.generations.models import Generation
from designer.notifications.models import Alert, Notification
from designer.personas.models import AttributeCorrection, Feedback, LearnedWeight, LearningAct, LearningMove, Persona
from designer.personas.portfolio_models import PortfolioImport
from designer.sessions.models import ReviewSession, SessionVote
from designer.sessions.services import open_session
from enhancement.models import Enhancement, EnhancementPreset, EnhancementPreview
from teams.accounts.models import ApiToken, User
from teams.base.sealing import seal
from teams.membership.invitations import invite
from teams.membership.models import Invitation, Membership, Team
from teams.review.approvals.models import Approval
from teams.review.approvals.services import Request, request_approval
from teams.review.collections.models import Collection, CollectionItem
from teams.review.collections.services import create
from teams.review.models import Comment
from teams.sharing.models import Share
from teams.sharing.services import Wish, share
from tests.factories import MembershipFactory, TeamFactory, UserFactory

SECRET = "chartreuse-walrus"
WEBHOOK_SECRETS = ("whsec_marigold", "whsec_heliotrope")  # the present one and the one before

BOX = {"left": 0, "top": 0, "width": 96, "height": 96}


@dataclass
class World:
    team: Team
    people: dict[str, User]
    asset: Asset
    generation: Generation
    enhancement: Enhancement
    persona: Persona
    token: ApiToken
    weight: LearnedWeight
    move: LearningMove
    portfolio: PortfolioImport
    correction: AttributeCorrection
    notification: Notification
    preset: EnhancementPreset
    preview: EnhancementPreview
    batch: Batch
    template: BatchTemplate
    webhook: Endpoint
    delivery: Delivery
    comment: Comment
    alert: Alert
    collection: Collection
    session: ReviewSession
    invitation: Invitation
    approval: Approval
    share: Share
    guest: User
    report: Report
    schedule: Schedule
    insight: Insight
    dashboard: Dashboard
    report_template: ReportTemplate
    automation: Automation
    statement: Statement

    def id_for(self, route: str, name: str) -> Any:
        """What the placeholder `name` means in `route`; None when the walk has not been told."""
        if name in ("team", "team_id", "teamId") or (name in ("pk", "id") and "teams/<" in route):
            return self.team.pk
        if name in ("user", "user_id", "userId"):
            return self.people["editor"].pk
        if name == "did":
            return self.delivery.pk
        if name == "name":
            return "figures.csv"
        if name == "number":
            return 0
        if name == "kind":
            return "like"
        if name == "worker_id":
            return uuid.uuid4()
        if name == "lane":
            return "gpu"
        if name == "service":
            return "replicate"
        if name == "invitation_id":
            return self.invitation.pk
        if name == "collection_id":
            return self.collection.pk
        if name == "asset_id":
            return self.asset.pk
        if name == "slug":
            return self.team.slug
        if name == "statement":
            return self.statement.pk
        if name == "sign":
            return "love"
        if name == "comment_id":
            return self.comment.pk
        if name == "approval_id":
            return self.approval.pk
        if name == "automation_id":
            return self.automation.pk
        if name == "share_id":
            return self.share.pk
        if name == "image_id":
            return self.asset.pk
        for word, row in self._rows():
            if word in route:
                return row.pk
        return None

    def _rows(self) -> list[tuple[str, Any]]:
        return [
            ("reports/schedules/", self.schedule),
            ("reports/templates/", self.report_template),
            ("reports/", self.report),
            ("dashboards/", self.dashboard),
            ("batch/templates/", self.template),
            ("batch/", self.batch),
            ("batches/templates/", self.template),
            ("batches/", self.batch),
            ("collections/", self.collection),
            ("sessions/", self.session),
            ("assets/", self.asset),
            ("generations/", self.generation),
            ("enhance/previews/", self.preview),
            ("enhancements/previews/", self.preview),
            ("enhance/presets/", self.preset),
            ("enhance/", self.enhancement),
            ("enhancements/presets/", self.preset),
            ("enhancements/", self.enhancement),
            ("portfolios/", self.portfolio),
            ("style/imports/", self.portfolio),
            ("personas/", self.persona),
            ("corrections/", self.correction),
            ("tokens/", self.token),
            ("notifications/", self.notification),
            ("alerts/", self.alert),
            ("analytics/insights/", self.insight),
            ("webhooks/", self.webhook),
            ("learning/moves/", self.move),
            ("learning/", self.weight),
            ("style/moves/", self.move),
            ("style/weights/", self.weight),
        ]

    def readable(self) -> list[str]:
        a, g, e = self.asset.pk, self.generation.pk, self.enhancement.pk
        return [
            f"/assets/{a}",
            f"/assets/{a}/enhancements",
            f"/generations/{g}",
            f"/generations/{g}/card",
            f"/api/assets/{a}",
            f"/api/assets/{a}/content",
            f"/api/assets/{a}/understood",
            f"/api/assets/{a}/lineage",
            f"/assets/{a}/lineage",
            f"/api/assets/{a}/thumbnail?w=320",
            f"/api/generations/{g}",
            f"/api/enhance/{e}",
            f"/api/enhance/presets/{self.preset.pk}",
            f"/api/enhance/previews/{self.preview.pk}",
            f"/enhancements/previews/{self.preview.pk}",
            f"/enhancements/{e}/row",
            f"/enhancements/new?asset={a}",
            f"/api/personas/{self.persona.pk}/drift",
            f"/api/portfolios/{self.portfolio.pk}",
            f"/api/portfolios/{self.portfolio.pk}/items",
            f"/style/personas/{self.persona.pk}",
            f"/style/imports/{self.portfolio.pk}",
            f"/style/imports/{self.portfolio.pk}/row",
            f"/batches/{self.batch.pk}",
            f"/batches/{self.batch.pk}/head",
            f"/batches/{self.batch.pk}/row",
            f"/api/batch/{self.batch.pk}",
            f"/api/batch/{self.batch.pk}/progress",
            f"/api/batch/{self.batch.pk}/items",
            f"/api/batch/{self.batch.pk}/errors",
            f"/api/batch/{self.batch.pk}/results",
            f"/api/batch/{self.batch.pk}/zip",
            f"/api/batch/{self.batch.pk}/contact-sheet",
            f"/api/batch/templates/{self.template.pk}",
            f"/api/teams/{self.team.pk}",
            f"/api/teams/{self.team.pk}/generations",
            f"/api/teams/{self.team.pk}/activity",
            f"/teams/{self.team.pk}/activity",
            f"/api/teams/{self.team.pk}/analytics",
            f"/api/analytics/overview?team={self.team.pk}",
            f"/api/analytics/insights?team={self.team.pk}",
            f"/analytics?team={self.team.pk}",
            f"/analytics/reports/{self.report.pk}",
            f"/analytics/reports/{self.report.pk}/head",
            f"/api/reports/{self.report.pk}",
            f"/api/reports/{self.report.pk}/files/figures.csv",
            f"/analytics/dashboards/{self.dashboard.pk}",
            f"/api/dashboards/{self.dashboard.pk}",
            f"/teams/{self.team.pk}",
            f"/teams/{self.team.pk}/automations",
            f"/teams/{self.team.pk}/automations/{self.automation.pk}",
            f"/api/teams/{self.team.pk}/automations",
            f"/api/teams/{self.team.pk}/automations/{self.automation.pk}",
            f"/api/teams/{self.team.pk}/automations/{self.automation.pk}/runs",
            f"/api/teams/{self.team.pk}/comments",
            f"/api/teams/{self.team.pk}/comments/{self.comment.pk}",
            f"/api/teams/{self.team.pk}/comments/{self.comment.pk}/history",
            f"/comments/{self.comment.pk}/history",
            f"/api/assets/{a}/comments",
            f"/api/webhooks/{self.webhook.pk}",
            f"/collections/{self.collection.pk}",
            f"/collections/{self.collection.pk}/sessions",
            f"/sessions/{self.session.pk}",
            f"/assets/{a}/approval",
            f"/assets/{a}/shares",
            f"/collections/{self.collection.pk}/shares",
            f"/batches/{self.batch.pk}/shares",
            f"/teams/{self.team.pk}/shares",
            f"/api/teams/{self.team.pk}/shares",
            "/shared",
            "/api/shared",
            "/reviews?show=all",
            f"/api/teams/{self.team.pk}/approvals",
            f"/api/teams/{self.team.pk}/approvals/{self.approval.pk}",
            f"/api/teams/{self.team.pk}/collections",
            f"/api/teams/{self.team.pk}/collections/{self.collection.pk}",
            f"/api/teams/{self.team.pk}/collections/{self.collection.pk}/assets",
            f"/api/teams/{self.team.pk}/sessions",
            f"/api/sessions/{self.session.pk}",
            f"/api/sessions/{self.session.pk}/images",
            f"/api/sessions/{self.session.pk}/images/{self.asset.pk}",
        ]

    def deletable(self) -> list[str]:
        return [f"/api/assets/{self.asset.pk}", f"/api/generations/{self.generation.pk}"]

    def channels(self) -> list[str]:
        return [
            f"asset:{self.asset.pk}",
            f"generation:{self.generation.pk}",
            f"enhancement:{self.enhancement.pk}",
            f"preview:{self.preview.pk}",
            f"portfolio:{self.portfolio.pk}",
            f"batch:{self.batch.pk}",
            f"collection:{self.collection.pk}",
            f"session:{self.session.pk}",
            f"automation:{self.automation.pk}",
            f"team:{self.team.pk}",
            f"report:{self.report.pk}",
        ]

    def secrets(self) -> list[str]:
        return [SECRET, str(self.asset.pk), str(self.generation.pk), str(self.team.pk)]

    def fingerprint(self) -> dict[str, Any]:
        """What must not change under a viewer's hands."""
        own = {"team_id": self.team.pk}
        return {
            "assets": sorted(Asset.objects.filter(**own).values_list("pk", "title", "trashed_at")),
            "generations": sorted(Generation.objects.filter(**own).values_list("pk", "status", "trashed_at")),
            "enhancements": sorted(Enhancement.objects.filter(**own).values_list("pk", "status")),
            "previews": sorted(EnhancementPreview.objects.filter(**own).values_list("pk", "status")),
            "presets": sorted(EnhancementPreset.objects.filter(**own).values_list("pk", "name", "version")),
            "personas": sorted(Persona.objects.filter(**own).values_list("pk", "name")),
            "portfolios": sorted(PortfolioImport.objects.filter(**own).values_list("pk", "status")),
            "batches": sorted(Batch.objects.filter(**own).values_list("pk", "status", "title")),
            "templates": sorted(BatchTemplate.objects.filter(**own).values_list("pk", "name")),
            "corrections": AttributeCorrection.objects.filter(**own).count(),
            "comments": sorted(
                Comment.objects.filter(**own).values_list("pk", "text", "deleted_at", "resolved_at", "reactions__sign")
            ),
            "approvals": sorted(Approval.objects.filter(**own).values_list("pk", "status", "reviewers__verdict")),
            "feedback": Feedback.objects.filter(**own).count(),
            "weights": sorted(LearnedWeight.objects.filter(**own).values_list("key", "alpha", "beta")),
            "members": sorted(Membership.objects.filter(**own).values_list("user_id", "role")),
            "invitations": sorted(Invitation.objects.filter(**own).values_list("pk", "serial", "revoked_at")),
            "shares": sorted(Share.objects.filter(**own).values_list("pk", "expires_at", "revoked_at", "may_download")),
            "webhooks": sorted(Endpoint.objects.filter(**own).values_list("pk", "status", "url", "secret")),
            "deliveries": sorted(Delivery.objects.filter(**own).values_list("pk", "status")),
            "automations": sorted(Automation.objects.filter(**own).values_list("pk", "name", "active", "owner")),
            "automation runs": sorted(AutomationRun.objects.filter(**own).values_list("pk", "status", "tries")),
            "collections": sorted(Collection.objects.filter(**own).values_list("pk", "name", "trashed_at")),
            "collected": sorted(CollectionItem.objects.filter(**own).values_list("collection", "asset", "position")),
            "sessions": sorted(ReviewSession.objects.filter(**own).values_list("pk", "status", "presenter", "present")),
            "session votes": SessionVote.objects.filter(**own).count(),
            "reports": sorted(Report.objects.filter(**own).values_list("pk", "status", "title")),
            "schedules": sorted(Schedule.objects.filter(**own).values_list("pk", "active", "next_at")),
            "report templates": sorted(ReportTemplate.objects.filter(**own).values_list("pk", "name", "cover")),
            "report mails": sorted(ReportDelivery.objects.filter(**own).values_list("pk", "status")),
            "dashboards": sorted(Dashboard.objects.filter(**own).values_list("pk", "name", "shared", "updated_at")),
            "name": Team.objects.get(pk=self.team.pk).name,
        }


def picture(colour: str = "#1f6b52") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (96, 128), colour).save(file, "PNG")
    file.seek(0)
    return file


def build_world() -> World:
    owner = UserFactory()
    team = TeamFactory(owner=owner)
    people = {role: MembershipFactory(team=team, role=role).user for role in ("admin", "editor", "viewer")}
    people |= {"owner": owner, "stranger": UserFactory()}
    editor = people["editor"]
    asset = store_upload(actor=editor, team_id=team.pk, file=picture(), name=f"{SECRET}.png")
    generation = Generation.objects.create(team=team, owner=editor, brief=f"a coat, {SECRET}", status="succeeded")
    generation.references.add(asset)
    enhancement = Enhancement.objects.create(
        team=team, owner=editor, source=asset, operations=[{"name": "upscale", "scale": 2}], recipe_digest="0" * 64
    )
    preview = EnhancementPreview.objects.create(team=team, owner=editor, source=asset, box=BOX)
    persona = Persona.objects.create(team=team, owner=editor, name=f"{SECRET} persona")
    token = ApiToken.objects.create(user=editor, name=SECRET, prefix="x", digest=uuid.uuid4().hex * 2)
    weight = LearnedWeight.objects.create(team=team, key=f"attribute:{persona.pk}:fabric=silk", alpha=4, beta=2)
    act = LearningAct.objects.create(team=team, owner=editor, kind="give", about=f"like, {SECRET}")
    about = {"alpha_before": 3, "beta_before": 2, "alpha_after": 4, "beta_after": 2}
    move = LearningMove.objects.create(team=team, act=act, key=weight.key, **about)
    portfolio = PortfolioImport.objects.create(team=team, owner=editor, title=f"{SECRET} portfolio")
    correction = AttributeCorrection.objects.create(
        team=team, owner=editor, subject_digest="0" * 64, attribute="mood", before=None, after=SECRET
    )
    notification = Notification.objects.create(
        user=editor, team_id=team.pk, kind="generation", subject=f"generation:{generation.pk}", title=SECRET
    )
    preset = EnhancementPreset.objects.create(team=team, owner=editor, name=f"{SECRET} preset", operations=[])
    plan = {"base": {"brief": f"a coat, {SECRET}"}}
    batch = Batch.objects.create(team=team, owner=editor, title=f"{SECRET} batch", plan=plan)
    BatchItem.objects.create(team=team, batch=batch, position=1, wish=plan["base"])
    template = BatchTemplate.objects.create(team=team, owner=editor, name=f"{SECRET} template", plan=plan)
    webhook = Endpoint.objects.create(
        team=team, owner=owner, url=f"https://hooks.example/{SECRET}", patterns=["batch.*"], secret=""
    )
    webhook.secret, webhook.old_secret = (seal(word, about=webhook.sealed_for) for word in WEBHOOK_SECRETS)
    webhook.save()
    delivery = Delivery.objects.create(
        team=team,
        endpoint=webhook,
        number=1,
        type="batch.complete",
        channel=f"batch:{uuid.uuid4()}",
        seq=1,
        data={"title": SECRET},
        happened_at=timezone.now(),
        status="dead",
        next_at=timezone.now(),
        finished_at=timezone.now(),
    )
    comment = Comment.objects.create(team=team, asset=asset, author=editor, text=f"{SECRET}, said")
    alert = Alert.objects.create(team_id=team.pk, kind="budget", title=f"{SECRET} is used up")
    collection = create(actor=editor, team_id=team.pk, name=f"{SECRET} collection", assets=[asset.pk])
    session = open_session(actor=editor, team_id=team.pk, collection=collection.pk)
    invitation, _ = invite(actor=owner, team_id=team.pk, email=f"{SECRET}@example.org", role="editor")
    wish = Request(asset=asset.pk, reviewers=[people["admin"].pk], note=f"{SECRET}, please")
    approval = request_approval(actor=editor, team_id=team.pk, wish=wish)
    guest = UserFactory()
    given = Wish(about=("asset", asset.pk), email=guest.email, may_comment=True, may_download=True)
    shared, _ = share(actor=editor, team_id=team.pk, wish=given)
    schedule = Schedule.objects.create(
        team=team, owner=owner, cadence="weekly", zone="UTC", addresses=[f"{SECRET}@example.org"], active=False,
        next_at=timezone.now(),
    )  # fmt: skip
    report_template = ReportTemplate.objects.create(
        team=team, owner=owner, name=f"{SECRET} layout", title=SECRET, introduction=SECRET, sections=["images"]
    )
    line = {"id": SECRET, "name": SECRET, "note": "", "charges": 1, "owed": "1.500000", "simulated": "0.000000"}
    statement = Statement.objects.create(
        team=team, number=1, month="2026-10-01", called=team.name, charges=1, owed="1.5", simulated=0, late=0,
        words=SECRET,
        lines={"kinds": [line], "models": [line], "members": [line], "batches": [line], "corrections": [], "late": []},
    )  # fmt: skip
    report = Report.objects.create(
        team=team, owner=editor, title=f"{SECRET} report", kind="daily", first="2026-11-03", last="2026-11-03",
        zone="UTC", costs="none", status="done", content={"sentences": [SECRET], "is_empty": True},
    )  # fmt: skip
    path = default_storage.save(f"{folder(report)}/1/figures.csv", ContentFile(SECRET.encode()))
    report.files = {"figures.csv": {"path": path, "bytes": len(SECRET), "type": "text/csv; charset=utf-8"}}
    report.save()
    ReportDelivery.objects.create(team=team, report=report, address=f"{SECRET}@example.org", status="failed")
    evidence = {
        "method": "log_day_medians_welch",
        "estimate": 2.0,
        "low": 1.5,
        "high": 3.0,
        "p": 0.0001,
        "tests": 3,
    }
    evidence |= {"from": "2026-09-01", "to": "2026-11-29", "timezone": "UTC", "groups": [], "provider": "", "model": ""}
    insight = Insight.objects.create(
        team=team, kind="seconds", key="seconds", sentence=f"{SECRET} is slow", about_costs=False, evidence=evidence,
        images=0, since=timezone.now().date(), told_at=timezone.now(),
    )  # fmt: skip
    automation = Automation.objects.create(
        team=team, owner=owner, name=f"{SECRET} to print", target="4K", collects=True, collection=collection
    )
    AutomationRun.objects.create(
        team=team, automation=automation, approval=approval, asset=asset, status="failed", finished_at=timezone.now(),
        error={"code": "budget", "message": SECRET, "remedy": ""},
    )  # fmt: skip
    dashboard = Dashboard.objects.create(
        team=team, owner=editor, name=f"{SECRET} board", shared=True,
        widgets=[{"id": str(uuid.uuid4()), "kind": kind} for kind in ("figures", "terms", "gone")],
    )  # fmt: skip
    return World(
        team=team,
        people=people,
        asset=asset,
        generation=generation,
        enhancement=enhancement,
        persona=persona,
        token=token,
        weight=weight,
        move=move,
        portfolio=portfolio,
        correction=correction,
        notification=notification,
        preset=preset,
        preview=preview,
        batch=batch,
        template=template,
        webhook=webhook,
        delivery=delivery,
        comment=comment,
        alert=alert,
        collection=collection,
        session=session,
        invitation=invitation,
        approval=approval,
        share=shared,
        guest=guest,
        report=report,
        schedule=schedule,
        insight=insight,
        dashboard=dashboard,
        report_template=report_template,
        automation=automation,
        statement=statement,
    )
