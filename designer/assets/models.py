"""Images: uploaded, generated or enhanced. Files are content-addressed; the row says whose they are."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from designer.assets.provenance import SOURCE_TYPES
from teams.membership.ownership import OwnedQuerySet, TeamOwned

NEAR = 3  # bits of 64: of 300 photos saved anew at half the size all are found, of 44,850 other pairs 7


class AssetKind(models.TextChoices):
    REFERENCE = "reference"
    GENERATED = "generated"
    ENHANCED = "enhanced"


class AssetQuerySet(OwnedQuerySet["Asset"]):
    def kept(self) -> "AssetQuerySet":
        """Those not in the trash."""
        return self.filter(trashed_at__isnull=True)

    def alike(self, asset: "Asset") -> "AssetQuerySet":
        """Those that show the same picture as `asset`, resized, recompressed or hardly changed; not itself.

        Their 64-bit difference hashes differ in at most NEAR bits. A team's rows are compared one by one, without an
        index: some 5 million a second.
        """
        if asset.perceptual_hash is None:
            return self.none()
        apart = RawSQL("bit_count((perceptual_hash # %s)::bit(64))", [asset.perceptual_hash])
        return self.exclude(pk=asset.pk).alias(apart=apart).filter(Q(apart__lte=NEAR))

    def trashed(self) -> "AssetQuerySet":
        return self.filter(trashed_at__isnull=False)


class Asset(TeamOwned):
    """One image of a team."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=AssetKind)
    title = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    media_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    facts = models.JSONField(default=dict, blank=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="versions")
    version_name = models.CharField(max_length=80, blank=True)
    # of an original: the version that is shown in its place; null while that is itself
    chosen = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    generation = models.ForeignKey(
        "designer.Generation", models.SET_NULL, null=True, blank=True, related_name="assets", db_constraint=True
    )
    seed = models.BigIntegerField(null=True, blank=True)
    simulated = models.BooleanField(default=False)
    perceptual_hash = models.BigIntegerField(null=True, blank=True)
    provenance = models.JSONField(default=dict, blank=True)
    quality = models.JSONField(default=dict, blank=True)  # a pipeline QualityRecord; {} where nothing was measured
    set_aside = models.BooleanField(default=False)  # made for a best-of and not among the best
    trashed_at = models.DateTimeField(null=True, blank=True)
    objects = AssetQuerySet.as_manager()

    class Meta:
        db_table = "assets"
        constraints = [models.CheckConstraint(name="asset_kind_known", condition=Q(kind__in=AssetKind.values))]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(fields=["team", "sha256"]),
            models.Index(fields=["path"]),
            models.Index(
                name="asset_trashed", fields=["team", "-created_at", "-id"], condition=Q(trashed_at__isnull=False)
            ),
            models.Index(
                name="asset_uploaded", fields=["team", "-created_at", "-id"], condition=Q(kind=AssetKind.REFERENCE)
            ),
            models.Index(
                name="asset_uploaded_by",
                fields=["team", "owner", "-created_at", "-id"],
                condition=Q(kind=AssetKind.REFERENCE),
            ),
        ]

    @property
    def face_id(self) -> UUID:
        """What is shown of it where one picture stands for all versions."""
        return self.chosen_id or self.pk

    @property
    def is_clear(self) -> bool:
        """Whether something of it is transparent; of older files, whether something may be."""
        return bool(self.facts.get("transparent", self.facts.get("mode") in ("RGBA", "LA", "PA")))

    @property
    def source_type(self) -> str:
        """IPTC's address of how it came to be: as the studio made it, or as its file said; "" = not known."""
        said = self.facts.get("origin", {}).get("source_type", "")
        return str(self.provenance.get("digital_source_type") or (said and SOURCE_TYPES + said))

    @property
    def complaints(self) -> list[str]:
        """What is to be said of the image at first sight: its failed checks, in words."""
        return [check["said"] for check in self.quality.get("checks", []) if check["verdict"] == "failed"]

    def __str__(self) -> str:
        return self.title or str(self.id)
