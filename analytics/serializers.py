"""The shapes of figures over HTTP. Money is text with every digit; null is said of what is not known or not there."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics import burndown
from analytics.anomalies import BACK, KNOWN, METHODS, METRICS
from analytics.answers import About, BurnDown, Slice
from analytics.forecasting import ETS
from analytics.insights import GOING, LEVEL
from analytics.insights import KINDS as INSIGHT_KINDS
from analytics.insights import METHODS as INSIGHT_METHODS
from analytics.measures import Figures
from analytics.models import Insight
from analytics.noticing import STATES
from analytics.periods import INTERVALS
from designer.pipeline.records import ATTRIBUTES

TERM_KINDS: Final = (*(each for each in ATTRIBUTES if each != "photography"), "word")


def dollars(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=20, decimal_places=6, **more)


def micros(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))


class WallTime(serializers.DateTimeField):
    """An instant as the clock on the wall has it, with that zone's offset."""

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


class AnalyticsRateSerializer(serializers.Serializer[Any]):
    """`numerator` of `denominator`; `low` to `high` is Wilson's 95 % interval. Null of none."""

    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class AnalyticsMeanSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)


class AnalyticsLatencySerializer(serializers.Serializer[Any]):
    """Seconds from the first stage to the last image of those that brought some; null of none."""

    count = serializers.IntegerField()
    p50 = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    p99 = serializers.FloatField(allow_null=True)


class AnalyticsMoneySerializer(serializers.Serializer[Any]):
    """USD, from the ledger alone."""

    amount = dollars(allow_null=True, help_text="Paid to providers, as far as known; null where nothing is known.")
    simulated = dollars(help_text="Reckoned for what was paid to nobody; not part of amount.")
    unpriced = serializers.IntegerField(help_text="Images of paid providers without a charge: their cost is unknown.")


class AnalyticsFiguresSerializer(serializers.Serializer[Any]):
    asked = serializers.IntegerField(source="work.asked", help_text="Generations.")
    succeeded = serializers.IntegerField(source="work.succeeded")
    partial = serializers.IntegerField(source="work.partial")  # type: ignore[assignment]  # hides an attribute of the base
    failed = serializers.IntegerField(source="work.failed")
    cancelled = serializers.IntegerField(source="work.cancelled")
    live = serializers.IntegerField(help_text="Not ended yet.")
    success = AnalyticsRateSerializer(help_text="Succeeded, of those that succeeded, brought a part or failed.")
    images = serializers.IntegerField(source="work.images", help_text="Without those that were set aside.")
    set_aside = serializers.IntegerField(source="work.set_aside")
    simulated_images = serializers.IntegerField(source="work.simulated", help_text="Of the images.")
    rated = serializers.IntegerField(source="work.rated", help_text="Of the images: somebody said something of them.")
    satisfaction = AnalyticsRateSerializer(help_text="Images with more said for than against them, of the rated ones.")
    rating = AnalyticsMeanSerializer(help_text="Of the ratings from 1 to 5.")
    quality = AnalyticsMeanSerializer(help_text="Of the measured quality from 0 to 1.")
    cost = AnalyticsMoneySerializer(source="money", allow_null=True, help_text="Null where you may not see it.")
    cost_per_image = dollars(allow_null=True, help_text="Null where a part of the cost is unknown, and of none.")
    cost_per_liked = dollars(allow_null=True, help_text="By image that is liked; null as cost_per_image.")


class AnalyticsSpanSerializer(serializers.Serializer[Any]):
    start = WallTime(source="bucket.start")
    end = WallTime(source="bucket.end", help_text="Not included.")
    whole = serializers.BooleanField(source="bucket.whole", help_text="Whether the range does not cut it short.")
    figures = AnalyticsFiguresSerializer()


class AnalyticsCostSpanSerializer(serializers.Serializer[Any]):
    start = WallTime(source="bucket.start")
    end = WallTime(source="bucket.end", help_text="Not included.")
    whole = serializers.BooleanField(source="bucket.whole", help_text="Whether the range does not cut it short.")
    cost = AnalyticsMoneySerializer(source="figures.money")


class AnalyticsAboutSerializer(serializers.Serializer[About]):
    vars()["from"] = serializers.DateField(source="period.first")
    to = serializers.DateField(source="period.last")
    interval = serializers.ChoiceField(source="period.interval", choices=INTERVALS)
    timezone = serializers.CharField(source="period.zone")
    teams = serializers.ListField(source="scope.teams", child=serializers.UUIDField())
    costs_of = serializers.ChoiceField(
        source="scope.costs_of",
        choices=["team", "own", "both"],
        help_text="Whose costs are told: whole teams', your own, or of some teams all and of others your own.",
    )
    pending = serializers.BooleanField(source="lag.pending", help_text="Whether something is still to be worked out.")
    lag_seconds = serializers.FloatField(source="lag.seconds", help_text="How long the oldest of it has waited.")


class AnalyticsAnswerSerializer(serializers.Serializer[Any]):
    about = AnalyticsAboutSerializer()
    totals = AnalyticsFiguresSerializer()
    previous = AnalyticsFiguresSerializer(allow_null=True, help_text="With compare=previous.")


class AnalyticsOverviewSerializer(AnalyticsAnswerSerializer):
    latency = AnalyticsLatencySerializer()
    active_members = serializers.IntegerField(help_text="Who asked for something.")
    series = AnalyticsSpanSerializer(many=True)
    previous_series = AnalyticsSpanSerializer(many=True)


class AnalyticsMoneyTotalsSerializer(serializers.Serializer[Any]):
    about = AnalyticsAboutSerializer()
    totals = AnalyticsMoneySerializer(source="totals.money")
    previous = serializers.SerializerMethodField(help_text="With compare=previous.")

    @extend_schema_field(AnalyticsMoneySerializer(allow_null=True))
    def get_previous(self, answer: Any) -> Any:
        earlier: Figures | None = answer.previous
        return AnalyticsMoneySerializer(earlier.money).data if earlier else None


class AnalyticsCostOfKindSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    cost = AnalyticsMoneySerializer(source="money")


class AnalyticsCostOfProviderSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField(allow_blank=True)
    cost = AnalyticsMoneySerializer(source="money")


class AnalyticsCostOfModelSerializer(AnalyticsCostOfProviderSerializer):
    model = serializers.CharField(allow_blank=True)


class AnalyticsCostOfMemberSerializer(serializers.Serializer[Any]):
    member = serializers.UUIDField(allow_null=True, help_text="Null: in nobody's name.")
    name = serializers.CharField(allow_blank=True)
    cost = AnalyticsMoneySerializer(source="money")


class AnalyticsBandSerializer(serializers.Serializer[Any]):
    """USD: what is expected, and what is meant to hold it in 80 and in 95 of 100 cases."""

    expected = dollars()
    low_80 = dollars()
    high_80 = dollars()
    low_95 = dollars()
    high_95 = dollars()


class AnalyticsForecastDaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    cost = AnalyticsBandSerializer()


class AnalyticsForecastSerializer(serializers.Serializer[Any]):
    """What a team may spend, worked out after each of its midnights from its last 400 days."""

    since = serializers.DateField(help_text="The first day that is forecast.")
    timezone = serializers.CharField(source="zone")
    made_at = serializers.DateTimeField()
    method = serializers.ChoiceField(choices=[ETS], allow_blank=True, help_text="Empty where there is none.")
    refusal = serializers.CharField(allow_blank=True, help_text="Why there is none, or none that is recent.")
    looked_back = serializers.IntegerField(help_text="Days.")
    busy = serializers.IntegerField(help_text="Of these, with something paid.")
    error = dollars(allow_null=True, help_text="By how much four weeks that were held back differed from the forecast.")
    naive_error = dollars(allow_null=True, help_text="The same of a seasonal naive forecast.")
    month = AnalyticsBandSerializer(allow_null=True, help_text="The month of `since`, with what was paid in it before.")
    ahead = AnalyticsBandSerializer(allow_null=True, help_text="30 days from `since` on.")
    days = AnalyticsForecastDaySerializer(many=True)


class AnalyticsBudgetDaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    spent = dollars()
    left = dollars(help_text="At the end of the day, or now.")


class AnalyticsBudgetAheadSerializer(serializers.Serializer[Any]):
    """USD that are left at the end of a day to come: in the middle, and what is meant to hold it in 80 of 100 cases."""

    day = serializers.DateField()
    expected = dollars()
    low = dollars()
    high = dollars()


class AnalyticsPaceSerializer(serializers.Serializer[Any]):
    """Where a budget leads, by whole weeks of its last 84 days that are drawn again and again."""

    method = serializers.ChoiceField(choices=[burndown.METHOD])
    per_day = dollars(help_text="On the mean of the days looked back upon.")
    days = serializers.IntegerField(help_text="Whole days that were looked back upon.")
    busy = serializers.IntegerField(help_text="Of these, with something charged.")
    unpriced = serializers.IntegerField(
        help_text="Images of these days (of a batch: items) without a price: it is at least so much a day."
    )
    chance = serializers.FloatField(help_text="Of how many ways (0 to 1) nothing is left by the end.")
    used_up = serializers.DateField(allow_null=True, help_text="In the middle; null: not before the end.")
    earliest = serializers.DateField(allow_null=True, help_text="After one of ten ways.")
    latest = serializers.DateField(allow_null=True, help_text="After nine of ten ways.")
    ahead = AnalyticsBudgetAheadSerializer(many=True, help_text="From today on.")


class AnalyticsBudgetSerializer(serializers.Serializer[Any]):
    """A budget and how it is used up. What is simulated counts in it, by days and months in UTC."""

    scope = serializers.ChoiceField(choices=["team", "batch", "member"])
    subject = serializers.UUIDField(help_text="The team, batch or member.")
    name = serializers.CharField()
    limit = dollars()
    spent = dollars()
    simulated = dollars(help_text="Of what is spent: paid to nobody.")
    reserved = dollars(help_text="Set aside for work that is under way.")
    left = dollars(help_text="Neither spent nor reserved.")
    end = serializers.DateField(allow_null=True, help_text="Its last day; null: it has none, 60 days are looked at.")
    days = AnalyticsBudgetDaySerializer(many=True)
    elsewhere = dollars(
        help_text="Of what is spent: charged on none of these days; below 0: on them, counted elsewhere. 0 while a day "
        "before today is being worked out anew."
    )
    stopped = serializers.IntegerField(
        help_text="Days left out: nine tenths of it, or of the team's, were used up, which may have refused the rest."
    )
    changed = serializers.DateField(
        allow_null=True,
        help_text="When its limit was last set, if days before it are looked back upon.",
    )
    unpriced = serializers.IntegerField(
        help_text="Images of this month, today's included (of a batch: items), without a price: at least so much is "
        "used up."
    )
    pace = serializers.SerializerMethodField()
    refusal = serializers.CharField(allow_blank=True, help_text="Why no pace is told.")

    @extend_schema_field(AnalyticsPaceSerializer(allow_null=True))
    def get_pace(self, row: BurnDown) -> Any:
        if row.pace is None:
            return None
        ahead = [{"day": row.day_of(n), **_usd(each)} for n, each in enumerate(row.pace.ahead)]
        days = {"used_up": row.used_up, "earliest": row.earliest, "latest": row.latest}
        plain = {"days": row.pace.days, "busy": row.pace.busy, "chance": row.pace.chance}
        plain["unpriced"] = row.unpriced_past
        told = {"method": burndown.METHOD, "per_day": micros(row.pace.per_day), **plain, **days, "ahead": ahead}
        return AnalyticsPaceSerializer(told).data


def _usd(each: burndown.Ahead) -> dict[str, Decimal]:
    return {name: micros(getattr(each, name)) for name in ("expected", "low", "high")}


class AnalyticsAnomalySerializer(serializers.Serializer[Any]):
    """A day that is far from what the team's days before it let expect."""

    team = serializers.UUIDField()
    day = serializers.DateField()
    timezone = serializers.CharField(source="zone", help_text="The team's, when it was looked at.")
    metric = serializers.ChoiceField(
        choices=METRICS, help_text="cost: USD paid; failures: generations; seconds: the median of a generation."
    )
    value = serializers.FloatField()
    expected = serializers.FloatField()
    low = serializers.FloatField(help_text="Up to high: not far from what is expected.")
    high = serializers.FloatField()
    days = serializers.IntegerField(help_text="Days before it, with which it was compared.")
    of = serializers.IntegerField(help_text="Generations that ended or were timed; of a cost, images.")
    images = serializers.IntegerField(help_text="Made on that day, not simulated.")
    method = serializers.ChoiceField(choices=sorted(set(METHODS.values())))


class AnalyticsLookedSerializer(serializers.Serializer[Any]):
    team = serializers.UUIDField()
    since = serializers.DateField(help_text="The days before it were looked at.")
    timezone = serializers.CharField(source="zone")
    known = serializers.DictField(
        child=serializers.IntegerField(),
        help_text=f"By metric, days of the last {BACK} of which something is known; below {KNOWN} none is judged.",
    )


class AnalyticsAnomaliesSerializer(serializers.Serializer[Any]):
    found = AnalyticsAnomalySerializer(
        many=True, help_text="The last first; costs of teams all of whose costs you see."
    )
    looked = AnalyticsLookedSerializer(many=True, help_text="Each team that was looked at, once a day.")


class AnalyticsCostsSerializer(AnalyticsMoneyTotalsSerializer):
    series = AnalyticsCostSpanSerializer(many=True)
    kinds = AnalyticsCostOfKindSerializer(many=True)
    providers = AnalyticsCostOfProviderSerializer(many=True)
    models = AnalyticsCostOfModelSerializer(many=True)
    members = AnalyticsCostOfMemberSerializer(many=True)
    budgets = AnalyticsBudgetSerializer(
        many=True, help_text="Of one team, the most used first: all for whoever sees its costs, else your own."
    )
    anomalies = AnalyticsAnomaliesSerializer()
    forecast = AnalyticsForecastSerializer(
        allow_null=True, help_text="Of one team, for whoever sees all of its costs; null before the first was made."
    )


class AnalyticsModelFiguresSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True, help_text="Empty: ended before a model was chosen.")
    simulated = serializers.BooleanField()
    figures = AnalyticsFiguresSerializer()
    latency = AnalyticsLatencySerializer()
    errors = serializers.DictField(  # type: ignore[assignment]  # hides an attribute of the base
        source="faults", child=serializers.IntegerField(), help_text="How many ended with each code."
    )


class AnalyticsSliceSerializer(serializers.Serializer[Slice]):
    """What its images were worth; of money, what was charged for images alone."""

    asked = serializers.IntegerField(source="figures.work.asked", help_text="Generations.")
    success = AnalyticsRateSerializer(source="figures.success")
    images = serializers.IntegerField(source="figures.work.images", help_text="Without those that were set aside.")
    simulated_images = serializers.IntegerField(source="figures.work.simulated")
    satisfaction = AnalyticsRateSerializer(source="figures.satisfaction", help_text="Liked, of the rated ones.")
    rating = AnalyticsMeanSerializer(source="figures.rating")
    quality = AnalyticsMeanSerializer(source="figures.quality")
    approved = AnalyticsRateSerializer(help_text="Of the images: in a review that stands, itself or a version of it.")
    cost = AnalyticsMoneySerializer(source="figures.money")
    cost_per_image = dollars(source="figures.cost_per_image", allow_null=True)
    cost_per_liked = dollars(source="figures.cost_per_liked", allow_null=True)
    cost_per_approved = dollars(allow_null=True, help_text="Null where a part of the cost is unknown, and of none.")


class AnalyticsPersonaSliceSerializer(AnalyticsSliceSerializer):
    persona = serializers.UUIDField(
        allow_null=True, help_text="Null: made for none, or the persona or the generation is gone."
    )
    name = serializers.CharField(allow_blank=True)


class AnalyticsGarmentSliceSerializer(AnalyticsSliceSerializer):
    garment = serializers.CharField(allow_blank=True, help_text="Empty: it was not understood, or nobody knows.")


class AnalyticsMakerSliceSerializer(AnalyticsSliceSerializer):
    provider = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    simulated = serializers.BooleanField()


class AnalyticsQualitySerializer(AnalyticsAnswerSerializer):
    series = AnalyticsSpanSerializer(many=True)
    models = AnalyticsModelFiguresSerializer(many=True)
    personas = AnalyticsPersonaSliceSerializer(many=True, help_text="Those with the most images first.")
    garments = AnalyticsGarmentSliceSerializer(many=True)
    makers = AnalyticsMakerSliceSerializer(many=True, help_text="By model, with what was approved.")


class AnalyticsModelsSerializer(AnalyticsAnswerSerializer):
    models = AnalyticsModelFiguresSerializer(many=True)


class AnalyticsMemberSerializer(serializers.Serializer[Any]):
    member = serializers.UUIDField(
        allow_null=True,
        help_text="Null: in nobody's name or, with a name, the sum of those whose costs you may not see.",
    )
    name = serializers.CharField(allow_blank=True)
    figures = AnalyticsFiguresSerializer()
    days_active = serializers.IntegerField(help_text="Days on which they asked for something.")
    last_active = serializers.DateTimeField(allow_null=True, help_text="To the quarter of an hour.")


class AnalyticsReturnSerializer(serializers.Serializer[Any]):
    week = serializers.DateField(help_text="Its Monday.")
    active = AnalyticsRateSerializer(help_text="Asked for something in this week, of the cohort.")
    whole = serializers.BooleanField(help_text="The week is over.")


class AnalyticsCohortSerializer(serializers.Serializer[Any]):
    """Members who first asked for something in the same week, and how many of them did so in each week from then on."""

    week = serializers.DateField(allow_null=True, help_text="Its Monday; null: before all weeks that are told.")
    members = serializers.IntegerField()
    returns = AnalyticsReturnSerializer(many=True)


class AnalyticsUsersSerializer(AnalyticsAnswerSerializer):
    members = AnalyticsMemberSerializer(many=True)
    cohorts = AnalyticsCohortSerializer(
        many=True, help_text="Of the last 12 weeks of the range that have begun; a cohort without anybody is left out."
    )


class AnalyticsHourSerializer(serializers.Serializer[Any]):
    weekday = serializers.IntegerField(help_text="1 is Monday.")
    hour = serializers.IntegerField()
    asked = serializers.IntegerField()
    images = serializers.IntegerField()
    rated = serializers.IntegerField()
    liked = serializers.IntegerField()


class AnalyticsTermSerializer(serializers.Serializer[Any]):
    term = serializers.CharField()
    rate = AnalyticsRateSerializer(help_text="Of the generations that are not in the trash.")


class AnalyticsAttributeSerializer(AnalyticsTermSerializer):
    kind = serializers.ChoiceField(choices=TERM_KINDS[:-1], help_text="The attribute.")


class AnalyticsPromptSerializer(AnalyticsTermSerializer):
    generation = serializers.UUIDField(help_text="The last one that says it.")


class AnalyticsMovedSerializer(serializers.Serializer[Any]):
    """Something that another share of the generations names since `middle` than before."""

    kind = serializers.ChoiceField(choices=TERM_KINDS, help_text="An attribute, or `word`.")
    term = serializers.CharField()
    rises = serializers.BooleanField()
    before = AnalyticsRateSerializer()
    after = AnalyticsRateSerializer()
    difference = serializers.FloatField(source="compared.estimate", help_text="Of the shares (-1 to 1).")
    low = serializers.FloatField(source="compared.low", help_text="Up to high: its 95 % interval.")
    high = serializers.FloatField(source="compared.high")
    p = serializers.FloatField(source="compared.p", help_text="How often chance alone does as much.")


class AnalyticsTermsSerializer(serializers.Serializer[Any]):
    """What is asked for; what lies in the trash is no part of it."""

    asked = serializers.IntegerField(help_text="Generations.")
    attributes = AnalyticsAttributeSerializer(many=True, help_text="Of each the 8 most asked for.")
    words = AnalyticsTermSerializer(many=True, help_text="Of the briefs, the 30 most used.")
    prompts = AnalyticsPromptSerializer(many=True, help_text="Briefs that were asked for twice or more, the 10 most.")
    middle = serializers.DateField(help_text="The first day of the later half.")
    moved = AnalyticsMovedSerializer(many=True, help_text="What rose and fell in the later half, the surest first.")
    method = serializers.SerializerMethodField()
    tests = serializers.IntegerField(help_text="Made at once; Holm's method holds at 0.05 for all of them.")
    lacking = serializers.CharField(allow_blank=True, help_text="Why nothing of `moved` can be told.")

    def get_method(self, row: Any) -> str:
        return "difference_day_jackknife"


class AnalyticsTrendsSerializer(AnalyticsAnswerSerializer):
    hours = AnalyticsHourSerializer(many=True)
    terms = AnalyticsTermsSerializer(
        allow_null=True, help_text="Null of more than 92 days in a zone for which days are not kept: UTC has them."
    )


class AnalyticsInsightGroupSerializer(serializers.Serializer[Any]):
    """One side of what is compared; what is not counted of it is left out."""

    name = serializers.CharField()
    provider = serializers.CharField(required=False)
    first = serializers.DateField(required=False, help_text="Where it begins later than `from`.")
    last = serializers.DateField(required=False, help_text="Where it ends before `to`.")
    images = serializers.IntegerField(required=False)
    rated = serializers.IntegerField(required=False)
    liked = serializers.IntegerField(required=False)
    counted = serializers.IntegerField(required=False, help_text="Of the rated: by people who rated both sides.")
    cost = dollars(required=False)
    ended = serializers.IntegerField(required=False, help_text="Generations.")
    failed = serializers.IntegerField(required=False)
    timed = serializers.IntegerField(required=False, help_text="Generations that brought images.")
    seconds = serializers.FloatField(required=False, help_text="Their median.")


class AnalyticsEvidenceSerializer(serializers.Serializer[Any]):
    """What an insight stands on."""

    method = serializers.ChoiceField(choices=sorted(set(INSIGHT_METHODS.values())))
    estimate = serializers.FloatField(help_text="A ratio (costs, seconds), or a difference of shares (0 to 1).")
    low = serializers.FloatField(help_text="Up to high: its 95 % interval.")
    high = serializers.FloatField()
    p = serializers.FloatField(help_text="How often chance alone does as much.")
    tests = serializers.IntegerField(help_text="Made at once; Holm's method holds at `level` for all of them.")
    level = serializers.FloatField(
        required=False, help_text=f"{LEVEL}, or {GOING} where it was told before and goes on at that alone."
    )
    vars()["from"] = serializers.DateField()
    to = serializers.DateField()
    timezone = serializers.CharField()
    groups = AnalyticsInsightGroupSerializer(many=True, help_text="Of two, the first differs from the second.")


class AnalyticsInsightSerializer(serializers.Serializer[Insight]):
    id = serializers.UUIDField()
    team = serializers.UUIDField(source="team_id")
    kind = serializers.ChoiceField(choices=INSIGHT_KINDS)
    sentence = serializers.CharField()
    images = serializers.IntegerField(help_text="How many images it counts; 0: generations.")
    since = serializers.DateField(help_text="When it was found first.")
    told_at = serializers.DateTimeField(help_text="When it was found last.")
    state = serializers.ChoiceField(choices=STATES, help_text="To you alone.")
    hidden_until = serializers.DateTimeField(allow_null=True)
    evidence = AnalyticsEvidenceSerializer()


class AnalyticsLackingSerializer(serializers.Serializer[Any]):
    """Why nothing of a kind can be told yet: there are `have` of the `need` that are needed."""

    kind = serializers.ChoiceField(choices=INSIGHT_KINDS)
    have = serializers.IntegerField()
    need = serializers.IntegerField()
    said = serializers.CharField()


class AnalyticsInsightLookSerializer(serializers.Serializer[Any]):
    team = serializers.UUIDField()
    since = serializers.DateField(help_text="The days before it were looked at.")
    timezone = serializers.CharField(source="zone")
    lacking = AnalyticsLackingSerializer(many=True)


class AnalyticsInsightsSerializer(serializers.Serializer[Any]):
    insights = AnalyticsInsightSerializer(many=True, help_text="The surest first.")
    looked = AnalyticsInsightLookSerializer(
        many=True, help_text="Each team that was looked at; it is done after midnight."
    )
