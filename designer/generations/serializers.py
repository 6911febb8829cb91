"""Shapes of the generations API: what comes in, what goes out."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.assets.api import AssetSerializer
from designer.generations.models import Generation, Stage, StageRun
from designer.generations.routes import as_it_went
from designer.generations.wishes import (
    DRAW_RANGE,
    DRAW_REMEDY,
    DRAWS,
    MAX_BRIEF,
    MAX_PART,
    MODES,
    QUALITIES,
    RATIOS,
    STRATEGIES,
    GenerationWish,
)
from designer.web.serializers import StrictSerializer


class GenerationRequest(StrictSerializer):
    """What to make. Ids are plain: what you may not see does not exist."""

    brief = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_BRIEF, trim_whitespace=False
    )
    references = serializers.ListField(child=serializers.UUIDField(), required=False, default=list, max_length=8)
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    persona = serializers.UUIDField(required=False, allow_null=True, default=None)
    n = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=8,
        help_text='How many images. Left out: as many as the brief says ("5 midi dresses", at most 8), else 1.',
    )
    best_of = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=8,
        help_text="Make and pay for this many, and show the best n that differ; the others are set aside, not lost.",
    )
    aspect_ratio = serializers.ChoiceField(choices=list(RATIOS), required=False, default="3:4")
    strategy = serializers.ChoiceField(
        choices=list(STRATEGIES),
        required=False,
        help_text="How a model is chosen where none is named; left out: as the team has it, else balanced. cheapest "
        "takes the lowest price of all that can do it; load_balanced the least busy of those that serve about as well, "
        "for at most the price shown.",
    )
    weights = serializers.DictField(
        child=serializers.FloatField(min_value=0),
        required=False,
        default=dict,
        help_text="What the strategy custom goes by: quality, cost, speed, success; only their proportions count.",
    )
    min_quality = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0, max_value=1)
    quality = serializers.ChoiceField(choices=list(QUALITIES), required=False, default="standard")
    fallback = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Whether another model may step in when the chosen one is out of order; never for a model you named.",
    )
    provider = serializers.CharField(required=False, allow_null=True, default=None, max_length=60)
    model = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        max_length=120,
        help_text='A model or a family. With neither this nor provider: the one that the brief names ("with Gemini", '
        '"@gpt-image-2"), else the best by the strategy.',
    )
    seed = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=2**53 - 1)
    draw = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=DRAWS - 1,
        error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), f"{DRAW_RANGE} {DRAW_REMEDY}"),
        help_text="As the preview told it: then the learned and tried words are those that it showed. Left out: drawn "
        "by how often the brief was sent today. A seed goes before it.",
    )
    max_cost = serializers.DecimalField(
        required=False, allow_null=True, default=None, max_digits=12, decimal_places=6, min_value=0
    )
    exact = serializers.BooleanField(required=False, default=False)
    auto_enhance = serializers.JSONField(
        required=False,
        allow_null=True,
        default=None,
        help_text="For each new image: operations (none of them: nothing), or preset; null: the team's usual.",
    )
    corrections = serializers.DictField(required=False, default=dict)
    source = serializers.UUIDField(  # type: ignore[assignment]  # a field of this name hides an attribute of the base
        required=False, allow_null=True, default=None, help_text="The image that this wish began from; kept as lineage."
    )
    mode = serializers.ChoiceField(
        choices=list(MODES),
        required=False,
        default="",
        help_text="How it began from it. An edit and a remix have it among their references; a remix takes the shape "
        "(garment, silhouette, fit, length, neckline, sleeves, construction) from it, all else from the others, where "
        "they show it.",
    )
    part_edits = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=MAX_PART),
        required=False,
        default=dict,
        help_text="Parts of the prompt as the preview tells them, each with what stands in its place; empty: left out.",
    )
    added_words = serializers.CharField(required=False, allow_blank=True, default="", max_length=MAX_PART)
    one_each = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The brief counts garments, and each image is to show one of them. Left out: whether it does.",
    )
    just_words = serializers.MultipleChoiceField(
        choices=["count", "model"],
        required=False,
        default=set,
        help_text="What the brief says of these is no order: its number counts nothing, its name chooses no model.",
    )

    def wish(self) -> GenerationWish:
        said: dict[str, Any] = dict(self.validated_data)
        is_open = {
            "count": said["n"] is None,
            "model": said["model"] is None and said["provider"] is None,
            "one_each": said["one_each"] is None,
            "strategy": "strategy" not in said,
        }
        settled = {
            "n": said["n"] or 1,
            "one_each": bool(said["one_each"]),
            "references": tuple(said["references"]),
            "just_words": frozenset(said["just_words"]),
        }
        return GenerationWish(**(said | settled), unsaid=frozenset(name for name in is_open if is_open[name]))


class StageSerializer(serializers.ModelSerializer[StageRun]):
    output = serializers.SerializerMethodField(
        help_text="What the stage gave. Each model of the routing has its standing (chosen, stepped in or empty) and, "
        "in failed, why it could not finish."
    )

    class Meta:
        model = StageRun
        fields = ["name", "status", "started_at", "finished_at", "cost", "output"]

    @extend_schema_field(OpenApiTypes.ANY)
    def get_output(self, run: StageRun) -> Any:
        return as_it_went(run.output, run.generation) if run.name == Stage.ROUTING else run.output


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class FallbackSerializer(serializers.Serializer[Any]):
    """Another model that stepped in; prices in USD per image."""

    provider = serializers.CharField()
    model = serializers.CharField()
    instead_of = serializers.CharField()
    title = serializers.CharField(required=False)
    title_before = serializers.CharField(required=False)
    code = serializers.CharField()
    reason = serializers.CharField()
    note = serializers.CharField(required=False, help_text="What that means for the price, in words.")
    unit_price = serializers.CharField()
    unit_price_before = serializers.CharField()
    from_image = serializers.IntegerField(required=False, help_text="The first, of 1 to n, that it was to make.")


class ToldSerializer(serializers.Serializer[Any]):
    """What the words of the brief order, beside the garment."""

    name = serializers.CharField(
        help_text="count, model, unknown: a model that is not here; mentioned: a model's or vendor's name that chooses "
        "none; doubt: words with two meanings; garment: one besides that which the attributes describe; language: the "
        "brief is in one that nobody reads here; reading: in one that a language model reads as images are made"
    )
    phrase = serializers.CharField(help_text="The very words that say so; they stay in the brief.")
    value = serializers.JSONField(
        help_text="How many images, which model or family, or which meaning was taken; empty if unknown."
    )
    used = serializers.BooleanField(help_text="False where a field says otherwise, or just_words does.")
    note = serializers.CharField(
        help_text="Why it is not used, or not as it stands; how to say the other meaning; else empty."
    )


class WaitSerializer(ErrorSerializer):
    again_at = serializers.DateTimeField(help_text="When it is tried again, by itself.")


class LinksSerializer(serializers.Serializer[Any]):
    self = serializers.CharField()
    cancel = serializers.CharField()
    retry = serializers.CharField()
    feedback = serializers.CharField()
    channel = serializers.CharField()


class GenerationSerializer(serializers.ModelSerializer[Generation]):
    assets = serializers.SerializerMethodField()
    set_aside = serializers.SerializerMethodField()
    stages = StageSerializer(many=True, read_only=True)
    error = ErrorSerializer(allow_null=True, read_only=True)
    waits = serializers.SerializerMethodField()
    stopping = serializers.BooleanField(
        source="is_stopping",
        read_only=True,
        help_text="It was cancelled; a call that is under way is waited for, because it is billed all the same.",
    )
    cost = serializers.DecimalField(
        max_digits=12,
        decimal_places=6,
        read_only=True,
        allow_null=True,
        help_text="USD paid so far. null at its end: nothing is on record, but a call may have been billed whose end "
        "nobody knows.",
    )
    unsettled = serializers.BooleanField(
        source="is_unsettled",
        read_only=True,
        help_text="How a call of it ended is not known: it may have been billed beyond `cost`.",
    )
    links = serializers.SerializerMethodField()
    understood = serializers.DictField(read_only=True)
    told = serializers.SerializerMethodField()
    fallbacks = FallbackSerializer(many=True, read_only=True)
    model = serializers.CharField(
        read_only=True,
        help_text="That of the newest image, or the one that is to draw. Where another stepped in, each image's "
        "provenance names its own provider and model and what was paid for it.",
    )
    persona = serializers.UUIDField(source="persona_id", allow_null=True, read_only=True)
    source = serializers.UUIDField(  # type: ignore[assignment]  # a field of this name hides an attribute of the base
        source="source_id", allow_null=True, read_only=True
    )
    team = serializers.UUIDField(source="team_id", read_only=True)
    seed = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="What its images are drawn from: the same wish with it gives them again; each says if it was sent.",
    )

    class Meta:
        model = Generation
        fields = [
            "id",
            "team",
            "status",
            "stage",
            "percent",
            "brief",
            "persona",
            "source",
            "mode",
            "understood",
            "told",
            "prompt",
            "negative_prompt",
            "provider",
            "model",
            "fallbacks",
            "seed",
            "estimate",
            "cost",
            "unsettled",
            "simulated",
            "assets",
            "set_aside",
            "stages",
            "error",
            "waits",
            "stopping",
            "links",
            "created_at",
            "started_at",
            "finished_at",
        ]

    @extend_schema_field(ToldSerializer(many=True))
    def get_told(self, row: Generation) -> list[dict[str, Any]]:
        return list(row.settings.get("told", []))

    @extend_schema_field(AssetSerializer(many=True))
    def get_assets(self, row: Generation) -> list[dict[str, Any]]:
        return list(AssetSerializer(row.shown_assets, many=True, context=self.context).data)

    @extend_schema_field(AssetSerializer(many=True))
    def get_set_aside(self, row: Generation) -> list[dict[str, Any]]:
        return list(AssetSerializer(row.set_aside_assets, many=True, context=self.context).data)

    @extend_schema_field(WaitSerializer(allow_null=True))
    def get_waits(self, row: Any) -> dict[str, Any] | None:
        """What the last try came to, while it waits for the next."""
        return WaitSerializer({**row.trouble, "again_at": row.again_at}).data if row.trouble else None

    @extend_schema_field(LinksSerializer)
    def get_links(self, row: Generation) -> dict[str, str]:
        return {
            "self": reverse("api_generation", args=[row.pk]),
            "cancel": reverse("api_generation_cancel", args=[row.pk]),
            "retry": reverse("api_generation_retry", args=[row.pk]),
            "feedback": reverse("api_generation_feedback", args=[row.pk]),
            "channel": f"generation:{row.pk}",
        }


class PromptSerializer(serializers.ModelSerializer[Generation]):
    """What was asked and what it became."""

    favourite = serializers.BooleanField(read_only=True)

    class Meta:
        model = Generation
        fields = ["id", "brief", "prompt", "negative_prompt", "provider", "model", "favourite", "created_at"]


class AttributeSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField()  # any JSON, null among it
    confidence = serializers.FloatField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name hides an attribute of the base
    reason = serializers.CharField(required=False, help_text="What your team's corrections changed, and why.")
    was = serializers.CharField(required=False, help_text="What the photo was read as before that.")


class EstimateSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField()
    model = serializers.CharField()
    title = serializers.CharField()
    n = serializers.IntegerField(help_text="How many images are made and paid for.")
    shown = serializers.IntegerField(help_text="How many of them are shown; the others are set aside.")
    reading = serializers.DecimalField(
        max_digits=12, decimal_places=6, help_text="USD for a language model that reads the brief; part of the total."
    )
    follows = serializers.CharField(allow_blank=True, help_text="What is done to each image that is shown.")
    following = serializers.DecimalField(max_digits=12, decimal_places=6, help_text="USD for it; part of the total.")
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=6)
    total = serializers.DecimalField(max_digits=12, decimal_places=6, help_text="USD, as expected.")
    most = serializers.DecimalField(
        max_digits=12, decimal_places=6, help_text="USD that it may come to at most; so much is set aside."
    )
    seconds = serializers.FloatField()
    simulated = serializers.BooleanField()
    reason = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())
    parts = serializers.DictField(child=serializers.FloatField(), help_text="Of the score, each in 0..1.")
    alternatives = serializers.ListField(
        child=serializers.DictField(),
        help_text="The others, with their scores: total is what the images are expected to cost, most what they may "
        "come to; left_out says why one was not to be chosen: another was named, or a limit of price or quality.",
    )
    excluded = serializers.ListField(child=serializers.DictField(), help_text="Those that could not, and why.")


class PreviewSerializer(serializers.Serializer[Any]):
    understood = serializers.DictField(child=AttributeSerializer())
    told = ToldSerializer(many=True)
    prompt = serializers.CharField(
        help_text="As it is sent, unless a language model is set up: that may word anew what is added to the brief."
    )
    negative_prompt = serializers.CharField()
    parts = serializers.ListField(child=serializers.DictField())
    draw = serializers.IntegerField(help_text="Send it with the wish, and the prompt is drawn as it is shown here.")
    estimate = EstimateSerializer()


class AnalyzeRequest(StrictSerializer):
    brief = serializers.CharField(required=False, allow_blank=True, default="", max_length=MAX_BRIEF)
    references = serializers.ListField(child=serializers.UUIDField(), required=False, default=list, max_length=8)


class AnalysisSerializer(serializers.Serializer[Any]):
    understood = serializers.DictField(child=AttributeSerializer())
