"""Shapes of the batch API: what comes in, what goes out."""

from typing import Any, Final

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from batches.models import Batch, BatchItem, BatchTemplate, ItemStatus
from batches.services import MOST_AT_ONCE, TITLE, USUAL_AT_ONCE, BatchWish
from batches.standing import standstill_of
from designer.assets.models import Asset
from designer.generations.serializers import ErrorSerializer
from designer.web.serializers import StrictSerializer

MOST_URGENT: Final = "0 is the most urgent, 9 the least; among the team's own batches."
ACTIONS = ("start", "pause", "resume", "retry", "clone")


class BatchRequest(StrictSerializer):
    """What to make, for how much, when. `plan` is described in docs/batches.md."""

    plan = serializers.DictField(
        help_text='To enhance a whole collection: {"kind": "enhance", "collection": id, "operations": [...]}'
    )
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=TITLE)
    budget = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        default=None,
        max_length=40,
        help_text="The most it may cost, USD: 25.00",
    )
    parallelism = serializers.IntegerField(
        required=False, default=USUAL_AT_ONCE, min_value=1, max_value=MOST_AT_ONCE, help_text="Items at once."
    )
    priority = serializers.IntegerField(required=False, default=5, min_value=0, max_value=9, help_text=MOST_URGENT)
    run_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    cron = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=120, help_text="Repeats: 30 2 * * 1-5"
    )
    time_zone = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=64, help_text="For cron; the team's, else yours."
    )
    template = serializers.UUIDField(required=False, allow_null=True, default=None)
    start = serializers.BooleanField(required=False, default=True, help_text="False leaves a draft.")

    def wish(self) -> BatchWish:
        return BatchWish(**self.validated_data)


class BatchChange(StrictSerializer):
    title = serializers.CharField(required=False, max_length=TITLE)
    budget = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=40)
    parallelism = serializers.IntegerField(required=False, min_value=1, max_value=MOST_AT_ONCE)
    priority = serializers.IntegerField(required=False, min_value=0, max_value=9, help_text=MOST_URGENT)


class RetryRequest(StrictSerializer):
    unknown = serializers.BooleanField(
        required=False, default=False, help_text="Also those that a provider may have charged for already."
    )


class RangeSerializer(serializers.Serializer[Any]):
    low = serializers.DecimalField(max_digits=12, decimal_places=6)
    high = serializers.DecimalField(max_digits=12, decimal_places=6)


class SecondsSerializer(serializers.Serializer[Any]):
    low = serializers.FloatField()
    high = serializers.FloatField()


class CountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    waiting = serializers.IntegerField()
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class BatchSerializer(serializers.ModelSerializer[Batch]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True)
    reason = ErrorSerializer(allow_null=True, read_only=True)
    counts = serializers.SerializerMethodField()
    percent = serializers.IntegerField(read_only=True)
    estimate = serializers.SerializerMethodField()
    budget = serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True, read_only=True)
    series = serializers.UUIDField(source="series_id", allow_null=True, read_only=True)
    template = serializers.UUIDField(source="template_id", allow_null=True, read_only=True)
    links = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = [
            "id", "team", "owner", "title", "kind", "status", "reason", "counts", "percent", "estimate", "cost",
            "budget", "images", "simulated", "priority", "parallelism", "run_at", "cron", "time_zone", "series",
            "template", "created_at", "started_at", "finished_at", "links",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(CountsSerializer)
    def get_counts(self, row: Batch) -> dict[str, int]:
        return row.counts()

    @extend_schema_field(RangeSerializer)
    def get_estimate(self, row: Batch) -> dict[str, str]:
        return {"low": f"{row.estimate_low:f}", "high": f"{row.estimate_high:f}"}

    def get_links(self, row: Batch) -> dict[str, str]:
        own = reverse("api_batch", args=[row.pk])
        more = ("progress", "items", "errors", "results", "zip", "contact-sheet", "votes", *ACTIONS)
        return {"self": own, **{name: f"{own}/{name}" for name in more}, "channel": f"batch:{row.pk}"}


class BatchDetailSerializer(BatchSerializer):
    waits = serializers.SerializerMethodField(
        help_text="Why the queue begins nothing more of it though it runs; empty where it does."
    )
    plan = serializers.DictField(read_only=True)

    class Meta(BatchSerializer.Meta):
        fields = [*BatchSerializer.Meta.fields, "waits", "plan"]
        read_only_fields = fields

    def get_waits(self, row: Batch) -> str:
        return standstill_of(row)


class ItemAssetSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    thumbnail = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class ItemSerializer(serializers.ModelSerializer[BatchItem]):
    label = serializers.DictField(read_only=True)  # type: ignore[assignment]  # hides an attribute of the base
    brief = serializers.SerializerMethodField()
    estimate = serializers.SerializerMethodField()
    generation = serializers.UUIDField(source="generation_id", allow_null=True, read_only=True)
    enhancement = serializers.UUIDField(source="enhancement_id", allow_null=True, read_only=True)
    assets = serializers.SerializerMethodField()
    error = ErrorSerializer(allow_null=True, read_only=True)

    class Meta:
        model = BatchItem
        fields = [
            "id", "position", "status", "label", "brief", "arm", "cost", "estimate", "provider", "model",
            "generation", "enhancement", "assets", "error", "tries", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_brief(self, row: BatchItem) -> str:
        return str(row.wish.get("brief", ""))

    @extend_schema_field(RangeSerializer)
    def get_estimate(self, row: BatchItem) -> dict[str, str]:
        return {"low": f"{row.low:f}", "high": f"{row.high:f}"}

    @extend_schema_field(ItemAssetSerializer(many=True))
    def get_assets(self, row: BatchItem) -> list[dict[str, Any]]:
        return [asset_json(asset) for asset in row.shown_assets]


def asset_json(asset: Asset) -> dict[str, Any]:
    thumbnail = reverse("api_asset_thumbnail", args=[asset.pk])
    return {"id": str(asset.pk), "thumbnail": thumbnail, "width": asset.width, "height": asset.height}


class ItemPageSerializer(serializers.Serializer[Any]):
    results = ItemSerializer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="Send it as `after` for the next ones.")


class ItemQuery(StrictSerializer):
    status = serializers.ChoiceField(choices=ItemStatus.choices, required=False)
    arm = serializers.ChoiceField(choices=["a", "b"], required=False)
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=100_000)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class PriceGroupSerializer(serializers.Serializer[Any]):
    """Items of one price."""

    count = serializers.IntegerField()
    provider = serializers.CharField()
    model = serializers.CharField()
    title = serializers.CharField()
    images = serializers.IntegerField(help_text="Of each item.")
    low = serializers.DecimalField(max_digits=12, decimal_places=6)
    high = serializers.DecimalField(max_digits=12, decimal_places=6)
    seconds = serializers.FloatField()
    simulated = serializers.BooleanField()


class BudgetStandingSerializer(serializers.Serializer[Any]):
    scope = serializers.CharField()
    limit = serializers.DecimalField(max_digits=12, decimal_places=6)
    spent = serializers.DecimalField(max_digits=14, decimal_places=6)
    reserved = serializers.DecimalField(max_digits=14, decimal_places=6)
    left = serializers.DecimalField(max_digits=14, decimal_places=6)


class PreviewedSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    label = serializers.DictField()  # type: ignore[assignment]  # hides an attribute of the base
    brief = serializers.CharField()
    model = serializers.CharField()
    low = serializers.DecimalField(max_digits=12, decimal_places=6)
    high = serializers.DecimalField(max_digits=12, decimal_places=6)


class BatchEstimateSerializer(serializers.Serializer[Any]):
    """Nothing was written: what this plan would make, cost and take."""

    items = serializers.IntegerField()
    images = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    cost = RangeSerializer()
    simulated = serializers.BooleanField()
    seconds = SecondsSerializer()
    each = PriceGroupSerializer(many=True)
    fits = serializers.IntegerField(help_text="So many items, in order, the budgets have room for.")
    limited_by = serializers.CharField(allow_null=True)
    budgets = BudgetStandingSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    preview = PreviewedSerializer(many=True)


class ProviderStateSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField()
    model = serializers.CharField()
    total = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    in_flight = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=12, decimal_places=6)
    healthy = serializers.BooleanField()
    last_error = serializers.CharField(allow_blank=True)
    waits = serializers.CharField(
        allow_blank=True,
        help_text="Why its items wait that no other model may make, and for how long; empty where none does.",
    )


class ProgressSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    reason = ErrorSerializer(allow_null=True)
    counts = CountsSerializer()
    percent = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=12, decimal_places=6)
    waits = serializers.CharField(
        allow_blank=True, help_text="Why the queue begins nothing more of it; empty where it does."
    )
    per_minute = serializers.FloatField(allow_null=True, help_text="Items that ended, measured over the last minutes.")
    remaining_seconds = serializers.FloatField(allow_null=True, help_text="Null while nothing runs, or can.")
    providers = ProviderStateSerializer(many=True)


class ErrorGroupSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    positions = serializers.ListField(child=serializers.IntegerField(), help_text="The first 20.")


class TemplateRequest(StrictSerializer):
    name = serializers.CharField(max_length=TITLE)
    plan = serializers.DictField()
    team = serializers.UUIDField(required=False, allow_null=True, default=None)


class TemplateSerializer(serializers.ModelSerializer[BatchTemplate]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    owner = serializers.UUIDField(source="owner_id", read_only=True)
    plan = serializers.DictField(read_only=True)

    class Meta:
        model = BatchTemplate
        fields = ["id", "team", "owner", "name", "plan", "created_at"]
        read_only_fields = fields
