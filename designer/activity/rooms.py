"""The sources of this floor and of the ground floor."""

from typing import Any, Final
from uuid import UUID

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from designer.activity.sources import Eyes, Source, Thing, Told, know, of_thing, register
from designer.assets.models import Asset, AssetKind
from designer.generations.models import LIVE, Generation, Mode, Status
from designer.personas.models import Feedback, FeedbackKind
from designer.sessions.models import ReviewSession
from teams.accounts.models import User
from teams.audit.actions import COMMON, MANAGED, REVIEWED
from teams.audit.models import AuditEntry
from teams.base.ids import id_of
from teams.membership.audit_log import OWN, WORDS
from teams.review.approvals.models import Verdict
from teams.review.approvals.services import ASKED_ANEW
from teams.review.collections.models import Collection
from teams.review.models import ABOUT, Comment
from teams.sharing.models import Share

NAMELESS: Final = {"asset": "an image", "collection": "a collection", "batch": "a batch"}
ANSWERED: Final = {
    Verdict.APPROVE.value: "approved",
    Verdict.CHANGES_REQUESTED.value: "asked for changes to",
    Verdict.REJECT.value: "rejected",
}
LIKED: Final = {FeedbackKind.LIKE.value: "liked", FeedbackKind.PICK.value: "picked"}
ENDED: Final = {Status.FAILED: "failed", Status.CANCELLED: "cancelled"}


def images(n: int) -> str:
    return "1 image" if n == 1 else f"{n} images"


def _asset(user: User, pk: UUID) -> Thing:
    found = Asset.objects.see(user, pk)
    drawn = found.generation_id if found.kind == AssetKind.GENERATED else None
    return Thing("asset", pk, found.title or NAMELESS["asset"], {"generation": drawn} if drawn else {})


def _collection(user: User, pk: UUID) -> Thing:
    return Thing("collection", pk, Collection.objects.see(user, pk).name)


def _generation(user: User, pk: UUID) -> Thing:
    return Thing("generation", pk, Generation.objects.see(user, pk).brief or "a generation")


def unless_trashed(model: type[Model], *names: str) -> Q:
    """Without what is about something that lies in the trash. Asked of each row by itself: by joins Postgres takes it
    for rare, and reads and sorts all that a team ever said for the newest page of it."""
    kept = Q()
    for name in names:
        spoken_of: Any = model._meta.get_field(name).related_model
        one = spoken_of._base_manager.filter(pk=OuterRef(name))
        lies = Subquery(one.values(kept=ExpressionWrapper(Q(trashed_at=None), BooleanField())))
        kept &= Q(Coalesce(lies, True, output_field=BooleanField()))
    return kept


def _generations(eyes: Eyes) -> QuerySet[Generation]:
    shown = Asset.objects.kept().filter(kind=AssetKind.GENERATED, set_aside=False).order_by("created_at", "pk")
    rows = Generation.objects.visible_to(eyes.user).filter(team=eyes.team).kept()
    told = rows.only("brief", "mode", "status", "cost", "owner", "team", "created_at", "simulated")
    return told.prefetch_related(Prefetch("assets", shown.only("generation", "created_at"), to_attr="told_images"))


def _of_generation(thing: Thing) -> Q | None:
    if thing.kind == "asset":
        of_it = [Q(source=thing.pk), Q(references=thing.pk), *(Q(pk=pk) for pk in thing.others.values())]
        ids = [Generation.objects.filter(each).values("pk") for each in of_it]
        return Q(pk__in=ids[0].union(*ids[1:], all=True))  # each by its own index, which one OR of them would not
    return Q(pk=thing.pk) if thing.kind == "generation" else None


def _tell_generation(row: Any, eyes: Eyes) -> Told:
    made = [image.pk for image in row.told_images]
    note = "being made" if row.status in LIVE else ENDED.get(row.status, "")  # by whom it was cancelled is not known
    seen = eyes.costs or row.owner_id == eyes.user.pk
    return Told(
        did=f"made {images(len(made))} of" if made else "asked for images of",
        many="made {n} images" if made else "",
        title=row.brief or ("a remix" if row.mode == Mode.REMIX else "photos"),
        about=f"generation:{row.pk}",
        link=reverse("generation", args=[row.pk]),
        count=len(made) or 1,
        note=note,
        pictures=tuple(made),
        amount=row.cost if seen else None,
        simulated=row.simulated,
    )


def _uploads(eyes: Eyes) -> QuerySet[Asset]:
    rows = Asset.objects.visible_to(eyes.user).filter(team=eyes.team, kind=AssetKind.REFERENCE).kept()
    return rows.only("title", "owner", "team", "created_at")


def _tell_upload(row: Asset, eyes: Eyes) -> Told:
    link = reverse("asset", args=[row.pk])
    many = "uploaded {n} photos"
    return Told(
        did="uploaded", many=many, title=row.title or "a photo", about=f"asset:{row.pk}", link=link, pictures=(row.pk,)
    )


def _comments(eyes: Eyes) -> QuerySet[Comment]:
    rows = (
        Comment.objects.visible_to(eyes.user)
        .filter(unless_trashed(Comment, "asset", "collection"), team=eyes.team)
        .kept()
    )
    return rows.select_related(*ABOUT).only(
        "text", "author", "team", "created_at", "reply_to", "guest", *(f"{kind}_id" for kind in ABOUT),
        "asset__title", "collection__name", "batch__title",
    )  # fmt: skip


def _tell_comment(row: Comment, eyes: Eyes) -> Told:
    about = row.about
    called = str(about) if row.kind != "asset" or about.title else NAMELESS[row.kind]
    did = "answered on" if row.reply_to_id else "commented on"
    page = reverse(row.kind, args=[about.pk])
    return Told(
        did=f"{did} (as a guest)" if row.guest else did,
        many="",
        title=called,
        about=row.subject,
        link=f"{page}?thread={row.reply_to_id or row.pk}#comment-{row.pk}",
        note=row.text[:300],
        pictures=(about.pk,) if row.kind == "asset" else (),
        outside=row.guest,
    )


def _feedback(eyes: Eyes) -> QuerySet[Feedback]:
    """What is said of an image by name on its page, but what somebody does not want."""
    rows = Feedback.objects.visible_to(eyes.user).filter(
        unless_trashed(Feedback, "asset", "generation"), team=eyes.team, kind__in=LIKED
    )
    return rows.select_related("asset").only("kind", "owner", "team", "created_at", "generation", "asset__title")


def _of_feedback(thing: Thing) -> Q | None:
    return Q(**{thing.kind: thing.pk}) if thing.kind in ("asset", "generation") else None


def _tell_feedback(row: Feedback, eyes: Eyes) -> Told:
    did = LIKED[row.kind]
    if row.asset is None:
        link = reverse("generation", args=[row.generation_id])
        return Told(
            did=did, many=f"{did} {{n}} images", title="images", about=f"generation:{row.generation_id}", link=link
        )
    return Told(
        did=did,
        many=f"{did} {{n}} images",
        title=row.asset.title or NAMELESS["asset"],
        about=f"asset:{row.asset_id}",
        link=reverse("asset", args=[row.asset_id]),
        pictures=(row.asset.pk,),
    )


def _log(eyes: Eyes, actions: tuple[str, ...]) -> QuerySet[AuditEntry]:
    """Of this team and with these eyes: who looks was found to belong to it."""
    return AuditEntry.objects.filter(team_id=eyes.team.pk, action__in=actions)


def _reviews(eyes: Eyes) -> QuerySet[AuditEntry]:
    """But a review that made way for the next one: that was asked for, and nothing withdrawn."""
    rows = _log(eyes, REVIEWED).exclude(action="approval.withdrawn", facts__contains={"why": ASKED_ANEW})
    rows = rows.annotate(said_image=KT("facts__asset"), image=Cast(KT("facts__asset"), UUIDField()))
    seen = Asset.objects.visible_to(eyes.user).kept().filter(pk=OuterRef("image"))
    # its title, not whether it is there: that would be asked of all images of the team at once
    return rows.annotate(title=Subquery(seen.values("title")[:1])).filter(title__isnull=False)


def _tell_review(row: Any, eyes: Eyes) -> Told:
    did = WORDS[row.action]
    if row.action == "approval.answered":
        did = ANSWERED.get(row.facts.get("verdict", ""), did)
    elif row.action == "approval.requested":
        did = "asked for a review of"
    elif row.action == "approval.withdrawn":
        did = "withdrew the review of"
    elif row.action == "approval.settled":
        did = "settled the review of"
    return Told(
        did=did,
        many="",
        title=row.title or NAMELESS["asset"],
        about=f"asset:{row.image}",
        link=f"{reverse('asset', args=[row.image])}#approval",
        pictures=(row.image,),
    )


def _team_log(eyes: Eyes) -> QuerySet[AuditEntry]:
    return _log(eyes, MANAGED if eyes.manages else COMMON)


def _tell_team(row: AuditEntry, eyes: Eyes) -> Told:
    kind, _, subject = row.subject.partition(":")
    whom = id_of(subject) if kind == "user" and row.action not in OWN else None
    did, title = WORDS.get(row.action, row.action), ""
    if row.action == "team.handed_over":
        did, whom = "handed the team over to", id_of(str(row.facts.get("to", "")))
    elif row.action.startswith("member.invit"):
        title = str(row.facts.get("email", ""))
    elif row.action == "team.renamed":
        did, title = "renamed the team to", str(row.facts.get("to", ""))
    link = reverse("members", args=[eyes.team.pk])
    return Told(did=did, many="", whom=whom, title=title, about=row.subject, link=link)


def _collections(eyes: Eyes) -> QuerySet[Collection]:
    return Collection.objects.visible_to(eyes.user).filter(team=eyes.team).kept()


def _tell_collection(row: Collection, eyes: Eyes) -> Told:
    link = reverse("collection", args=[row.pk])
    return Told(did="began the collection", many="", title=row.name, about=f"collection:{row.pk}", link=link)


def _sessions(eyes: Eyes) -> QuerySet[ReviewSession]:
    return (
        ReviewSession.objects.visible_to(eyes.user)
        .filter(unless_trashed(ReviewSession, "collection"), team=eyes.team)
        .light()
    )


def _tell_session(row: ReviewSession, eyes: Eyes) -> Told:
    about = f"collection:{row.collection_id}" if row.collection_id else ""
    link = reverse("session", args=[row.pk])
    return Told(
        did="opened a review of",
        many="",
        title=row.title,
        about=about,
        link=link,
        note="ended" if row.ended_at else "",
    )


def _shares(eyes: Eyes) -> QuerySet[Share]:
    """Only to who may take them back: they tell addresses of people outside."""
    rows = Share.objects.visible_to(eyes.user).filter(unless_trashed(Share, "asset", "collection"), team=eyes.team)
    rows = rows.filter(revoked_at=None)
    return rows.told().for_eyes_of(eyes.user)


def _tell_share(row: Share, eyes: Eyes) -> Told:
    called = str(row.about) if row.kind != "asset" or row.about.title else NAMELESS[row.kind]
    return Told(
        did="shared",
        many="",
        title=called,
        about=f"{row.kind}:{row.about_id}",
        link=reverse("team_shares", args=[eyes.team.pk]),
        note=f"with {row.recipient[:1].lower()}{row.recipient[1:]}" if row.way == "link" else f"with {row.recipient}",
    )


know("asset", _asset)
know("collection", _collection)
know("generation", _generation)
register(
    Source(
        kind="generation",
        model=Generation,
        rows=_generations,
        tell=_tell_generation,
        about=_of_generation,
        words=("brief",),
    )
)
register(
    Source(kind="upload", model=Asset, rows=_uploads, tell=_tell_upload, about=of_thing(asset="pk"), words=("title",))
)
register(
    Source(
        kind="comment",
        model=Comment,
        rows=_comments,
        tell=_tell_comment,
        about=of_thing(**{kind: kind for kind in ABOUT}),
        words=("text", "asset__title", "collection__name", "batch__title"),
        actor="author_id",
    )
)
register(
    Source(
        kind="feedback",
        model=Feedback,
        rows=_feedback,
        tell=_tell_feedback,
        about=_of_feedback,
        words=("asset__title",),
    )
)
register(
    Source(
        kind="review",
        model=AuditEntry,
        rows=_reviews,
        tell=_tell_review,
        about=of_thing(asset="said_image"),
        words=("title",),
        actor="actor_id",
    )
)
register(
    Source(
        kind="team",
        model=AuditEntry,
        rows=_team_log,
        tell=_tell_team,
        about=lambda thing: None,
        words=("action",),
        actor="actor_id",
    )
)
register(
    Source(
        kind="collection",
        model=Collection,
        rows=_collections,
        tell=_tell_collection,
        about=of_thing(collection="pk"),
        words=("name",),
    )
)
register(
    Source(
        kind="session",
        model=ReviewSession,
        rows=_sessions,
        tell=_tell_session,
        about=of_thing(collection="collection"),
        words=("title",),
    )
)
register(
    Source(
        kind="share",
        model=Share,
        rows=_shares,
        tell=_tell_share,
        about=of_thing(**{kind: kind for kind in ABOUT}),
        words=("name", "asset__title", "collection__name", "batch__title"),
        actor="sharer_id",
    )
)
