"""One run of the pipeline: what was asked, what was understood, what was made and what it cost."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from designer.jobs.attempts import NOT_SENT_AGAIN
from teams.base.models import Row
from teams.base.states import MovingQuerySet
from teams.membership.ownership import OwnedQuerySet, TeamOwned


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (Status.QUEUED, Status.RUNNING)
REFUSED = ("moderated", "invalid_request")
ENDS = {Status.SUCCEEDED, Status.PARTIAL, Status.FAILED, Status.CANCELLED}


class StageStatus(models.TextChoices):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Stage(models.TextChoices):
    ANALYSIS = "analysis"
    PROMPTING = "prompting"
    PERSONA = "persona"
    ROUTING = "routing"
    OPTIMISATION = "optimisation"
    GENERATION = "generation"


class Mode(models.TextChoices):
    """How a generation began from its source image."""

    VARIATION = "variation"
    SIMILAR = "similar"
    EDIT = "edit"
    REMIX = "remix"


class GenerationQuerySet(OwnedQuerySet["Generation"], MovingQuerySet["Generation"]):  # type: ignore[override]  # both make a manager
    def kept(self) -> "GenerationQuerySet":
        return self.filter(trashed_at__isnull=True)


class Generation(TeamOwned):
    """A brief on its way to images."""

    MOVES: ClassVar[dict[str, set[str]]] = {
        Status.QUEUED: {Status.RUNNING, Status.PARTIAL, Status.FAILED, Status.CANCELLED},
        Status.RUNNING: {Status.RUNNING, *ENDS},
        Status.FAILED: {Status.QUEUED},  # an admin replays its dead job
        Status.PARTIAL: {Status.QUEUED},
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    brief = models.TextField(blank=True)
    references = models.ManyToManyField("designer.Asset", related_name="used_in", blank=True)
    source = models.ForeignKey("designer.Asset", models.SET_NULL, null=True, blank=True, related_name="offspring")
    mode = models.CharField(max_length=16, choices=Mode, blank=True)
    persona = models.ForeignKey("designer.Persona", models.SET_NULL, null=True, blank=True, related_name="+")
    settings = models.JSONField(default=dict, blank=True)
    corrections = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.QUEUED)
    stage = models.CharField(max_length=16, choices=Stage, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    understood = models.JSONField(default=dict, blank=True)
    prompt = models.TextField(blank=True)
    negative_prompt = models.TextField(blank=True)
    provider = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=120, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    estimate = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    simulated = models.BooleanField(default=False)
    fallbacks = models.JSONField(default=list, blank=True)  # each model that stepped in, with the reason and the price
    error = models.JSONField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)
    objects = GenerationQuerySet.as_manager()

    if TYPE_CHECKING:
        assets: Any
        stages: Any

    class Meta:
        db_table = "generations"
        constraints = [
            models.CheckConstraint(name="generation_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="generation_mode_known", condition=Q(mode__in=["", *Mode.values])),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(name="generation_of_owner", fields=["team", "owner", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return self.brief[:60] or str(self.id)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def title(self) -> str:
        """Its brief, or what it was made from."""
        return self.brief or ("Remix" if self.mode == Mode.REMIX else "From photos")

    @property
    def asked_model(self) -> str:
        """The catalogue's name of the model that draws it, by which the router asks: `model` is what the vendor calls
        it once an image has come, which may say more, its release or the checkpoint that was loaded."""
        orders = self.stages.filter(name=Stage.GENERATION, output__has_key="order")
        return str(orders.values_list("output__order__model", flat=True).first() or self.model)

    @property
    def photos(self) -> list[Any]:
        """The references in the order they were wished in: a model may take only the first."""
        place = {pk: number for number, pk in enumerate(self.settings.get("references", []))}
        return sorted(self.references.all(), key=lambda asset: place.get(str(asset.pk), len(place)))

    @property
    def stage_steps(self) -> list[dict[str, str]]:
        """Each stage with where it stands: done, now or next."""
        names = list(Stage)
        reached = names.index(Stage(self.stage)) if self.stage else -1
        standing = [("done" if i < reached else "now" if i == reached else "next") for i in range(len(names))]
        return [{"label": name.label, "state": state} for name, state in zip(names, standing, strict=True)]

    @property
    def is_lost(self) -> bool:
        """Whether all that is missing may have been paid for already: none of it is asked for a second time."""
        output = self.drawn
        unknown = [each["places"] for each in output.get("absent", []) if each["code"] == NOT_SENT_AGAIN]
        gone = set(output.get("made", [])).union(*unknown)
        return bool(unknown) and len(gone) >= len(output["order"]["seeds"])

    @property
    def is_refused(self) -> bool:
        """Whether it ended because its words were refused, as they would be again; not only some picture of it."""
        code = (self.error or {}).get("code")
        return code in REFUSED and all(each["code"] != code for each in self.drawn.get("absent", []))

    @property
    def drawn(self) -> dict[str, Any]:
        """What the last stage left: its order, and how that went."""
        return next((run.output for run in self.stages.all() if run.name == Stage.GENERATION), {})

    @property
    def shown_assets(self) -> list[Any]:
        return [asset for asset in self._made_assets if not asset.set_aside]

    @property
    def makers(self) -> list[tuple[str, str]]:
        """Provider and model of each that made some of its images, in the order in which they came."""
        told = (each.provenance for each in self._made_assets)
        return list(dict.fromkeys((said.get("provider", ""), said["model"]) for said in told if said.get("model")))

    @property
    def set_aside_assets(self) -> list[Any]:
        """Made for a best-of and not among the best; kept all the same."""
        return [asset for asset in self._made_assets if asset.set_aside]

    @property
    def _made_assets(self) -> list[Any]:
        """In the order in which they came, which the database alone does not keep once a row is changed."""
        made = (asset for asset in self.assets.all() if asset.trashed_at is None and asset.kind == "generated")
        return sorted(made, key=lambda asset: (asset.created_at, asset.pk))


class PromptFavourite(TeamOwned):
    """A person keeps the words of one generation, to use them again."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    generation = models.ForeignKey(Generation, models.CASCADE, related_name="favourites")
    objects = OwnedQuerySet["PromptFavourite"].as_manager()

    class Meta:
        db_table = "prompt_favourites"
        constraints = [models.UniqueConstraint(name="prompt_favourite_once", fields=["owner", "generation"])]

    def __str__(self) -> str:
        return f"{self.generation_id} kept by {self.owner_id}"


class StageRun(Row):
    """One stage of one generation, with what went in and what came out."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=16, choices=Stage)
    status = models.CharField(max_length=16, choices=StageStatus, default=StageStatus.RUNNING)
    input_digest = models.CharField(max_length=64, blank=True)
    output = models.JSONField(default=dict, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "stage_runs"
        constraints = [
            models.UniqueConstraint(name="stage_run_once", fields=["generation", "name"]),
            models.CheckConstraint(name="stage_run_name_known", condition=Q(name__in=Stage.values)),
            models.CheckConstraint(name="stage_run_status_known", condition=Q(status__in=StageStatus.values)),
        ]
        indexes = [models.Index(name="stage_run_by_input", fields=["name", "input_digest"])]
        ordering = ["started_at"]

    @property
    def seconds(self) -> float | None:
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None

    def __str__(self) -> str:
        return f"{self.name} of {self.generation_id}"
