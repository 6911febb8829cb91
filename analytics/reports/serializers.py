"""The shapes of reports and schedules over HTTP."""

from typing import Any, Final

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.reports import schedules, services, templates
from analytics.reports.models import (
    Cadence,
    Costs,
    Delivery,
    Kind,
    Post,
    Report,
    ReportTemplate,
    Schedule,
    Section,
    Status,
)
from analytics.reports.recipients import MOST
from designer.web.serializers import StrictSerializer

WITHOUT: Final = "Without a template: all of them, if none is named."
TEMPLATE: Final = "Of the team. It says what is in the report; no sections beside it."
TITLE: Final = "In the place of the team's name."
COVER: Final = "Whether the PDF begins with a page of its own."


class Ids(serializers.ListField):
    child = serializers.UUIDField()


class Addresses(serializers.ListField):
    child = serializers.CharField(max_length=254)


class Sections(serializers.ListField):
    child = serializers.ChoiceField(choices=Section.choices)


class ReportRequest(StrictSerializer):
    """`from` and `to` of a custom one alone; the others are of the whole day, week or month before today."""

    team = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Your personal one if none.")
    kind = serializers.ChoiceField(choices=Kind.choices)
    vars()["from"] = serializers.DateField(required=False, allow_null=True, default=None, help_text="The first day.")
    to = serializers.DateField(required=False, allow_null=True, default=None, help_text="The last day, included.")
    timezone = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=64, help_text="The team's, or your own, if none."
    )
    sections = Sections(required=False, max_length=10, allow_null=True, default=None, help_text=WITHOUT)
    template = serializers.UUIDField(required=False, allow_null=True, default=None, help_text=TEMPLATE)
    members = Ids(required=False, max_length=MOST, default=list, help_text="Who gets it by mail.")
    addresses = Addresses(required=False, max_length=MOST, default=list, help_text="The same outside of the team.")

    def wish(self) -> services.ReportWish:
        said = dict(self.validated_data)
        return services.ReportWish(first=said.pop("from"), last=said.pop("to"), zone=said.pop("timezone"), **said)


class ReportTemplateRequest(StrictSerializer):
    team = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Your personal one if none.")
    name = serializers.CharField(max_length=templates.LONGEST_NAME)
    title = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=templates.LONGEST_TITLE, help_text=TITLE
    )
    introduction = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=templates.LONGEST_INTRODUCTION
    )
    sections = Sections(required=False, max_length=10, default=lambda: list(Section.values))
    cover = serializers.BooleanField(required=False, default=True, help_text=COVER)

    def wish(self) -> templates.TemplateWish:
        return templates.TemplateWish(**self.validated_data)


class ReportTemplateChange(StrictSerializer):
    name = serializers.CharField(required=False, max_length=templates.LONGEST_NAME)
    title = serializers.CharField(required=False, allow_blank=True, max_length=templates.LONGEST_TITLE, help_text=TITLE)
    introduction = serializers.CharField(required=False, allow_blank=True, max_length=templates.LONGEST_INTRODUCTION)
    sections = Sections(required=False, max_length=10)
    cover = serializers.BooleanField(required=False, help_text=COVER)


class ReportTemplateSerializer(serializers.ModelSerializer[ReportTemplate]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True, help_text="Who made it.")
    sections = Sections(read_only=True)

    class Meta:
        model = ReportTemplate
        fields = [
            "id", "team", "owner", "name", "title", "introduction", "sections", "cover", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class ReportErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class ReportFileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    bytes = serializers.IntegerField()
    url = serializers.CharField()


class ReportFigureSerializer(serializers.Serializer[Any]):
    """A key figure in words, with what it stands on and what it was before."""

    label = serializers.CharField()  # type: ignore[assignment]  # hides an attribute of the base
    value = serializers.CharField()
    basis = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    href = serializers.CharField(allow_blank=True, help_text="The page with what it counts, where there is one.")


class ReportSerializer(serializers.ModelSerializer[Report]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True)
    schedule = serializers.UUIDField(source="schedule_id", read_only=True, allow_null=True)
    vars()["from"] = serializers.DateField(source="first", read_only=True)
    to = serializers.DateField(source="last", read_only=True)
    timezone = serializers.CharField(source="zone", read_only=True)
    sections = Sections(read_only=True)
    template = serializers.UUIDField(source="template_id", read_only=True, allow_null=True)
    costs = serializers.ChoiceField(choices=Costs.choices, read_only=True, help_text="Whose costs it tells.")
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    error = ReportErrorSerializer(read_only=True, allow_null=True)
    note = serializers.CharField(read_only=True, help_text="What could not be made of it.")
    files = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = [
            "id", "team", "owner", "schedule", "title", "kind", "from", "to", "timezone", "sections", "template",
            "costs", "status", "percent", "error", "note", "files", "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ReportFileSerializer(many=True))
    def get_files(self, row: Report) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "type": each["type"],
                "bytes": each["bytes"],
                "url": reverse("api_report_file", args=[row.pk, name]),
            }
            for name, each in row.shown_files
        ]


class ReportDeliverySerializer(serializers.ModelSerializer[Delivery]):
    member = serializers.UUIDField(source="user_id", read_only=True, allow_null=True, help_text="Null: outside.")
    status = serializers.ChoiceField(choices=Post.choices, read_only=True)
    error = ReportErrorSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Delivery
        fields = ["id", "member", "address", "status", "tries", "error", "created_at", "sent_at"]
        read_only_fields = fields


class ReportDetailSerializer(ReportSerializer):
    sentences = serializers.SerializerMethodField(help_text="The days in a few sentences.")
    figures = serializers.SerializerMethodField(help_text="The key figures, as they stood when it was made.")
    deliveries = serializers.SerializerMethodField(help_text="To whom it went; for its owner and who manages the team.")

    class Meta(ReportSerializer.Meta):
        fields = [*ReportSerializer.Meta.fields, "sentences", "figures", "deliveries"]
        read_only_fields = fields

    def get_sentences(self, row: Report) -> list[str]:
        return list(row.content.get("sentences", []))

    @extend_schema_field(ReportFigureSerializer(many=True))
    def get_figures(self, row: Report) -> Any:
        names = ("label", "value", "basis", "before", "href")
        return [{name: each.get(name, "") for name in names} for each in row.content.get("figures", [])]

    @extend_schema_field(ReportDeliverySerializer(many=True))
    def get_deliveries(self, row: Report) -> Any:
        rows = Delivery.objects.visible_to(self.context["request"].user).filter(report=row)
        return ReportDeliverySerializer(rows.order_by("address"), many=True).data


class ResendRequest(StrictSerializer):
    deliveries = Ids(required=False, max_length=MOST, default=list, help_text="All that failed where none is named.")


class ResentSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()


class ScheduleRequest(StrictSerializer):
    team = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Your personal one if none.")
    cadence = serializers.ChoiceField(choices=Cadence.choices)
    hour = serializers.IntegerField(required=False, min_value=0, max_value=23, default=8)
    weekday = serializers.IntegerField(
        required=False, min_value=1, max_value=7, default=1, help_text="1 is Monday; of a weekly one."
    )
    day = serializers.IntegerField(
        required=False, min_value=1, max_value=31, default=1, help_text="Of a monthly one; in a shorter month its last."
    )
    timezone = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=64, help_text="The team's, or your own, if none."
    )
    sections = Sections(required=False, max_length=10, allow_null=True, default=None, help_text=WITHOUT)
    template = serializers.UUIDField(required=False, allow_null=True, default=None, help_text=TEMPLATE)
    members = Ids(required=False, max_length=MOST, default=list)
    addresses = Addresses(required=False, max_length=MOST, default=list, help_text="Outside of the team.")
    active = serializers.BooleanField(required=False, default=True)

    def wish(self) -> schedules.ScheduleWish:
        said = dict(self.validated_data)
        return schedules.ScheduleWish(zone=said.pop("timezone"), **said)


class ScheduleChange(StrictSerializer):
    cadence = serializers.ChoiceField(choices=Cadence.choices, required=False)
    hour = serializers.IntegerField(required=False, min_value=0, max_value=23)
    weekday = serializers.IntegerField(required=False, min_value=1, max_value=7)
    day = serializers.IntegerField(required=False, min_value=1, max_value=31)
    timezone = serializers.CharField(required=False, max_length=64)
    sections = Sections(required=False, max_length=10)
    template = serializers.UUIDField(required=False, allow_null=True, help_text=TEMPLATE)
    members = Ids(required=False, max_length=MOST)
    addresses = Addresses(required=False, max_length=MOST)
    active = serializers.BooleanField(required=False)

    def said(self) -> dict[str, Any]:
        said = dict(self.validated_data)
        if "timezone" in said:
            said["zone"] = said.pop("timezone")
        return said


class ReportScheduleSerializer(serializers.ModelSerializer[Schedule]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True, help_text="Who answers for it.")
    timezone = serializers.CharField(source="zone", read_only=True)
    sections = Sections(read_only=True)
    template = serializers.UUIDField(source="template_id", read_only=True, allow_null=True)
    members = Ids(read_only=True)
    addresses = Addresses(read_only=True)
    why = serializers.CharField(read_only=True, help_text="Why it was switched off by itself.")

    class Meta:
        model = Schedule
        fields = [
            "id", "team", "owner", "cadence", "hour", "weekday", "day", "timezone", "sections", "template", "members",
            "addresses", "active", "why", "next_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields
