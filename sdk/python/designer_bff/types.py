# Written by `manage.py write_contracts` from the API description. Change that, not this.

"""What the studio answers, and what it may be told, as types."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict

AboutEnum: TypeAlias = Literal["attribute", "model"]

ActivityKindEnum: TypeAlias = Literal[
    "generation",
    "enhancement",
    "upload",
    "batch",
    "comment",
    "feedback",
    "review",
    "collection",
    "session",
    "share",
    "team",
]

AlertKindEnum: TypeAlias = Literal["provider", "budget", "maintenance"]

AnalyticsAnomalyMethodEnum: TypeAlias = Literal["p_prime_mad", "weekday_median_mad"]

AnalyticsAttributeKindEnum: TypeAlias = Literal[
    "garment",
    "silhouette",
    "fit",
    "length",
    "neckline",
    "sleeves",
    "fabric",
    "fabric_weight",
    "texture",
    "finish",
    "pattern",
    "colours",
    "construction",
    "aesthetic",
    "mood",
    "season",
    "occasion",
    "formality",
]

AnalyticsBudgetScopeEnum: TypeAlias = Literal["team", "batch", "member"]

AnalyticsEvidenceMethodEnum: TypeAlias = Literal[
    "difference_day_jackknife", "log_day_medians_welch", "log_ratio_day_jackknife", "weekly_difference_day_jackknife"
]

AnalyticsInsightKindEnum: TypeAlias = Literal["cost_per_liked", "liking", "failures", "seconds", "trend"]

AnalyticsInsightStateEnum: TypeAlias = Literal["shown", "snoozed", "dismissed"]

AnalyticsMovedKindEnum: TypeAlias = Literal[
    "garment",
    "silhouette",
    "fit",
    "length",
    "neckline",
    "sleeves",
    "fabric",
    "fabric_weight",
    "texture",
    "finish",
    "pattern",
    "colours",
    "construction",
    "aesthetic",
    "mood",
    "season",
    "occasion",
    "formality",
    "word",
]

AnalyticsPaceMethodEnum: TypeAlias = Literal["weekly_block_bootstrap"]

ApprovalAnswerStatusEnum: TypeAlias = Literal["open", "changes_requested", "rejected", "approved", "withdrawn"]

ApprovalEnum: TypeAlias = Literal["open", "changes_requested", "rejected", "approved", "withdrawn", "re_review"]

ApprovalVerdictEnum: TypeAlias = Literal["approve", "changes_requested", "reject"]

AspectRatioEnum: TypeAlias = Literal["1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9"]

AssetKindEnum: TypeAlias = Literal["reference", "generated", "enhanced"]

AttributeDriftVerdictEnum: TypeAlias = Literal["too_few", "steady", "moving", "apart"]

AutomationRunStatusEnum: TypeAlias = Literal[
    "waiting", "enhancing", "delivering", "delivered", "failed", "skipped", "cancelled"
]

AutomationScopeEnum: TypeAlias = Literal["team", "collection", "batch"]

AutomationTargetEnum: TypeAlias = Literal["2K", "4K", "8K"]

BasisKindEnum: TypeAlias = Literal["measured", "partly measured", "estimated"]

BatchItemStatusEnum: TypeAlias = Literal["waiting", "queued", "running", "succeeded", "failed", "cancelled"]

BatchKindEnum: TypeAlias = Literal["generate", "enhance"]

BatchStatusEnum: TypeAlias = Literal[
    "draft", "scheduled", "running", "paused", "completed", "partial", "failed", "cancelled"
]

BlankEnum: TypeAlias = Literal[""]

CallOutcomeEnum: TypeAlias = Literal["started", "succeeded", "failed", "unknown", "superseded"]

CheckVerdictEnum: TypeAlias = Literal["ok", "warn", "failed", "unknown"]

ChoiceEnum: TypeAlias = Literal["left", "right", "tie"]

CircuitEnum: TypeAlias = Literal["closed", "open", "trial"]

CostsOfEnum: TypeAlias = Literal["team", "own", "both"]

CredentialsStateEnum: TypeAlias = Literal["valid", "unsigned", "broken", "unavailable"]

DaysEnum: TypeAlias = Literal[7, 30, 90, 365]

EnhancementStatusEnum: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled"]

FeedbackKindEnum: TypeAlias = Literal["like", "dislike", "pick", "rating", "comment"]

GenerationModeEnum: TypeAlias = Literal["variation", "similar", "edit", "remix"]

GenerationRequestModeEnum: TypeAlias = Literal["variation", "similar", "edit", "remix"]

GenerationStatusEnum: TypeAlias = Literal["queued", "running", "succeeded", "partial", "failed", "cancelled"]

HeldEnum: TypeAlias = Literal["paused", "no_worker"]

IntervalEnum: TypeAlias = Literal["hour", "day", "week", "month"]

InvitationStateEnum: TypeAlias = Literal["open", "accepted", "revoked", "expired"]

JustWordsEnum: TypeAlias = Literal["count", "model"]

KindOfCostEnum: TypeAlias = Literal["generation", "analysis", "prompting", "enhancement", "storage", "adjustment"]

LaneEnum: TypeAlias = Literal["interactive", "batch", "gpu", "io", "remote"]

LearningActEnum: TypeAlias = Literal["give", "withdraw", "revert", "undo"]

LevelEnum: TypeAlias = Literal["info", "warning", "error"]

LifeAnswerStateEnum: TypeAlias = Literal["open", "archived", "deleted"]

LifecycleEnum: TypeAlias = Literal["active", "deprecated", "retired"]

LimitsScopeEnum: TypeAlias = Literal["model", "account"]

LineageStepKindEnum: TypeAlias = Literal[
    "upload", "generation", "variation", "similar", "edit", "remix", "enhancement", "hidden"
]

MethodEnum: TypeAlias = Literal["ets"]

MetricEnum: TypeAlias = Literal["cost", "failures", "seconds"]

ModelKindEnum: TypeAlias = Literal["image", "enhancement", "language"]

NullEnum: TypeAlias = None

OutcomeLineOutcomeEnum: TypeAlias = Literal["yes", "no", "perhaps", "tie", "none"]

OwnRoleEnum: TypeAlias = Literal["admin", "editor", "viewer"]

PaceEnum: TypeAlias = Literal["at_once", "hourly", "daily", "weekly"]

PolicyEnum: TypeAlias = Literal["all_of", "one_of", "owner_last"]

PortfolioItemStatusEnum: TypeAlias = Literal["waiting", "read", "duplicate", "refused", "ignored"]

QualityEnum: TypeAlias = Literal["draft", "standard", "high"]

QueuedJobStatusEnum: TypeAlias = Literal[
    "scheduled", "queued", "leased", "retrying", "succeeded", "failed", "dead", "cancelled"
]

RemainingKindEnum: TypeAlias = Literal[
    "measured", "partly measured", "estimated", "overdue", "retry", "paused", "no_worker", "held"
]

ReportCadenceEnum: TypeAlias = Literal["daily", "weekly", "monthly"]

ReportCostsEnum: TypeAlias = Literal["none", "own", "team"]

ReportKindEnum: TypeAlias = Literal["daily", "weekly", "monthly", "custom"]

ReportMailEnum: TypeAlias = Literal["waiting", "sending", "sent", "failed", "refused", "barred", "unsubscribed"]

ReportSectionEnum: TypeAlias = Literal["costs", "quality", "models", "members", "images"]

ReportStatusEnum: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]

RightsEnum: TypeAlias = Literal["view", "comment", "download"]

RoleEnum: TypeAlias = Literal["owner", "admin", "editor", "viewer"]

RunsChangeActionEnum: TypeAlias = Literal["cancel", "retry"]

ScopeEnum: TypeAlias = Literal["team", "member"]

ScopesEnum: TypeAlias = Literal["read", "write", "admin"]

SessionStatusEnum: TypeAlias = Literal["open", "ended"]

SessionVoteEnum: TypeAlias = Literal["yes", "no", "perhaps"]

ShareKindEnum: TypeAlias = Literal["asset", "collection", "batch"]

ShareStateEnum: TypeAlias = Literal["open", "resting", "expired", "revoked"]

SignEnum: TypeAlias = Literal["agree", "love", "celebrate", "smile", "looking", "done"]

SimulatedEnum: TypeAlias = Literal["yes", "no"]

StageEnum: TypeAlias = Literal["analysis", "prompting", "persona", "routing", "optimisation", "generation"]

StageStatusEnum: TypeAlias = Literal["running", "succeeded", "failed", "cancelled"]

StepStatusEnum: TypeAlias = Literal["waiting", "running", "done", "skipped"]

StrategyEnum: TypeAlias = Literal["balanced", "quality", "cost", "speed", "cheapest", "load_balanced", "custom"]

TimerWishActionEnum: TypeAlias = Literal["start", "pause", "reset"]

UptimeCheckNameEnum: TypeAlias = Literal["web", "database", "redis", "storage"]

WayEnum: TypeAlias = Literal["link", "person", "team"]

WebhookDeliveryStatusEnum: TypeAlias = Literal["waiting", "sending", "delivered", "dead"]

WebhookStatusEnum: TypeAlias = Literal["enabled", "disabled", "removed"]

WhyEnum: TypeAlias = Literal["person", "gone", "failing", "owner_left"]

WorkerStateEnum: TypeAlias = Literal["working", "idle", "draining", "drained", "silent"]


class Act(TypedDict):
    """One thing somebody did. `said` and `unsaid`: ids of the feedback that appeared and went by it."""

    id: str
    team: str
    owner: str | None
    kind: LearningActEnum
    about: str
    told: str
    said: list[str]
    unsaid: list[str]
    undoes: str | None
    undone: bool
    moves: list[WeightMove]
    created_at: str


class Activity(TypedDict):
    """One thing that happened: `actor` `did` `title`."""

    id: str
    kind: ActivityKindEnum
    at: str
    actor: Doer | None
    did: str
    title: str
    whom: Doer | None
    about: str
    link: str
    note: str
    images: list[str]
    cost: str | None


class AddedAnswer(TypedDict):
    added: int


class AgendaImage(TypedDict):
    asset: str | None
    position: int
    title: str
    gone: bool
    seconds: int | None
    width: int | None
    height: int | None
    transparent: bool | None
    url: str | None
    thumbnail: str | None
    voted: int
    tally: TallyAnswer | None
    mine: MyVote | None


class AgendaImageInFull(TypedDict):
    asset: str | None
    position: int
    title: str
    gone: bool
    seconds: int | None
    width: int | None
    height: int | None
    transparent: bool | None
    url: str | None
    thumbnail: str | None
    voted: int
    tally: TallyAnswer | None
    mine: MyVote | None
    votes: list[SeenVote]


class Alert(TypedDict):
    id: str
    kind: AlertKindEnum
    level: LevelEnum
    team: str | None
    title: str
    text: str
    link: str
    starts_at: str | None
    ends_at: str | None
    created_at: str


class Analysis(TypedDict):
    understood: dict[str, Attribute]


AnalyticsAbout = TypedDict(
    "AnalyticsAbout",
    {
        "from": "str",
        "to": "str",
        "interval": "IntervalEnum",
        "timezone": "str",
        "teams": "list[str]",
        "costs_of": "CostsOfEnum",
        "pending": "bool",
        "lag_seconds": "float",
    },
)


class AnalyticsAnomalies(TypedDict):
    found: list[AnalyticsAnomaly]
    looked: list[AnalyticsLooked]


class AnalyticsAnomaly(TypedDict):
    """A day that is far from what the team's days before it let expect."""

    team: str
    day: str
    timezone: str
    metric: MetricEnum
    value: float
    expected: float
    low: float
    high: float
    days: int
    of: int
    images: int
    method: AnalyticsAnomalyMethodEnum


class AnalyticsAttribute(TypedDict):
    term: str
    rate: AnalyticsRate
    kind: AnalyticsAttributeKindEnum


class AnalyticsBand(TypedDict):
    """USD: what is expected, and what is meant to hold it in 80 and in 95 of 100 cases."""

    expected: str
    low_80: str
    high_80: str
    low_95: str
    high_95: str


class AnalyticsBudget(TypedDict):
    """A budget and how it is used up. What is simulated counts in it, by days and months in UTC."""

    scope: AnalyticsBudgetScopeEnum
    subject: str
    name: str
    limit: str
    spent: str
    simulated: str
    reserved: str
    left: str
    end: str | None
    days: list[AnalyticsBudgetDay]
    elsewhere: str
    stopped: int
    changed: str | None
    unpriced: int
    pace: AnalyticsPace | None
    refusal: str


class AnalyticsBudgetAhead(TypedDict):
    """USD that are left at the end of a day to come: in the middle, and what is meant to hold it in 80 of 100
    cases.
    """

    day: str
    expected: str
    low: str
    high: str


class AnalyticsBudgetDay(TypedDict):
    day: str
    spent: str
    left: str


class AnalyticsCohort(TypedDict):
    """Members who first asked for something in the same week, and how many of them did so in each week from then
    on.
    """

    week: str | None
    members: int
    returns: list[AnalyticsReturn]


class AnalyticsCostOfKind(TypedDict):
    kind: str
    cost: AnalyticsMoney


class AnalyticsCostOfMember(TypedDict):
    member: str | None
    name: str
    cost: AnalyticsMoney


class AnalyticsCostOfModel(TypedDict):
    provider: str
    cost: AnalyticsMoney
    model: str


class AnalyticsCostOfProvider(TypedDict):
    provider: str
    cost: AnalyticsMoney


class AnalyticsCostSpan(TypedDict):
    start: str
    end: str
    whole: bool
    cost: AnalyticsMoney


class AnalyticsCosts(TypedDict):
    about: AnalyticsAbout
    totals: AnalyticsMoney
    previous: AnalyticsMoney | None
    series: list[AnalyticsCostSpan]
    kinds: list[AnalyticsCostOfKind]
    providers: list[AnalyticsCostOfProvider]
    models: list[AnalyticsCostOfModel]
    members: list[AnalyticsCostOfMember]
    budgets: list[AnalyticsBudget]
    anomalies: AnalyticsAnomalies
    forecast: AnalyticsForecast | None


AnalyticsEvidence = TypedDict(
    "AnalyticsEvidence",
    {
        "method": "AnalyticsEvidenceMethodEnum",
        "estimate": "float",
        "low": "float",
        "high": "float",
        "p": "float",
        "tests": "int",
        "level": "float",
        "from": "str",
        "to": "str",
        "timezone": "str",
        "groups": "list[AnalyticsInsightGroup]",
    },
)


class AnalyticsFigures(TypedDict):
    asked: int
    succeeded: int
    partial: int
    failed: int
    cancelled: int
    live: int
    success: AnalyticsRate
    images: int
    set_aside: int
    simulated_images: int
    rated: int
    satisfaction: AnalyticsRate
    rating: AnalyticsMean
    quality: AnalyticsMean
    cost: AnalyticsMoney | None
    cost_per_image: str | None
    cost_per_liked: str | None


class AnalyticsForecast(TypedDict):
    """What a team may spend, worked out after each of its midnights from its last 400 days."""

    since: str
    timezone: str
    made_at: str
    method: MethodEnum | BlankEnum
    refusal: str
    looked_back: int
    busy: int
    error: str | None
    naive_error: str | None
    month: AnalyticsBand | None
    ahead: AnalyticsBand | None
    days: list[AnalyticsForecastDay]


class AnalyticsForecastDay(TypedDict):
    day: str
    cost: AnalyticsBand


class AnalyticsGarmentSlice(TypedDict):
    """What its images were worth; of money, what was charged for images alone."""

    asked: int
    success: AnalyticsRate
    images: int
    simulated_images: int
    satisfaction: AnalyticsRate
    rating: AnalyticsMean
    quality: AnalyticsMean
    approved: AnalyticsRate
    cost: AnalyticsMoney
    cost_per_image: str | None
    cost_per_liked: str | None
    cost_per_approved: str | None
    garment: str


class AnalyticsHour(TypedDict):
    weekday: int
    hour: int
    asked: int
    images: int
    rated: int
    liked: int


class AnalyticsInsight(TypedDict):
    id: str
    team: str
    kind: AnalyticsInsightKindEnum
    sentence: str
    images: int
    since: str
    told_at: str
    state: AnalyticsInsightStateEnum
    hidden_until: str | None
    evidence: AnalyticsEvidence


class AnalyticsInsightGroup(TypedDict):
    """One side of what is compared; what is not counted of it is left out."""

    name: str
    provider: str
    first: str
    last: str
    images: int
    rated: int
    liked: int
    counted: int
    cost: str
    ended: int
    failed: int
    timed: int
    seconds: float


class AnalyticsInsightLook(TypedDict):
    team: str
    since: str
    timezone: str
    lacking: list[AnalyticsLacking]


class AnalyticsInsights(TypedDict):
    insights: list[AnalyticsInsight]
    looked: list[AnalyticsInsightLook]


class AnalyticsLacking(TypedDict):
    """Why nothing of a kind can be told yet: there are `have` of the `need` that are needed."""

    kind: AnalyticsInsightKindEnum
    have: int
    need: int
    said: str


class AnalyticsLatency(TypedDict):
    """Seconds from the first stage to the last image of those that brought some; null of none."""

    count: int
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None


class AnalyticsLooked(TypedDict):
    team: str
    since: str
    timezone: str
    known: dict[str, int]


class AnalyticsMakerSlice(TypedDict):
    """What its images were worth; of money, what was charged for images alone."""

    asked: int
    success: AnalyticsRate
    images: int
    simulated_images: int
    satisfaction: AnalyticsRate
    rating: AnalyticsMean
    quality: AnalyticsMean
    approved: AnalyticsRate
    cost: AnalyticsMoney
    cost_per_image: str | None
    cost_per_liked: str | None
    cost_per_approved: str | None
    provider: str
    model: str
    simulated: bool


class AnalyticsMean(TypedDict):
    count: int
    mean: float | None


class AnalyticsMember(TypedDict):
    member: str | None
    name: str
    figures: AnalyticsFigures
    days_active: int
    last_active: str | None


class AnalyticsModelFigures(TypedDict):
    provider: str
    model: str
    simulated: bool
    figures: AnalyticsFigures
    latency: AnalyticsLatency
    errors: dict[str, int]


class AnalyticsModels(TypedDict):
    about: AnalyticsAbout
    totals: AnalyticsFigures
    previous: AnalyticsFigures | None
    models: list[AnalyticsModelFigures]


class AnalyticsMoney(TypedDict):
    """USD, from the ledger alone."""

    amount: str | None
    simulated: str
    unpriced: int


class AnalyticsMoved(TypedDict):
    """Something that another share of the generations names since `middle` than before."""

    kind: AnalyticsMovedKindEnum
    term: str
    rises: bool
    before: AnalyticsRate
    after: AnalyticsRate
    difference: float
    low: float
    high: float
    p: float


class AnalyticsOverview(TypedDict):
    about: AnalyticsAbout
    totals: AnalyticsFigures
    previous: AnalyticsFigures | None
    latency: AnalyticsLatency
    active_members: int
    series: list[AnalyticsSpan]
    previous_series: list[AnalyticsSpan]


class AnalyticsPace(TypedDict):
    """Where a budget leads, by whole weeks of its last 84 days that are drawn again and again."""

    method: AnalyticsPaceMethodEnum
    per_day: str
    days: int
    busy: int
    unpriced: int
    chance: float
    used_up: str | None
    earliest: str | None
    latest: str | None
    ahead: list[AnalyticsBudgetAhead]


class AnalyticsPersonaSlice(TypedDict):
    """What its images were worth; of money, what was charged for images alone."""

    asked: int
    success: AnalyticsRate
    images: int
    simulated_images: int
    satisfaction: AnalyticsRate
    rating: AnalyticsMean
    quality: AnalyticsMean
    approved: AnalyticsRate
    cost: AnalyticsMoney
    cost_per_image: str | None
    cost_per_liked: str | None
    cost_per_approved: str | None
    persona: str | None
    name: str


class AnalyticsPrompt(TypedDict):
    term: str
    rate: AnalyticsRate
    generation: str


class AnalyticsQuality(TypedDict):
    about: AnalyticsAbout
    totals: AnalyticsFigures
    previous: AnalyticsFigures | None
    series: list[AnalyticsSpan]
    models: list[AnalyticsModelFigures]
    personas: list[AnalyticsPersonaSlice]
    garments: list[AnalyticsGarmentSlice]
    makers: list[AnalyticsMakerSlice]


class AnalyticsRate(TypedDict):
    """`numerator` of `denominator`; `low` to `high` is Wilson's 95 % interval. Null of none."""

    numerator: int
    denominator: int
    rate: float | None
    low: float | None
    high: float | None


class AnalyticsReturn(TypedDict):
    week: str
    active: AnalyticsRate
    whole: bool


class AnalyticsSpan(TypedDict):
    start: str
    end: str
    whole: bool
    figures: AnalyticsFigures


class AnalyticsTerm(TypedDict):
    term: str
    rate: AnalyticsRate


class AnalyticsTerms(TypedDict):
    """What is asked for; what lies in the trash is no part of it."""

    asked: int
    attributes: list[AnalyticsAttribute]
    words: list[AnalyticsTerm]
    prompts: list[AnalyticsPrompt]
    middle: str
    moved: list[AnalyticsMoved]
    method: str
    tests: int
    lacking: str


class AnalyticsTrends(TypedDict):
    about: AnalyticsAbout
    totals: AnalyticsFigures
    previous: AnalyticsFigures | None
    hours: list[AnalyticsHour]
    terms: AnalyticsTerms | None


AnalyticsUptime = TypedDict(
    "AnalyticsUptime",
    {
        "from": "str",
        "to": "str",
        "interval": "IntervalEnum",
        "timezone": "str",
        "since": "str | None",
        "checks": "list[UptimeCheck]",
    },
)


class AnalyticsUsers(TypedDict):
    about: AnalyticsAbout
    totals: AnalyticsFigures
    previous: AnalyticsFigures | None
    members: list[AnalyticsMember]
    cohorts: list[AnalyticsCohort]


class ApprovalAnswer(TypedDict):
    id: str
    team: str
    asset: str
    title: str
    requester: str
    name: str
    policy: PolicyEnum
    status: ApprovalAnswerStatusEnum
    note: str
    checklist: list[str]
    due_at: str | None
    overdue: bool
    reviewers: list[ReviewerAnswer]
    decided_at: str | None
    created_at: str
    updated_at: str


class Asset(TypedDict):
    id: str
    team: str
    kind: AssetKindEnum
    title: str
    url: str
    thumbnail: str
    width: int
    height: int
    bytes: int
    media_type: str
    seed: int | None
    simulated: bool
    parent: str | None
    version_name: str
    chosen: str | None
    generation: str | None
    provenance: dict[str, Any]
    quality: Quality | None
    set_aside: bool
    facts: dict[str, Any]
    trashed_at: str | None
    created_at: str


class AssetEstimate(TypedDict):
    asset: str
    width: int
    height: int
    seconds: float
    cost: str
    basis: Basis
    steps: list[StepEstimate]
    operations: list[dict[str, Any]]
    earlier: Earlier | None


class Attempt(TypedDict):
    number: int
    request_headers: dict[str, Any]
    status_code: int | None
    response_headers: dict[str, Any]
    response_body: str
    ms: int | None
    error: dict[str, Any] | None
    created_at: str


class AttendedAnswer(TypedDict):
    now: str


class Attribute(TypedDict):
    value: Any
    confidence: float
    source: str
    reason: str
    was: str


class AttributeDrift(TypedDict):
    attribute: str
    samples: int
    divergence: float | None
    noise: float | None
    verdict: AttributeDriftVerdictEnum
    top: list[str]


class AuditAnswer(TypedDict):
    number: int | None
    action: str
    subject: str
    actor: str | None
    facts: Any
    previous_digest: str
    digest: str
    created_at: str


class Automation(TypedDict):
    id: str
    team: str
    owner: str
    name: str
    active: bool
    scope: AutomationScopeEnum
    source: str | None
    preset: str | None
    preset_name: str
    target: str
    collection: str | None
    tells_webhooks: bool
    tells_people: bool
    rests: Trouble | None
    delivered: int
    failed: int
    live: int
    created_at: str
    updated_at: str


class AutomationDetail(TypedDict):
    id: str
    team: str
    owner: str
    name: str
    active: bool
    scope: AutomationScopeEnum
    source: str | None
    preset: str | None
    preset_name: str
    target: str
    collection: str | None
    tells_webhooks: bool
    tells_people: bool
    rests: Trouble | None
    delivered: int
    failed: int
    live: int
    created_at: str
    updated_at: str
    estimate: AutomationEstimate | None


class AutomationEstimate(TypedDict):
    """USD. Nothing is spent."""

    per_image: str
    at_most: str
    seconds: float
    approved_lately: int
    a_month: str
    looked_at: int
    refused: int


class Basis(TypedDict):
    kind: BasisKindEnum
    runs: int


class Batch(TypedDict):
    id: str
    team: str
    owner: str
    title: str
    kind: BatchKindEnum
    status: BatchStatusEnum
    reason: Error | None
    counts: Counts
    percent: int
    estimate: Range
    cost: str
    budget: str | None
    images: int
    simulated: bool
    priority: int
    parallelism: int
    run_at: str | None
    cron: str
    time_zone: str
    series: str | None
    template: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    links: dict[str, str]


class BatchAnswer(TypedDict):
    results: list[Enhancement]
    refused: list[Refused]


class BatchDetail(TypedDict):
    id: str
    team: str
    owner: str
    title: str
    kind: BatchKindEnum
    status: BatchStatusEnum
    reason: Error | None
    counts: Counts
    percent: int
    estimate: Range
    cost: str
    budget: str | None
    images: int
    simulated: bool
    priority: int
    parallelism: int
    run_at: str | None
    cron: str
    time_zone: str
    series: str | None
    template: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    links: dict[str, str]
    waits: str
    plan: dict[str, Any]


class BatchEstimate(TypedDict):
    """Nothing was written: what this plan would make, cost and take."""

    items: int
    images: int
    duplicates: int
    cost: Range
    simulated: bool
    seconds: Seconds
    each: list[PriceGroup]
    fits: int
    limited_by: str | None
    budgets: list[BudgetStanding]
    warnings: list[str]
    preview: list[Previewed]


class Box(TypedDict):
    left: int
    top: int
    width: int
    height: int


class BudgetStanding(TypedDict):
    scope: str
    limit: str
    spent: str
    reserved: str
    left: str


class Budgets(TypedDict):
    month: str
    team: Standing | None
    every_member: str | None
    members: list[MemberStanding]


class Call(TypedDict):
    number: int
    step: str
    provider: str
    model: str
    price: str | None
    outcome: CallOutcomeEnum
    reference: str
    error: ProblemNote | None
    created_at: str


class Capabilities(TypedDict):
    """What a model can do; what it cannot is said before anything is spent."""

    seed: bool
    negative_prompt: bool
    references: bool
    max_references: int
    min_references: int
    edits: bool
    recolours: bool
    by_name: bool
    max_images: int
    ratios: list[str]
    max_pixels: int
    idempotency: str
    images_per_call: int
    exact_size: bool
    qualities: list[str]


class Cause(TypedDict):
    kind: str
    code: str | None
    count: int


class CauseList(TypedDict):
    results: list[Cause]


class CellError(TypedDict):
    line: int
    column: str
    code: str
    message: str


class Check(TypedDict):
    """One measure of an image. `unknown` is no fault: the check could not tell."""

    name: str
    verdict: CheckVerdictEnum
    value: float | None
    unit: str
    basis: str
    source: str
    said: str
    score: float | None


class Cluster(TypedDict):
    """A look: pictures that belong together."""

    key: int
    name: str
    count: int
    weight: float
    signature: list[Trait]
    exemplars: list[str]
    distributions: dict[str, Any]
    read: dict[str, int]
    weights: dict[str, Any]
    palette: list[dict[str, Any]]
    cohesion: float | None
    confidence: float
    basis: str


class CollectedAnswer(TypedDict):
    asset: str
    position: int
    title: str
    width: int
    height: int
    thumbnail: str
    added_by: str | None
    added_at: str


class CollectionAnswer(TypedDict):
    id: str
    team: str
    name: str
    owner: str
    images: int
    cover: str | None
    trashed_at: str | None
    created_at: str
    updated_at: str


class ColourRequestRequest(TypedDict):
    """Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field."""

    name: str
    hex: str


class Column(TypedDict):
    column: str
    field: str | None
    slot: str | None
    explanation: str


class CommentAnswer(TypedDict):
    id: str
    team: str
    asset: str | None
    collection: str | None
    batch: str | None
    author: str
    name: str
    text: str
    pin: Pin | None
    reply_to: str | None
    answers: int
    mentions: list[MentionAnswer]
    reactions: list[SignAnswer]
    resolved_at: str | None
    resolved_by: str | None
    edited_at: str | None
    deleted_at: str | None
    created_at: str
    updated_at: str
    guest: bool


class Correction(TypedDict):
    id: str
    team: str
    owner: str
    attribute: str
    before: Any
    after: Any
    read_from: str
    asset: str | None
    generation: str | None
    created_at: str


class Count(TypedDict):
    runs: int


class Counts(TypedDict):
    total: int
    waiting: int
    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int


class Courier(TypedDict):
    due: int
    oldest_due: str | None
    later: int
    sending: int
    given_up: int
    delivered_per_minute: float
    webhooks_on: int
    webhooks_failing: int
    webhooks_off: int


class Credentials(TypedDict):
    state: CredentialsStateEnum
    signer: str
    issuer: str
    algorithm: str
    actions: list[SignedAction]
    parents: int
    problems: list[str]
    details: list[str]


class Crop(TypedDict):
    """Where the crop of a recipe would cut, looked for in a small view of the whole; or why it cannot be."""

    shape: str
    box: Box
    of: Size
    guides: Guides
    error: PreviewProblem


class Dashboard(TypedDict):
    id: str
    team: str
    owner: str
    name: str
    shared: bool
    days: int
    widgets: list[DashboardWidgetShown]
    created_at: str
    updated_at: str


class DashboardWidgetRequest(TypedDict):
    """One figure of a board; what it is narrowed by is left out where it is not."""

    id: str
    kind: str
    provider: str
    model: str
    member: str
    simulated: SimulatedEnum
    kind_of_cost: KindOfCostEnum


class DashboardWidgetShown(TypedDict):
    id: str
    kind: str
    provider: str
    model: str
    member: str
    simulated: str
    kind_of_cost: str


class DeadJob(TypedDict):
    id: str
    kind: str
    lane: LaneEnum
    team: str
    payload: dict[str, str]
    attempts: int
    deaths: int
    error: JobProblem
    calls: list[Call]
    created_at: str
    finished_at: str | None


class DefaultAnswer(TypedDict):
    team: str
    persona: Persona | None


class DefaultChoiceAnswer(TypedDict):
    value: str
    label: str


class Delivery(TypedDict):
    id: str
    message_id: str
    type: str
    channel: str
    seq: int
    status: WebhookDeliveryStatusEnum
    tries: int
    attempts: int
    next_at: str
    happened_at: str
    finished_at: str | None
    created_at: str


class DeliveryDetail(TypedDict):
    id: str
    message_id: str
    type: str
    channel: str
    seq: int
    status: WebhookDeliveryStatusEnum
    tries: int
    attempts: int
    next_at: str
    happened_at: str
    finished_at: str | None
    created_at: str
    body: str
    data: dict[str, Any]
    calls: list[Attempt]


class DiscardAnswer(TypedDict):
    discarded: int


class Doer(TypedDict):
    id: str
    name: str


class Drift(TypedDict):
    basis: str
    minimum: int
    months: list[MonthDrift]


class Duplicate(TypedDict):
    line: int
    same_as: int


class Earlier(TypedDict):
    enhancement: str
    result: str


class Enhancement(TypedDict):
    id: str
    team: str
    status: EnhancementStatusEnum
    percent: int
    operations: list[dict[str, Any]]
    preset: dict[str, Any] | None
    steps: list[Step]
    queue: Queue | None
    remaining: Remaining | None
    facts: Any
    source: Asset
    result: Asset | None
    cost: str | None
    error: dict[str, Any] | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class EnhancementModel(TypedDict):
    name: str
    title: str
    purpose: str
    scale: int
    architecture: str
    licence: str
    size: int
    state: str
    note: str
    available: bool


class EnhancementPreview(TypedDict):
    id: str
    asset: str
    status: EnhancementStatusEnum
    box: Box
    url: str | None
    recipes: list[Trial]
    error: PreviewProblem | None
    created_at: str


class Error(TypedDict):
    code: str
    message: str
    remedy: str


class ErrorGroup(TypedDict):
    code: str
    message: str
    remedy: str
    count: int
    positions: list[int]


class Estimate(TypedDict):
    provider: str
    model: str
    title: str
    n: int
    shown: int
    reading: str
    follows: str
    following: str
    unit_price: str
    total: str
    most: str
    seconds: float
    simulated: bool
    reason: str
    warnings: list[str]
    parts: dict[str, float]
    alternatives: list[dict[str, Any]]
    excluded: list[dict[str, Any]]


class EstimateAnswer(TypedDict):
    assets: list[AssetEstimate]
    refused: list[Refused]
    seconds: float
    cost: str
    basis: Basis
    queue: Lane


class EventOut(TypedDict):
    seq: int
    event: str
    at: str
    data: dict[str, Any]


class EventPage(TypedDict):
    """A page of the log. `resync`: what followed `after` is gone; read the subject itself anew."""

    channel: str
    epoch: str
    seq: int
    resync: bool
    next: int | None
    results: list[EventOut]


class Fallback(TypedDict):
    """Another model that stepped in; prices in USD per image."""

    provider: str
    model: str
    instead_of: str
    title: str
    title_before: str
    code: str
    reason: str
    note: str
    unit_price: str
    unit_price_before: str
    from_image: int


class Feedback(TypedDict):
    id: str
    generation: str
    asset: str
    kind: FeedbackKindEnum
    rating: int | None
    text: str
    moved: list[Move]
    created_at: str


class Figures(TypedDict):
    """Of both at the smaller of their sizes. `reason` says why there are none, and is empty where there are."""

    width: int | None
    height: int | None
    psnr: float | None
    ssim: float | None
    delta_e_mean: float | None
    delta_e_p99: float | None
    faithful: bool | None
    sharpness_before: float | None
    sharpness_after: float | None
    reason: str


class FileFacts(TypedDict):
    digital_source_type: str
    model: str
    prompt_sha256: str
    parent: str
    operations: str
    program: str


class Generation(TypedDict):
    id: str
    team: str
    status: GenerationStatusEnum
    stage: StageEnum | BlankEnum
    percent: int
    brief: str
    persona: str | None
    source: str | None
    mode: GenerationModeEnum | BlankEnum
    understood: dict[str, Any]
    told: list[Told]
    prompt: str
    negative_prompt: str
    provider: str
    model: str
    fallbacks: list[Fallback]
    seed: int | None
    estimate: str | None
    cost: str | None
    unsettled: bool
    simulated: bool
    assets: list[Asset]
    set_aside: list[Asset]
    stages: list[Stage]
    error: Error | None
    waits: Wait | None
    stopping: bool
    links: Links
    created_at: str
    started_at: str | None
    finished_at: str | None


class Given(TypedDict):
    act: Act
    feedback: list[Feedback]


class GuestAnswer(TypedDict):
    id: str
    text: str
    name: str
    guest: bool
    reply_to: str | None
    created_at: str


class Guides(TypedDict):
    """What to draw over the frame, in shares of its sides."""

    thirds: list[float]
    centre: float
    faces: list[dict[str, Any]]
    subject: dict[str, Any] | None


class HeldJob(TypedDict):
    id: str
    kind: str
    lane: LaneEnum
    team: str
    attempts: int
    started_at: str | None
    lease_expires_at: str | None


class Import(TypedDict):
    """Nothing is spent: send `id` as the plan's `sheet` to use the rows that are right."""

    id: str | None
    name: str
    format: str
    encoding: str
    delimiter: str
    rows: int
    wrong: int
    columns: list[Column]
    errors: list[CellError]
    duplicates: list[Duplicate]
    unbriefed: list[int]
    preview: list[PreviewRow]


class InvitationAnswer(TypedDict):
    id: str
    email: str
    role: RoleEnum
    state: InvitationStateEnum
    by_mail: bool
    inviter: str
    created_at: str
    renewed_at: str
    mailed_at: str | None
    returned: bool
    expires_at: str
    accepted_at: str | None
    revoked_at: str | None


class InvitationMade(TypedDict):
    id: str
    email: str
    role: RoleEnum
    state: InvitationStateEnum
    by_mail: bool
    inviter: str
    created_at: str
    renewed_at: str
    mailed_at: str | None
    returned: bool
    expires_at: str
    accepted_at: str | None
    revoked_at: str | None
    link: str | None


class Item(TypedDict):
    id: str
    position: int
    status: BatchItemStatusEnum
    label: dict[str, Any]
    brief: str
    arm: str
    cost: str
    estimate: Range
    provider: str
    model: str
    generation: str | None
    enhancement: str | None
    assets: list[ItemAsset]
    error: Error | None
    tries: int
    started_at: str | None
    finished_at: str | None


class ItemAsset(TypedDict):
    id: str
    thumbnail: str
    width: int
    height: int


class JobProblem(TypedDict):
    code: str
    message: str
    remedy: str
    detail: str


class Joined(TypedDict):
    team: str
    user: str
    name: str
    email: str
    role: RoleEnum
    joined_at: str


class Lane(TypedDict):
    waiting: int
    seconds: float | None
    workers: int
    held: HeldEnum | BlankEnum


class LaneList(TypedDict):
    results: list[LaneNow]


class LaneNow(TypedDict):
    name: str
    waiting: int
    oldest: str | None
    running: int
    per_minute: float
    later: int
    dead: int
    pause: Pause | None


class Left(TypedDict):
    requests: int | None
    images: int | None


class LifeAnswer(TypedDict):
    id: str
    name: str
    slug: str
    role: RoleEnum
    state: LifeAnswerStateEnum
    archived_at: str | None
    ends_at: str | None


class Limits(TypedDict):
    """0: no limit is known."""

    requests_per_minute: int
    images_per_minute: int
    concurrent: int


class LimitsAnswer(TypedDict):
    seats: int | None
    storage: int | None
    parallel: int | None


class LineageAnswer(TypedDict):
    """The steps, each after that from which it comes."""

    asset: str
    count: int
    cut: bool
    steps: list[LineageStep]


class LineageImage(TypedDict):
    """One image. Of one that you may not see only that it is there: `id` is null, and so is all else."""

    id: str | None
    title: str
    version_name: str
    thumbnail: str | None
    width: int | None
    height: int | None
    cost: str | None
    simulated: bool
    approval: ApprovalEnum | BlankEnum
    in_use: bool
    set_aside: bool
    trashed: bool
    more: int


class LineageStep(TypedDict):
    """What was done once, and the images that came of it."""

    made_from: str | None
    kind: LineageStepKindEnum
    id: str | None
    said: str
    words: str
    by: Maker | None
    at: str | None
    cost: str | None
    also_from: list[str | None]
    images: list[LineageImage]


class Links(TypedDict):
    self: str
    cancel: str
    retry: str
    feedback: str
    channel: str


class Maker(TypedDict):
    id: str
    name: str


class MatchAnswer(TypedDict):
    persona: str
    score: float
    parts: dict[str, float]
    strength: float
    adjustments: list[dict[str, Any]]


class Me(TypedDict):
    id: str
    email: str
    name: str
    timezone: str
    teams: list[MyTeam]
    created_at: str


class MemberAnswer(TypedDict):
    user: str
    name: str
    email: str
    role: RoleEnum
    joined_at: str


class MemberStanding(TypedDict):
    """USD. `reserved` is set aside for work that is under way; null is no limit."""

    limit: str | None
    spent: str
    reserved: str
    left: str | None
    member: str
    name: str


class MentionAnswer(TypedDict):
    user: str
    name: str


class Model(TypedDict):
    id: str
    kind: ModelKindEnum
    provider: str
    model: str
    family: str
    title: str
    lifecycle: LifecycleEnum
    ends_on: str | None
    successor: str | None
    ratios: list[str]
    max_pixels: int
    quality: float
    latency_seconds: float
    unit_price: str | None
    available: bool
    remedy: str
    capabilities: Capabilities | None
    warning: str
    created_at: str


class ModelLimits(TypedDict):
    written: Limits
    learned: Limits
    left: Left
    running: int
    waiting: int
    paused_until: str | None


class ModelNow(TypedDict):
    provider: str
    model: str
    title: str
    circuit: CircuitEnum
    why: str
    failures: int
    success: float
    seconds: float | None
    last_error: str
    last_error_at: str | None
    resting_until: str | None
    limits_scope: LimitsScopeEnum
    limits: ModelLimits | None


class ModelNowList(TypedDict):
    results: list[ModelNow]


class MonthDrift(TypedDict):
    month: str
    images: int
    divergence: float | None
    attributes: list[AttributeDrift]


class Move(TypedDict):
    key: str
    before: dict[str, Any]
    after: dict[str, Any]


class MyTeam(TypedDict):
    id: str
    name: str
    slug: str
    personal: bool
    role: str


class MyVote(TypedDict):
    choice: SessionVoteEnum
    note: str


class NewTokenAnswer(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[ScopesEnum]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    token: str


class NewWebhook(TypedDict):
    id: str
    team: str
    name: str
    url: str
    events: list[str]
    status: WebhookStatusEnum
    why: WhyEnum | BlankEnum
    failing_since: str | None
    old_secret_until: str | None
    created_at: str
    updated_at: str
    secret: str


class NextPair(TypedDict):
    next: Pair | None


class Notification(TypedDict):
    id: str
    team: str
    kind: str
    subject: str
    title: str
    body: str
    link: str
    read_at: str | None
    created_at: str


class Operation(TypedDict):
    name: str
    title: str
    position: int
    parameters: list[dict[str, Any]]
    available: bool
    reason: str


class OutcomeLine(TypedDict):
    position: int
    asset: str | None
    title: str
    seconds: int
    outcome: OutcomeLineOutcomeEnum
    tally: TallyAnswer
    votes: list[SeenVote]


class Pair(TypedDict):
    pair: int
    brief: str
    left: list[ItemAsset]
    right: list[ItemAsset]


class Pause(TypedDict):
    paused_at: str
    reason: str


class PersonLine(TypedDict):
    user: str
    name: str
    role: str | None
    seconds: int


class Persona(TypedDict):
    id: str
    team: str
    name: str
    description: str
    keywords: dict[str, Any]
    attributes: dict[str, Any]
    weights: dict[str, dict[str, float]]
    palette: list[Any]
    distributions: dict[str, Any]
    exemplars: list[str]
    evidence: int
    confidence: float | None
    origin: dict[str, Any]
    starter: bool
    version: int
    created_at: str


class PersonaMade(TypedDict):
    """One just made from words."""

    id: str
    team: str
    name: str
    description: str
    keywords: dict[str, Any]
    attributes: dict[str, Any]
    weights: dict[str, dict[str, float]]
    palette: list[Any]
    distributions: dict[str, Any]
    exemplars: list[str]
    evidence: int
    confidence: float | None
    origin: dict[str, Any]
    starter: bool
    version: int
    created_at: str
    notes: list[str]


class PickRequestRequest(TypedDict):
    """Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field."""

    cluster: int
    name: str


class Pin(TypedDict):
    """A spot of the picture, or with a width and a height a region of it: shares of its sides."""

    x: float
    y: float
    width: float
    height: float


class PinRequest(TypedDict):
    """A spot of the picture, or with a width and a height a region of it: shares of its sides."""

    x: float
    y: float
    width: float
    height: float


class PlanAnswer(TypedDict):
    limits: LimitsAnswer
    use: UseAnswer


class Portfolio(TypedDict):
    id: str
    team: str
    title: str
    status: GenerationStatusEnum
    percent: int
    total: int
    read: int
    duplicates: int
    refused: int
    ignored: int
    left_out: int
    clusters: list[Cluster]
    rule: str
    error: dict[str, Any] | None
    can_go_on: bool
    created_at: str
    started_at: str | None
    finished_at: str | None


class PortfolioItem(TypedDict):
    id: str
    position: int
    path: str
    status: PortfolioItemStatusEnum
    code: str
    reason: str
    asset: str | None
    cluster: int | None


class PresentAnswer(TypedDict):
    asset: str
    position: int


class PresenterAnswer(TypedDict):
    id: str | None
    name: str


class Preset(TypedDict):
    id: str
    team: str | None
    owner: str | None
    name: str
    description: str
    operations: list[dict[str, Any]]
    version: int
    starter: bool


class Preview(TypedDict):
    understood: dict[str, Attribute]
    told: list[Told]
    prompt: str
    negative_prompt: str
    parts: list[dict[str, Any]]
    draw: int
    estimate: Estimate


class PreviewProblem(TypedDict):
    code: str
    message: str
    remedy: str


class PreviewRow(TypedDict):
    line: int
    row: dict[str, Any]


class Previewed(TypedDict):
    position: int
    label: dict[str, Any]
    brief: str
    model: str
    low: str
    high: str


class PriceGroup(TypedDict):
    """Items of one price."""

    count: int
    provider: str
    model: str
    title: str
    images: int
    low: str
    high: str
    seconds: float
    simulated: bool


class ProblemNote(TypedDict):
    code: str
    message: str
    remedy: str


class Progress(TypedDict):
    status: str
    reason: Error | None
    counts: Counts
    percent: int
    cost: str
    waits: str
    per_minute: float | None
    remaining_seconds: float | None
    providers: list[ProviderState]


class Prompt(TypedDict):
    """What was asked and what it became."""

    id: str
    brief: str
    prompt: str
    negative_prompt: str
    provider: str
    model: str
    favourite: bool
    created_at: str


class Provenance(TypedDict):
    """What the stored file says, read and checked now."""

    file: FileFacts | None
    intact: bool
    credentials: Credentials
    origin: dict[str, Any]
    summary: str


class ProviderState(TypedDict):
    provider: str
    model: str
    total: int
    succeeded: int
    failed: int
    in_flight: int
    cost: str
    healthy: bool
    last_error: str
    waits: str


class Quality(TypedDict):
    checks: list[Check]
    score: float | None
    formula: str
    simulated: bool
    selection: Selection


class Queue(TypedDict):
    position: int
    seconds: float | None
    workers: int
    held: HeldEnum | BlankEnum


class QueuedJob(TypedDict):
    id: str
    kind: str
    lane: LaneEnum
    priority: int
    status: QueuedJobStatusEnum
    team: str
    payload: Any
    attempts: int
    failures: int
    deaths: int
    worker: str
    error: JobProblem | None
    scheduled_at: str
    created_at: str
    started_at: str | None
    finished_at: str | None


class Range(TypedDict):
    low: str
    high: str


class ReadAnswer(TypedDict):
    read: int


class RecipeRequestRequest(TypedDict):
    """A recipe: its operations, or the id of a preset."""

    operations: list[dict[str, Any]] | None
    preset: str | None


class Refused(TypedDict):
    asset: str
    code: str
    field: str | None
    message: str
    remedy: str
    enhancement: str


class Remaining(TypedDict):
    seconds: float | None
    kind: RemainingKindEnum
    runs: int
    again_in: float


class ReplayAnswer(TypedDict):
    replayed: int
    left: int
    why: str


Report = TypedDict(
    "Report",
    {
        "id": "str",
        "team": "str",
        "owner": "str",
        "schedule": "str | None",
        "title": "str",
        "kind": "ReportKindEnum",
        "from": "str",
        "to": "str",
        "timezone": "str",
        "sections": "list[ReportSectionEnum]",
        "template": "str | None",
        "costs": "ReportCostsEnum",
        "status": "ReportStatusEnum",
        "percent": "int",
        "error": "ReportError | None",
        "note": "str",
        "files": "list[ReportFile]",
        "created_at": "str",
        "finished_at": "str | None",
    },
)


class ReportDelivery(TypedDict):
    id: str
    member: str | None
    address: str
    status: ReportMailEnum
    tries: int
    error: ReportError | None
    created_at: str
    sent_at: str | None


ReportDetail = TypedDict(
    "ReportDetail",
    {
        "id": "str",
        "team": "str",
        "owner": "str",
        "schedule": "str | None",
        "title": "str",
        "kind": "ReportKindEnum",
        "from": "str",
        "to": "str",
        "timezone": "str",
        "sections": "list[ReportSectionEnum]",
        "template": "str | None",
        "costs": "ReportCostsEnum",
        "status": "ReportStatusEnum",
        "percent": "int",
        "error": "ReportError | None",
        "note": "str",
        "files": "list[ReportFile]",
        "created_at": "str",
        "finished_at": "str | None",
        "sentences": "list[str]",
        "figures": "list[ReportFigure]",
        "deliveries": "list[ReportDelivery]",
    },
)


class ReportError(TypedDict):
    code: str
    message: str
    remedy: str


class ReportFigure(TypedDict):
    """A key figure in words, with what it stands on and what it was before."""

    label: str
    value: str
    basis: str
    before: str
    href: str


class ReportFile(TypedDict):
    name: str
    type: str
    bytes: int
    url: str


class ReportSchedule(TypedDict):
    id: str
    team: str
    owner: str
    cadence: ReportCadenceEnum
    hour: int
    weekday: int
    day: int
    timezone: str
    sections: list[ReportSectionEnum]
    template: str | None
    members: list[str]
    addresses: list[str]
    active: bool
    why: str
    next_at: str
    created_at: str
    updated_at: str


class ReportTemplate(TypedDict):
    id: str
    team: str
    owner: str
    name: str
    title: str
    introduction: str
    sections: list[ReportSectionEnum]
    cover: bool
    created_at: str
    updated_at: str


class Resent(TypedDict):
    count: int


class Revealed(TypedDict):
    """Which arm was which, now that the vote is cast."""

    left: str
    right: str


class ReviewerAnswer(TypedDict):
    user: str
    name: str
    verdict: ApprovalVerdictEnum | BlankEnum
    note: str
    checked: list[int]
    present: bool
    answered_at: str | None


class Run(TypedDict):
    id: str
    asset: str
    approval: str
    status: AutomationRunStatusEnum
    percent: int
    enhancement: str | None
    result: str | None
    cost: str
    error: Trouble | None
    tries: int
    told: int
    created_at: str
    finished_at: str | None


class Seconds(TypedDict):
    low: float
    high: float


class SeenVote(TypedDict):
    user: str
    name: str
    choice: SessionVoteEnum | NullEnum
    note: str


class Selection(TypedDict):
    rank: int
    of: int
    reason: str


class SessionAnswer(TypedDict):
    """The truth now; what the channel's snapshot says too."""

    id: str
    title: str
    status: SessionStatusEnum
    collection: str | None
    presenter: PresenterAnswer
    present: PresentAnswer | None
    images: int
    votes_hidden: bool
    timer: TimerAnswer
    now: str
    ended_at: str | None


class SessionLine(TypedDict):
    id: str
    team: str
    collection: str | None
    title: str
    status: SessionStatusEnum
    owner: str
    presenter: str | None
    created_at: str
    ended_at: str | None


class Settings(TypedDict):
    team: str
    exploration: float
    default: float
    half_life_days: float
    min_sample: float


class Share(TypedDict):
    id: str
    name: str
    weight: int
    waiting: int
    running: int


class ShareAnswer(TypedDict):
    id: str
    team: str
    kind: ShareKindEnum
    about: str
    way: WayEnum
    email: str
    to_team: str | None
    sharer: str
    name: str
    rights: list[RightsEnum]
    with_briefs: bool
    with_names: bool
    locked: bool
    wrong_passwords: int
    closed: bool
    state: ShareStateEnum
    openings: int
    opened_at: str | None
    expires_at: str
    revoked_at: str | None
    created_at: str


class ShareList(TypedDict):
    results: list[Share]


class ShareMade(TypedDict):
    id: str
    team: str
    kind: ShareKindEnum
    about: str
    way: WayEnum
    email: str
    to_team: str | None
    sharer: str
    name: str
    rights: list[RightsEnum]
    with_briefs: bool
    with_names: bool
    locked: bool
    wrong_passwords: int
    closed: bool
    state: ShareStateEnum
    openings: int
    opened_at: str | None
    expires_at: str
    revoked_at: str | None
    created_at: str
    link: str | None


class SharedAnswer(TypedDict):
    id: str
    kind: ShareKindEnum
    name: str
    sharer: str
    rights: list[RightsEnum]
    page: str
    expires_at: str
    created_at: str


class SharedImage(TypedDict):
    id: str
    name: str
    width: int
    height: int
    thumbnail: str
    url: str | None


class SignAnswer(TypedDict):
    sign: SignEnum
    count: int
    mine: bool


class SignedAction(TypedDict):
    action: str
    digital_source_type: str


class Size(TypedDict):
    width: int
    height: int


class SpotRequest(TypedDict):
    """The middle of the part, in shares of width and height."""

    x: float
    y: float


class Stage(TypedDict):
    name: StageEnum
    status: StageStatusEnum
    started_at: str
    finished_at: str | None
    cost: str
    output: Any


class Standing(TypedDict):
    """USD. `reserved` is set aside for work that is under way; null is no limit."""

    limit: str | None
    spent: str
    reserved: str
    left: str | None


class StatementAnswer(TypedDict):
    """USD, exact. `owed` was paid to providers; `simulated` to nobody; `late` is what of both is of earlier
    months.
    """

    id: str
    team: str
    number: int
    month: str
    called: str
    charges: int
    owed: str
    simulated: str
    late: str
    created_at: str


class StatementLine(TypedDict):
    id: str
    name: str
    note: str
    charges: int
    owed: str
    simulated: str


class StatementLines(TypedDict):
    """The lines of each of the first four add up to the whole; corrections and what is late stand in them too."""

    kinds: list[StatementLine]
    models: list[StatementLine]
    members: list[StatementLine]
    batches: list[StatementLine]
    corrections: list[StatementLine]
    late: list[StatementLine]


class StatementWhole(TypedDict):
    """USD, exact. `owed` was paid to providers; `simulated` to nobody; `late` is what of both is of earlier
    months.
    """

    id: str
    team: str
    number: int
    month: str
    called: str
    charges: int
    owed: str
    simulated: str
    late: str
    created_at: str
    lines: StatementLines


class Step(TypedDict):
    """One operation: what was promised and what became of it. Seconds are null until they are known."""

    name: str
    title: str
    status: StepStatusEnum
    provider: str | None
    model: str | None
    cost: str | None
    seconds_quoted: float | None
    seconds: float | None
    width: int | None
    height: int | None
    facts: dict[str, Any]


class StepEstimate(TypedDict):
    name: str
    title: str
    seconds: float
    width: int
    height: int
    provider: str
    model: str
    engine: str
    cost: str
    most: str


class SummaryAnswer(TypedDict):
    people: list[PersonLine]
    images: list[OutcomeLine]
    totals: TotalsAnswer


class TallyAnswer(TypedDict):
    yes: int
    no: int
    perhaps: int


class TeamAnswer(TypedDict):
    id: str
    name: str
    slug: str
    personal: bool
    role: RoleEnum
    time_zone: str
    keep_exif: bool
    share_links: bool
    avatar: str | None
    archived_at: str | None
    created_at: str
    updated_at: str


class TeamDefaultAnswer(TypedDict):
    name: str
    label: str
    value: str
    usual: str
    choices: list[DefaultChoiceAnswer]
    colour: bool


class Template(TypedDict):
    id: str
    team: str
    owner: str
    name: str
    plan: dict[str, Any]
    created_at: str


class ThreadAnswer(TypedDict):
    comment: CommentAnswer
    answers: list[CommentAnswer]
    hidden: int
    number: int
    place: Pin | None
    lost: bool


class ThreadPage(TypedDict):
    results: list[ThreadAnswer]
    older: str | None


class TimerAnswer(TypedDict):
    seconds: int
    running: bool
    ends_at: str | None
    left: float
    at: str


class TokenAnswer(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[ScopesEnum]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class Told(TypedDict):
    """What the words of the brief order, beside the garment."""

    name: str
    phrase: str
    value: Any
    used: bool
    note: str


class TotalsAnswer(TypedDict):
    images: int
    votes: int
    seconds: int


class Trait(TypedDict):
    attribute: str
    value: str
    count: int
    read: int
    share: float
    lift: float


class Trial(TypedDict):
    """One recipe: what it would come to for the whole, and the part as it made it (null until it has)."""

    name: str
    operations: list[dict[str, Any]]
    notes: list[str]
    whole: Whole
    url: str | None
    width: int | None
    height: int | None
    seconds: float | None
    error: PreviewProblem | None
    crop: Crop | None


class Trouble(TypedDict):
    code: str
    message: str
    remedy: str


class Understood(TypedDict):
    understood: dict[str, Attribute]


class Unsettled(TypedDict):
    provider: str
    model: str
    calls: int
    price: str | None
    since: str


class UnsettledList(TypedDict):
    results: list[Unsettled]


class UptimeCheck(TypedDict):
    name: UptimeCheckNameEnum
    up: AnalyticsRate
    missing: int
    latency: AnalyticsLatency
    series: list[UptimeStep]


class UptimeStep(TypedDict):
    start: str
    end: str
    whole: bool
    up: AnalyticsRate


class UseAnswer(TypedDict):
    seats: int
    storage: int
    pictures: int


class UsualAnswer(TypedDict):
    preset: Preset | None


class Verdict(TypedDict):
    a: int
    b: int
    ties: int
    share_of_a: float | None
    interval: list[float] | None
    a_is_better: float
    winner: str | None
    basis: str
    voters: int
    pairs: int
    mine: int


class VersusAnswer(TypedDict):
    before: str
    after: str
    figures: Figures


class Wait(TypedDict):
    code: str
    message: str
    remedy: str
    again_at: str


class Ways(TypedDict):
    """Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field."""

    in_app: bool
    mail: bool
    pace: PaceEnum


class WaysRequest(TypedDict):
    """Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field."""

    in_app: bool
    mail: bool
    pace: PaceEnum


class Webhook(TypedDict):
    id: str
    team: str
    name: str
    url: str
    events: list[str]
    status: WebhookStatusEnum
    why: WhyEnum | BlankEnum
    failing_since: str | None
    old_secret_until: str | None
    created_at: str
    updated_at: str


class Weight(TypedDict):
    """A weight as it stands today. `value` is null under `min_sample` observations; `low` to `high` hold 80 % of
    what is likely; `numerator` and `denominator` are what was liked and seen, faded with time; of the
    observations all that one person said of one image is one (`observed`).
    """

    id: str
    team: str
    key: str
    label: str
    about: AboutEnum
    persona: str | None
    mean: float
    low: float
    high: float
    value: float | None
    numerator: float
    denominator: float
    observed: float
    min_sample: float
    words: str
    moved_at: str | None


class WeightMove(TypedDict):
    """How one act moved one weight; means in 0..1 as they stood then."""

    id: str
    act: str
    key: str
    label: str
    before: float
    after: float
    alpha_before: float
    beta_before: float
    alpha_after: float
    beta_after: float
    created_at: str


class Whole(TypedDict):
    """What the recipe would come to for the whole image; with a crop at most, until its place is found in the
    view.
    """

    seconds: float
    cost: str
    basis: Basis
    width: int
    height: int


class WishAnswer(TypedDict):
    generation: Ways
    follow_up: Ways
    batch: Ways
    comment: Ways
    mention: Ways
    approval: Ways
    approval_due: Ways
    alert: Ways
    session: Ways
    persona: Ways
    member: Ways
    team: Ways
    report: Ways
    statement: Ways
    activity: Ways
    automation: Ways
    webhook: Ways
    daily_hour: int


class WordingAnswer(TypedDict):
    text: str
    said_at: str
    until: str


class Worker(TypedDict):
    id: str
    name: str
    state: WorkerStateEnum
    lanes: list[str]
    processes: int
    abilities: dict[str, list[str]]
    started_at: str
    beat_at: str
    draining_since: str | None
    jobs: list[HeldJob]


class WorkerList(TypedDict):
    results: list[Worker]


class SnoozeAnalyticsInsightWish(TypedDict, total=False):
    days: int


class AnalyzeWish(TypedDict, total=False):
    brief: str
    references: list[str]


class ChangeAssetWish(TypedDict, total=False):
    version_name: str


class CorrectAssetWish(TypedDict, total=False):
    corrections: dict[str, Any]


class CreateApiTokenWish(TypedDict, total=False):
    email: str
    password: str
    scopes: list[ScopesEnum]
    expires_in_days: int


class ChangeBatchWish(TypedDict, total=False):
    title: str
    budget: str | None
    parallelism: int
    priority: int


class RetryBatchWish(TypedDict, total=False):
    unknown: bool


class EstimateBatchWish(TypedDict, total=False):
    team: str | None
    title: str
    budget: str | None
    parallelism: int
    priority: int
    run_at: str | None
    cron: str
    time_zone: str
    template: str | None
    start: bool


class CreateBatchWish(TypedDict, total=False):
    team: str | None
    title: str
    budget: str | None
    parallelism: int
    priority: int
    run_at: str | None
    cron: str
    time_zone: str
    template: str | None
    start: bool


class CreateBatchTemplateWish(TypedDict, total=False):
    team: str | None


class CreateDashboardWish(TypedDict, total=False):
    shared: bool
    days: DaysEnum
    widgets: list[DashboardWidgetRequest]
    team: str | None


class ChangeDashboardWish(TypedDict, total=False):
    name: str
    shared: bool
    days: DaysEnum
    widgets: list[DashboardWidgetRequest]


class EnhanceWish(TypedDict, total=False):
    preset: str | None
    asset: str | None


class RetryEnhancementWish(TypedDict, total=False):
    rights: bool


class EnhanceManyWish(TypedDict, total=False):
    operations: list[dict[str, Any]] | None
    preset: str | None


class EstimateEnhancementsWish(TypedDict, total=False):
    operations: list[dict[str, Any]] | None
    preset: str | None


class CreatePresetWish(TypedDict, total=False):
    description: str
    team: str | None


class ChangePresetWish(TypedDict, total=False):
    name: str
    description: str
    operations: list[dict[str, Any]]


class CreateEnhancementPreviewWish(TypedDict, total=False):
    spot: SpotRequest | None


class FeedbackOnWish(TypedDict, total=False):
    rating: int | None
    text: str


class GenerateWish(TypedDict, total=False):
    references: list[str]
    team: str | None
    persona: str | None
    n: int | None
    best_of: int | None
    aspect_ratio: AspectRatioEnum
    strategy: StrategyEnum
    weights: dict[str, float]
    min_quality: float | None
    quality: QualityEnum
    fallback: bool
    provider: str | None
    model: str | None
    seed: int | None
    draw: int | None
    max_cost: str | None
    exact: bool
    auto_enhance: Any
    corrections: dict[str, Any]
    source: str | None
    mode: GenerationRequestModeEnum | BlankEnum
    part_edits: dict[str, str]
    added_words: str
    one_each: bool | None
    just_words: list[JustWordsEnum]


class FeedbackWish(TypedDict, total=False):
    rating: int | None
    text: str
    asset: str | None


class CorrectGenerationWish(TypedDict, total=False):
    corrections: dict[str, Any]


class PreviewWish(TypedDict, total=False):
    references: list[str]
    team: str | None
    persona: str | None
    n: int | None
    best_of: int | None
    aspect_ratio: AspectRatioEnum
    strategy: StrategyEnum
    weights: dict[str, float]
    min_quality: float | None
    quality: QualityEnum
    fallback: bool
    provider: str | None
    model: str | None
    seed: int | None
    draw: int | None
    max_cost: str | None
    exact: bool
    auto_enhance: Any
    corrections: dict[str, Any]
    source: str | None
    mode: GenerationRequestModeEnum | BlankEnum
    part_edits: dict[str, str]
    added_words: str
    one_each: bool | None
    just_words: list[JustWordsEnum]


class RevertLearningWish(TypedDict, total=False):
    team: str | None
    persona: str | None


class ChangeLearningSettingsWish(TypedDict, total=False):
    exploration: float
    team: str | None


class ChangeMeWish(TypedDict, total=False):
    name: str
    timezone: str


class MarkReadWish(TypedDict, total=False):
    ids: list[str]


class ChangeNotificationSettingsWish(TypedDict, total=False):
    generation: WaysRequest
    follow_up: WaysRequest
    batch: WaysRequest
    comment: WaysRequest
    mention: WaysRequest
    approval: WaysRequest
    approval_due: WaysRequest
    alert: WaysRequest
    session: WaysRequest
    persona: WaysRequest
    member: WaysRequest
    team: WaysRequest
    report: WaysRequest
    statement: WaysRequest
    activity: WaysRequest
    automation: WaysRequest
    webhook: WaysRequest
    daily_hour: int


class CreatePersonaWish(TypedDict, total=False):
    description: str
    keywords: list[str]
    team: str | None


class ChangePersonaWish(TypedDict, total=False):
    name: str
    description: str
    keywords: list[str]
    weights: dict[str, dict[str, float]]
    palette: list[ColourRequestRequest]


class DuplicatePersonaWish(TypedDict, total=False):
    name: str


class SetDefaultPersonaWish(TypedDict, total=False):
    team: str | None


class MergePersonasWish(TypedDict, total=False):
    name: str
    remove: bool


class DiscardDeadJobsWish(TypedDict, total=False):
    ids: list[str]
    all: bool
    kind: str
    code: str
    team: str


class ReplayDeadJobsWish(TypedDict, total=False):
    ids: list[str]
    all: bool
    kind: str
    code: str
    team: str


class PauseLaneWish(TypedDict, total=False):
    reason: str


CreateReportWish = TypedDict(
    "CreateReportWish",
    {
        "team": "str | None",
        "from": "str | None",
        "to": "str | None",
        "timezone": "str",
        "sections": "list[Literal['costs', 'quality', 'models', 'members', 'images']] | None",
        "template": "str | None",
        "members": "list[str]",
        "addresses": "list[str]",
    },
    total=False,
)


class ResendReportWish(TypedDict, total=False):
    deliveries: list[str]


class CreateReportScheduleWish(TypedDict, total=False):
    team: str | None
    hour: int
    weekday: int
    day: int
    timezone: str
    sections: list[Literal["costs", "quality", "models", "members", "images"]] | None
    template: str | None
    members: list[str]
    addresses: list[str]
    active: bool


class ChangeReportScheduleWish(TypedDict, total=False):
    cadence: ReportCadenceEnum
    hour: int
    weekday: int
    day: int
    timezone: str
    sections: list[ReportSectionEnum]
    template: str | None
    members: list[str]
    addresses: list[str]
    active: bool


class CreateReportTemplateWish(TypedDict, total=False):
    team: str | None
    title: str
    introduction: str
    sections: list[ReportSectionEnum]
    cover: bool


class ChangeReportTemplateWish(TypedDict, total=False):
    name: str
    title: str
    introduction: str
    sections: list[ReportSectionEnum]
    cover: bool


class SetSessionTimerWish(TypedDict, total=False):
    seconds: int
    only_this: bool


class VoteInSessionWish(TypedDict, total=False):
    note: str


class CreateSharedCommentWish(TypedDict, total=False):
    reply_to: str | None


class ChangeTeamWish(TypedDict, total=False):
    name: str
    slug: str
    time_zone: str
    keep_exif: bool
    share_links: bool


class RequestApprovalWish(TypedDict, total=False):
    policy: PolicyEnum
    due_at: str | None
    checklist: list[str]
    note: str


class AnswerApprovalWish(TypedDict, total=False):
    note: str
    checked: list[int]


class CreateTeamAutomationWish(TypedDict, total=False):
    scope: AutomationScopeEnum
    source: str | None
    preset: str | None
    target: AutomationTargetEnum | BlankEnum
    collection: str | None
    new_collection: str
    tells_webhooks: bool
    tells_people: bool
    active: bool


class ChangeTeamAutomationWish(TypedDict, total=False):
    name: str
    scope: AutomationScopeEnum
    source: str | None
    preset: str | None
    target: AutomationTargetEnum | BlankEnum
    collection: str | None
    new_collection: str
    tells_webhooks: bool
    tells_people: bool
    active: bool


class ChangeTeamAutomationRunWish(TypedDict, total=False):
    action: RunsChangeActionEnum
    run: str | None


class CreateCollectionWish(TypedDict, total=False):
    assets: list[str]


class ChangeCollectionWish(TypedDict, total=False):
    name: str


class MoveInCollectionWish(TypedDict, total=False):
    position: int


class CreateTeamCommentWish(TypedDict, total=False):
    asset: str
    collection: str
    batch: str
    pin: PinRequest | None
    reply_to: str | None


class ChangeTeamCommentWish(TypedDict, total=False):
    text: str


class ChangeTeamDefaultsWish(TypedDict, total=False):
    values: dict[str, str]


class HandOverTeamWish(TypedDict, total=False):
    own_role: OwnRoleEnum


class InviteWish(TypedDict, total=False):
    role: RoleEnum
    by_mail: bool


class OpenSessionWish(TypedDict, total=False):
    title: str
    seconds: int
    votes_hidden: bool


class CreateShareWish(TypedDict, total=False):
    rights: list[RightsEnum]
    expires_at: str
    password: str
    asset: str
    collection: str
    batch: str
    email: str
    to_team: str | None
    name: str
    with_briefs: bool
    with_names: bool


class ChangeShareWish(TypedDict, total=False):
    rights: list[RightsEnum]
    expires_at: str
    password: str


class SetTeamBudgetWish(TypedDict, total=False):
    member: str | None


class CreateTeamPersonaWish(TypedDict, total=False):
    description: str
    keywords: list[str]
    team: str | None


class CreateWebhookWish(TypedDict, total=False):
    team: str | None
    name: str


class ChangeWebhookWish(TypedDict, total=False):
    url: str
    events: list[str]
    name: str
    enabled: bool


class RenewWebhookSecretWish(TypedDict, total=False):
    grace_hours: int
