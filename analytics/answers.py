"""What may be asked of the figures, and what is answered, as records. Pure: knows no Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from analytics import burndown
from analytics.anomalies import METHODS, Metric
from analytics.comparing import Compared
from analytics.forecasting import BUSY, LEAST, Band
from analytics.measures import ZERO, Figures, ModelFigures, Money, Rate, Spread
from analytics.periods import Bucket, Period, midnight

Tier = Literal["days", "slots", "raw"]
CostsOf = Literal["team", "own", "both"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures: of these teams; of `whole` among them the costs too, of the others one's own. `managed`: those
    whose settings the asker may change."""

    me: UUID
    teams: tuple[UUID, ...]
    whole: tuple[UUID, ...]
    managed: tuple[UUID, ...] = ()

    @property
    def costs_of(self) -> CostsOf:
        return "both" if 0 < len(self.whole) < len(self.teams) else "team" if self.whole else "own"

    def shows_costs_of(self, member: UUID | None) -> bool:
        """Of others only where all that they cost is seen: of one team in two it would be a part, told as the whole."""
        return len(self.whole) == len(self.teams) or member == self.me


@dataclass(frozen=True, slots=True)
class Narrow:
    """Of all that is counted only this: "" and None are anything. `kind`: of the ledger's lines, where costs are asked
    for alone."""

    provider: str = ""
    model: str = ""
    member: UUID | None = None
    simulated: bool | None = None
    kind: str = ""

    def __bool__(self) -> bool:
        return self != Narrow()


@dataclass(frozen=True, slots=True)
class Question:
    """`tier`: whole days where they are kept, else quarters of an hour; `raw` works it out of the raw rows, which takes
    its time: to check and to measure. The figures are the same. `beside`: with what stands beside the tables."""

    scope: Scope
    period: Period
    compare: bool = False
    tier: Tier = "slots"
    beside: bool = True
    narrow: Narrow = Narrow()

    @property
    def earlier(self) -> "Question | None":
        """The same of as many days before, if it is to be compared."""
        return replace(self, period=self.period.before(), compare=False, beside=True) if self.compare else None


@dataclass(frozen=True, slots=True)
class Lag:
    """Whether something of these teams is still to be worked out, and for how many seconds the oldest has waited."""

    pending: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class About:
    """What an answer is an answer to, and how far behind the rows its figures may be."""

    period: Period
    scope: Scope
    lag: Lag
    narrow: Narrow = Narrow()


@dataclass(frozen=True, slots=True)
class Span:
    bucket: Bucket
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    about: About
    totals: Figures
    previous: Figures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview(Answer):
    series: list[Span]
    previous_series: list[Span] = field(default_factory=list)
    latency: Spread
    active_members: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one kind, provider, model or member."""

    money: Money
    kind: str = ""
    provider: str = ""
    model: str = ""
    member: UUID | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ForecastDay:
    day: date
    cost: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a team may spend from the day `since` on. `error`, `naive_error`: by how many USD four weeks that were held
    back differed from what this method, and a seasonal naive forecast, said of them. `unpriced`: images of the days
    looked back upon that are no part of it. Without a method: `refusal`."""

    since: date
    zone: str
    made_at: datetime
    method: str
    looked_back: int
    busy: int
    unpriced: int
    old: bool
    failed: bool
    error: float | None
    naive_error: float | None
    month: Band | None
    ahead: Band | None
    days: list[ForecastDay]

    @property
    def refusal(self) -> str:
        if self.method:
            return ""
        if self.old:
            return f"The last one is of {self.since}, which is too long ago; the next has not been made yet."
        if self.failed:
            return "It could not be made; the next try is tomorrow."
        return (
            f"There is too little to go by: {self.looked_back} days, with something paid on {self.busy}. "
            f"{LEAST} days with {BUSY} are needed."
        )


@dataclass(frozen=True, slots=True)
class BurnDay:
    """USD that were charged on a day, and what of the budget was left at its end."""

    day: date
    spent: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnDown:
    """A budget, by what it is used up, and when at the pace of the last weeks. `spent`, `reserved`: as the budget has
    them, what is simulated included. `elsewhere`: what of `spent` was charged on none of these days; below zero what
    was charged on them and counts elsewhere. Without a `pace`: `lacking`, days and those with something charged.
    `stopped`: days that are left out, for the budget may have refused what would have been charged; `changed`: when its
    limit was last set, if days before are looked back upon; `unpriced`: images of this month (of a batch, items) of
    which it is not known what they cost; `unpriced_past`: those of the days that are looked back upon."""

    scope: str
    subject: UUID
    name: str
    limit: Decimal
    spent: Decimal
    simulated: Decimal
    reserved: Decimal
    today: date
    end: date | None
    days: list[BurnDay]
    elsewhere: Decimal
    pace: burndown.Pace | None
    lacking: tuple[int, int]
    stopped: int
    changed: date | None
    unpriced: int
    unpriced_past: int

    @property
    def left(self) -> Decimal:
        return max(ZERO, self.limit - self.spent - self.reserved)

    @property
    def refusal(self) -> str:
        if self.pace:
            return ""
        days, busy = self.lacking
        needed = f"{burndown.LEAST} whole days with {burndown.BUSY} are needed."
        beside = f", beside {self.stopped} on which it was nearly used up" if self.stopped else ""
        return f"There is too little to go by: {days} days, with something charged on {busy}{beside}. {needed}"

    @property
    def used_up(self) -> date | None:
        return self.day_of(self.pace.used_up if self.pace else None)

    @property
    def earliest(self) -> date | None:
        return self.day_of(self.pace.earliest if self.pace else None)

    @property
    def latest(self) -> date | None:
        return self.day_of(self.pace.latest if self.pace else None)

    def day_of(self, number: int | None) -> date | None:
        """So many days from today on."""
        return None if number is None else self.today + timedelta(days=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """A day of a team far from what the days before it let expect: `low` to `high`, from so many of them. `of`:
    generations that ended or were timed; of a cost, images."""

    team: UUID
    name: str
    day: date
    zone: str
    metric: Metric
    value: float
    expected: float
    low: float
    high: float
    days: int
    of: int
    images: int

    @property
    def method(self) -> str:
        return METHODS[self.metric]

    @property
    def begin(self) -> datetime:
        return midnight(self.day, self.zone)

    @property
    def end(self) -> datetime:
        return midnight(self.day + timedelta(days=1), self.zone)


@dataclass(frozen=True, slots=True)
class Looked:
    """Which days of a team were looked through: those before `since`. `known`: of how many of its last weeks' days
    something is known, by metric; of fewer than `anomalies.KNOWN` none is judged."""

    team: UUID
    since: date
    zone: str
    known: Mapping[str, int]
    name: str


@dataclass(frozen=True, slots=True)
class Anomalies:
    """The days of the range that are out of the ordinary, the last first, as far as the asker may see what they are
    about; and which days were looked at."""

    found: list[Unusual]
    looked: list[Looked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs(Answer):
    series: list[Span]
    kinds: list[Cost]
    providers: list[Cost]
    models: list[Cost]
    members: list[Cost]
    forecast: Forecast | None
    budgets: list[BurnDown]
    anomalies: Anomalies


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What was made for one persona (None: for none), of one garment ("": not understood), or by one model. Of money it
    has what was charged for images alone. `approved`: of the images, those of which a version is."""

    figures: Figures
    approved: Rate
    own_approved: int
    persona: UUID | None = None
    garment: str = ""
    provider: str = ""
    model: str = ""
    simulated: bool = False
    name: str = ""

    @property
    def cost_per_approved(self) -> Decimal | None:
        return self.figures.money.per(self.own_approved) if self.figures.money else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Answer):
    series: list[Span]
    models: list[ModelFigures]
    personas: list[Slice]
    garments: list[Slice]
    makers: list[Slice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Models(Answer):
    models: list[ModelFigures]


@dataclass(frozen=True, slots=True)
class Member:
    """`last_active`: the quarter of an hour in which they last asked for images. Without a `member`: what is in
    nobody's name or, with a `name`, what others cost."""

    member: UUID | None
    name: str
    figures: Figures
    days_active: int = 0
    last_active: datetime | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """Of those of a cohort how many asked for something in the week from `week` on. `whole`: the week is over."""

    week: date
    active: Rate
    whole: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who first asked for something in the week from `week` on; None: before all weeks that are told."""

    week: date | None
    members: int
    returns: list[Return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members(Answer):
    members: list[Member]
    cohorts: list[Cohort]


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a weekday (1 is Monday), as the clock on the wall has it, over the whole range."""

    weekday: int
    hour: int
    asked: int
    images: int
    rated: int
    liked: int


@dataclass(frozen=True, slots=True)
class Term:
    """Something that was asked for: an attribute of this kind, a `word` of the brief, or a whole `prompt`, by the id of
    the last generation that says it and by what it comes to. `rate`: of all generations."""

    kind: str
    term: str
    rate: Rate
    generation: UUID | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A term of which another share of the generations than before has been asked for since the middle."""

    kind: str
    term: str
    before: Rate
    after: Rate
    compared: Compared

    @property
    def rises(self) -> bool:
        return self.compared.estimate > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`asked`: generations whose words are known, of all that are not in the trash. `moved`: what rose and fell from
    the day `middle` on, the surest first, of `tests` terms that were frequent enough; `lacking`: why none is told."""

    asked: int
    attributes: list[Term]
    words: list[Term]
    prompts: list[Term]
    middle: date
    moved: list[Moved]
    tests: int
    lacking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends(Answer):
    """`terms`: None where they were not asked for."""

    hours: list[Hour]
    terms: Terms | None
