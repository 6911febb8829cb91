"""What each event tells, as types: the one source of docs/asyncapi.yaml, of the SDKs' types and of the tests.

A fact and a tick of one name share a type. Clients must bear fields they do not know. Money is USD as decimal text.
"""

from typing import Any, NotRequired, TypedDict


class Progress(TypedDict):
    """How far the whole work is: `percent` 0 to 100."""

    stage: str
    percent: float
    status: NotRequired[str]
    message: NotRequired[str]


class GenerationProgress(Progress):
    """`assets`: the images that are there already."""

    assets: NotRequired[list[str]]


class EnhancementProgress(Progress):
    """`done`: finished steps of the recipe. On the channel of an asset `enhancement` says which."""

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
        "from_image": NotRequired[int],  # older ones do not tell
    },
)
Fallback.__doc__ = (
    "Another model stepped in; `note` tells the difference for people. Prices are per image. `from_image`: the first, "
    "of 1 to n, that it is to make."
)


class Corrected(TypedDict):
    """Somebody corrected what was understood: the names of the `attributes`, and `by` whom, for people."""

    attributes: list[str]
    by: str


class Complete(TypedDict):
    """It ended with pictures: `assets` are their ids."""

    status: str
    percent: float
    assets: list[str]
    cost: str
    simulated: bool


class EnhancementComplete(Complete):
    """On the channel of an asset `enhancement` says which."""

    enhancement: NotRequired[str]


class Ended(TypedDict):
    """It failed or was cancelled; of a failure the words of the refusal, for people."""

    status: str
    code: NotRequired[str]
    message: NotRequired[str]
    remedy: NotRequired[str]


class EnhancementEnded(Ended):
    """On the channel of an asset `enhancement` says which."""

    enhancement: NotRequired[str]


class PreviewChanged(TypedDict):
    """A trial of recipes on a part of an image: `done` of them are there."""

    status: str
    done: int


class ReportChanged(TypedDict):
    """How far a report is, or how its mails go: read it anew. `error` is {code, message, remedy}."""

    status: str
    percent: float
    error: dict[str, Any] | None


class BatchState(TypedDict):
    """A batch at a glance; `reason` says why it is paused ({code, message, remedy})."""

    status: str
    reason: dict[str, Any] | None
    counts: dict[str, int]
    percent: float
    cost: str


class BatchItemEnded(TypedDict):
    """An item of a batch ended; `error` is {code, message, remedy}."""

    item: str
    position: int
    status: str
    cost: str
    assets: list[str]
    error: dict[str, Any] | None


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


class AssetVersion(TypedDict):
    """Another version stands for the image (`in_use` instead of `before`), or this one has a new name."""

    in_use: NotRequired[str]
    before: NotRequired[str]
    name: NotRequired[str]


class Nothing(TypedDict):
    """The name says it all: read the subject anew."""


class CommentGone(TypedDict):
    """A comment was taken back. `about`: "asset:<id>", "collection:<id>" or "batch:<id>"; for an image `asset` is the
    version it was on, and it is told on the original's channel too."""

    id: str
    about: str
    asset: str | None
    reply_to: str | None


class CommentSaid(CommentGone):
    """A comment as it stands. `text`: its first 2,000 letters. `pin`: the spot it is about, {x, y} in shares of the
    picture's sides, of a region with {width, height}. `mentions`: the ids of whom it names."""

    author: str
    name: str
    text: str
    pin: dict[str, float] | None
    mentions: list[str]


class CommentSettled(CommentGone):
    """A thread was resolved or opened again: `by` whom, an id, and their `name`."""

    by: str
    name: str


class CommentReacted(CommentGone):
    """Somebody (`by`) put a sign to a comment or took theirs away. `counts`: how many of each there are now."""

    by: str
    name: str
    counts: dict[str, int]


class ApprovalChanged(TypedDict):
    """How the review of an image (`asset`) stands now: open, changes_requested, rejected, approved or withdrawn. `by`
    whom, an id, and their `name`; null where somebody left for whom it waited. Of an answer also its `verdict`."""

    id: str
    asset: str
    status: str
    by: str | None
    name: str
    verdict: NotRequired[str]


class CollectionChanged(TypedDict):
    """created, renamed, added, removed, moved, trashed or restored: read it anew."""

    what: str


class SessionOpened(TypedDict):
    """A review of a collection has begun; told on the channels of the collection and of its team."""

    session: str
    collection: str
    title: str
    by: str


class SessionTimer(TypedDict):
    """The clock of the image shown, by the server's time `at`: it runs until `ends_at`, or stands at `left` s."""

    seconds: int
    running: bool
    ends_at: str | None
    left: float
    at: str


class SessionImage(TypedDict):
    """Everybody who follows sees this image now; `position` from 1."""

    asset: str
    position: int
    timer: SessionTimer


class SessionPresenter(TypedDict):
    """This person presents now; null: nobody, for who did may not any more."""

    presenter: str | None
    name: str


class SessionTally(TypedDict):
    yes: int
    no: int
    perhaps: int


class SessionVote(TypedDict):
    """Somebody voted on an image, or took that back (`given` false). Hidden votes tell neither `choice` nor `tally`."""

    asset: str
    voter: str
    given: bool
    voted: int
    choice: str | None
    tally: SessionTally | None


class SessionRevealed(TypedDict):
    """The votes on an image are open now."""

    asset: str
    tally: SessionTally


class SessionEnded(TypedDict):
    """The review is over and its summary is there."""

    session: str
    images: int
    votes: int
    seconds: int


class AutomationRun(TypedDict):
    """How a run of an automation stands now: waiting, enhancing, delivering, delivered, failed, skipped, cancelled."""

    run: str
    asset: str
    status: str


class AutomationDelivered(TypedDict):
    """An automation has delivered an image that was approved: `asset` became `result`, which is the same where nothing
    was enhanced. `cost`: USD, for this image."""

    run: str
    name: str
    approval: str
    asset: str
    result: str
    collection: str | None
    cost: str


class TeamChanged(TypedDict):
    """The team was archived, unarchived, deleted (with thirty days of grace), restored or handed_over: `by` whom, an
    id, and their `name`. Whoever watches one that is deleted is asked anew and hears no more of it."""

    what: str
    by: str | None
    name: str


class CostUpdated(TypedDict):
    """Something was paid for `subject`, such as `generation:<id>`."""

    subject: str
    amount: str
    simulated: bool


class FeedbackChanged(TypedDict):
    """Feedback was given, or taken back (`given` false)."""

    asset: str
    kind: str
    given: bool


class LearningChanged(TypedDict):
    """Weights were reverted, or that was undone. Read them anew."""

    act: str
    kind: str
    about: str


class NotificationCreated(TypedDict):
    """News for this person."""

    id: str
    kind: str
    title: str
    link: str


class NotificationRead(TypedDict):
    """So many of this person's notifications were read."""

    count: int


class SystemAlert(TypedDict):
    """Something to know as long as it lasts: on `system` for everybody, on a team's channel for that team.

    `kind` is provider, budget or maintenance, `level` info, warning or error. `ended`: it is over, show it no longer.
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


class Shown(TypedDict):
    """Where somebody is, as a message of its own type; `socket` tells two windows of one person apart."""

    user: str
    name: str
    socket: str
    state: Any
