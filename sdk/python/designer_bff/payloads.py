# Written by `manage.py write_contracts` from the AsyncAPI description. Change that, not this.

"""What events tell, as types: `payload(event, "generation:complete")` is its data, or None of another event."""

from typing import Any, Literal, NotRequired, TypedDict, cast, overload

from designer_bff.events import LiveEvent


class ApprovalChanged(TypedDict):
    """How the review of an image (`asset`) stands now: open, changes_requested, rejected, approved or withdrawn.
    `by` whom, an id, and their `name`; null where somebody left for whom it waited. Of an answer also its
    `verdict`.
    """

    id: str
    asset: str
    status: str
    by: str | None
    name: str
    verdict: NotRequired[str]


class AssetVersion(TypedDict):
    """Another version stands for the image (`in_use` instead of `before`), or this one has a new name."""

    in_use: NotRequired[str]
    before: NotRequired[str]
    name: NotRequired[str]


class AutomationDelivered(TypedDict):
    """An automation has delivered an image that was approved: `asset` became `result`, which is the same where
    nothing was enhanced. `cost`: USD, for this image.
    """

    run: str
    name: str
    approval: str
    asset: str
    result: str
    collection: str | None
    cost: str


class AutomationRun(TypedDict):
    """How a run of an automation stands now: waiting, enhancing, delivering, delivered, failed, skipped,
    cancelled.
    """

    run: str
    asset: str
    status: str


class BatchItemEnded(TypedDict):
    """An item of a batch ended; `error` is {code, message, remedy}."""

    item: str
    position: int
    status: str
    cost: str
    assets: list[str]
    error: dict[str, Any] | None


class BatchState(TypedDict):
    """A batch at a glance; `reason` says why it is paused ({code, message, remedy})."""

    status: str
    reason: dict[str, Any] | None
    counts: dict[str, int]
    percent: float
    cost: str


class CollectionChanged(TypedDict):
    """created, renamed, added, removed, moved, trashed or restored: read it anew."""

    what: str


class CommentGone(TypedDict):
    """A comment was taken back. `about`: "asset:<id>", "collection:<id>" or "batch:<id>"; for an image `asset` is
    the version it was on, and it is told on the original's channel too.
    """

    id: str
    about: str
    asset: str | None
    reply_to: str | None


class CommentReacted(TypedDict):
    """Somebody (`by`) put a sign to a comment or took theirs away. `counts`: how many of each there are now."""

    id: str
    about: str
    asset: str | None
    reply_to: str | None
    by: str
    name: str
    counts: dict[str, int]


class CommentSaid(TypedDict):
    """A comment as it stands. `text`: its first 2,000 letters. `pin`: the spot it is about, {x, y} in shares of
    the picture's sides, of a region with {width, height}. `mentions`: the ids of whom it names.
    """

    id: str
    about: str
    asset: str | None
    reply_to: str | None
    author: str
    name: str
    text: str
    pin: dict[str, float] | None
    mentions: list[str]


class CommentSettled(TypedDict):
    """A thread was resolved or opened again: `by` whom, an id, and their `name`."""

    id: str
    about: str
    asset: str | None
    reply_to: str | None
    by: str
    name: str


class Complete(TypedDict):
    """It ended with pictures: `assets` are their ids."""

    status: str
    percent: float
    assets: list[str]
    cost: str
    simulated: bool


class Corrected(TypedDict):
    """Somebody corrected what was understood: the names of the `attributes`, and `by` whom, for people."""

    attributes: list[str]
    by: str


class CostUpdated(TypedDict):
    """Something was paid for `subject`, such as `generation:<id>`."""

    subject: str
    amount: str
    simulated: bool


class Ended(TypedDict):
    """It failed or was cancelled; of a failure the words of the refusal, for people."""

    status: str
    code: NotRequired[str]
    message: NotRequired[str]
    remedy: NotRequired[str]


class EnhancementComplete(TypedDict):
    """On the channel of an asset `enhancement` says which."""

    status: str
    percent: float
    assets: list[str]
    cost: str
    simulated: bool
    enhancement: NotRequired[str]


class EnhancementEnded(TypedDict):
    """On the channel of an asset `enhancement` says which."""

    status: str
    code: NotRequired[str]
    message: NotRequired[str]
    remedy: NotRequired[str]
    enhancement: NotRequired[str]


class EnhancementProgress(TypedDict):
    """`done`: finished steps of the recipe. On the channel of an asset `enhancement` says which."""

    stage: str
    percent: float
    status: NotRequired[str]
    message: NotRequired[str]
    done: NotRequired[int]
    enhancement: NotRequired[str]


Fallback = TypedDict(
    "Fallback",
    {
        "provider": str,
        "model": str,
        "from": str,
        "instead_of": str,
        "title": str,
        "title_before": str,
        "code": str,
        "reason": str,
        "note": str,
        "unit_price": str,
        "unit_price_before": str,
        "from_image": NotRequired[int],
    },
)


class FeedbackChanged(TypedDict):
    """Feedback was given, or taken back (`given` false)."""

    asset: str
    kind: str
    given: bool


class GenerationProgress(TypedDict):
    """`assets`: the images that are there already."""

    stage: str
    percent: float
    status: NotRequired[str]
    message: NotRequired[str]
    assets: NotRequired[list[str]]


class LearningChanged(TypedDict):
    """Weights were reverted, or that was undone. Read them anew."""

    act: str
    kind: str
    about: str


class Nothing(TypedDict):
    """The name says it all: read the subject anew."""


class NotificationCreated(TypedDict):
    """News for this person."""

    id: str
    kind: str
    title: str
    link: str


class NotificationRead(TypedDict):
    """So many of this person's notifications were read."""

    count: int


class PortfolioStanding(TypedDict):
    """Counts of a portfolio's files; of a failure the words of the refusal too."""

    status: str
    percent: float
    total: int
    read: int
    duplicates: int
    refused: int
    ignored: int
    code: NotRequired[str]
    message: NotRequired[str]
    remedy: NotRequired[str]


class PreviewChanged(TypedDict):
    """A trial of recipes on a part of an image: `done` of them are there."""

    status: str
    done: int


class ReportChanged(TypedDict):
    """How far a report is, or how its mails go: read it anew. `error` is {code, message, remedy}."""

    status: str
    percent: float
    error: dict[str, Any] | None


class SessionEnded(TypedDict):
    """The review is over and its summary is there."""

    session: str
    images: int
    votes: int
    seconds: int


class SessionImage(TypedDict):
    """Everybody who follows sees this image now; `position` from 1."""

    asset: str
    position: int
    timer: dict[str, Any]


class SessionOpened(TypedDict):
    """A review of a collection has begun; told on the channels of the collection and of its team."""

    session: str
    collection: str
    title: str
    by: str


class SessionPresenter(TypedDict):
    """This person presents now; null: nobody, for who did may not any more."""

    presenter: str | None
    name: str


class SessionRevealed(TypedDict):
    """The votes on an image are open now."""

    asset: str
    tally: dict[str, Any]


class SessionTimer(TypedDict):
    """The clock of the image shown, by the server's time `at`: it runs until `ends_at`, or stands at `left` s."""

    seconds: int
    running: bool
    ends_at: str | None
    left: float
    at: str


class SessionVote(TypedDict):
    """Somebody voted on an image, or took that back (`given` false). Hidden votes tell neither `choice` nor
    `tally`.
    """

    asset: str
    voter: str
    given: bool
    voted: int
    choice: str | None
    tally: dict[str, Any] | None


class Shown(TypedDict):
    """Where somebody is, as a message of its own type; `socket` tells two windows of one person apart."""

    user: str
    name: str
    socket: str
    state: Any


class SystemAlert(TypedDict):
    """Something to know as long as it lasts: on `system` for everybody, on a team's channel for that team. `kind`
    is provider, budget or maintenance, `level` info, warning or error. `ended`: it is over, show it no longer.
    """

    id: str
    kind: str
    level: str
    title: str
    text: str
    link: str
    starts_at: str | None
    ends_at: str | None
    ended: bool


class TeamChanged(TypedDict):
    """The team was archived, unarchived, deleted (with thirty days of grace), restored or handed_over: `by` whom,
    an id, and their `name`. Whoever watches one that is deleted is asked anew and hears no more of it.
    """

    what: str
    by: str | None
    name: str


@overload
def payload(
    event: LiveEvent,
    *names: Literal["approval:requested", "approval:answered", "approval:settled", "approval:withdrawn"],
) -> ApprovalChanged | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["asset:version"]) -> AssetVersion | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["automation:delivered"]) -> AutomationDelivered | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["automation:run"]) -> AutomationRun | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["batch:item"]) -> BatchItemEnded | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["batch:progress", "batch:complete"]) -> BatchState | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["collection:changed"]) -> CollectionChanged | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["comment:deleted"]) -> CommentGone | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["comment:reacted"]) -> CommentReacted | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["comment:created", "comment:updated"]) -> CommentSaid | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["comment:resolved", "comment:reopened"]) -> CommentSettled | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["generation:complete"]) -> Complete | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["generation:corrected"]) -> Corrected | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["cost:updated"]) -> CostUpdated | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["generation:failed", "generation:cancelled"]) -> Ended | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["enhancement:complete"]) -> EnhancementComplete | None: ...


@overload
def payload(
    event: LiveEvent, *names: Literal["enhancement:failed", "enhancement:cancelled"]
) -> EnhancementEnded | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["enhancement:progress"]) -> EnhancementProgress | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["generation:fallback"]) -> Fallback | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["feedback:changed"]) -> FeedbackChanged | None: ...


@overload
def payload(
    event: LiveEvent, *names: Literal["generation:stage", "generation:progress"]
) -> GenerationProgress | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["learning:changed"]) -> LearningChanged | None: ...


@overload
def payload(
    event: LiveEvent, *names: Literal["asset:promoted", "asset:trashed", "asset:restored", "team:activity"]
) -> Nothing | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["notification:created"]) -> NotificationCreated | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["notification:read"]) -> NotificationRead | None: ...


@overload
def payload(
    event: LiveEvent,
    *names: Literal["portfolio:progress", "portfolio:complete", "portfolio:failed", "portfolio:cancelled"],
) -> PortfolioStanding | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["preview:changed"]) -> PreviewChanged | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["report:changed"]) -> ReportChanged | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["session:ended"]) -> SessionEnded | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["session:image"]) -> SessionImage | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["session:opened"]) -> SessionOpened | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["session:presenter"]) -> SessionPresenter | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["session:revealed"]) -> SessionRevealed | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["session:timer"]) -> SessionTimer | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["session:vote"]) -> SessionVote | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["system:alert"]) -> SystemAlert | None: ...


@overload
def payload(event: LiveEvent, *names: Literal["team:changed"]) -> TeamChanged | None: ...


def payload(event: LiveEvent, *names: str) -> Any:
    """The data of an event of one of these names, fact or tick; None for any other."""
    return cast(Any, event.data) if event.name in names else None
