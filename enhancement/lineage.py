"""The family of an image: what it was made from, up to the first of all, and all that was made of that.

Every image stands under one that it was made from: the one that it enhances, edits, varies or mixes first; of one made
after photos the first of these. A walk up and a walk down are a statement each, however large the family is; the walk
down ends at as many images as are asked for, the nearest first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf

from designer.assets.approving import standings
from designer.assets.models import Asset, AssetKind
from designer.assets.versions import DEEP
from designer.generations.models import Generation, Mode
from enhancement.kinship import tree_of
from enhancement.models import Enhancement
from enhancement.presenting import summary_of
from teams.accounts.models import User
from teams.membership.models import Membership

FEW: Final = 60  # images that are told unless more are asked for
MOST: Final = 480
DEEPEST: Final = DEEP + 20  # steps that are drawn: a browser nests some 500 lists and no more
WIDE: Final = 1000  # made of one image: so many are counted
ABOVE: Final = """
WITH RECURSIVE line(id, steps) AS (
    SELECT %(start)s::uuid, 0
    UNION ALL
    SELECT above.id, line.steps + 1
    FROM line JOIN assets here ON here.id = line.id AND here.team_id = ANY(%(teams)s)
    CROSS JOIN LATERAL (
        SELECT coalesce(here.parent_id, (
            SELECT coalesce(made.source_id, (
                SELECT used.asset_id FROM generations_references used WHERE used.generation_id = made.id
                ORDER BY nullif(strpos(made.settings->>'references', used.asset_id::text), 0) NULLS LAST, used.id
                LIMIT 1
            ))
            FROM generations made WHERE made.id = here.generation_id AND here.kind = 'generated'
        )) AS id
    ) above
    WHERE above.id IS NOT NULL AND line.steps < %(deep)s
) CYCLE id SET is_circle USING way
SELECT id FROM line WHERE NOT is_circle ORDER BY steps
"""
# What was made of the image `here`, each once, by the three ways in which a row says so; of each way the newest `few`
# alone are read on, for a photo may have been used for ten thousands.
MADE: Final = """
    (SELECT made.id, made.created_at, made.team_id FROM assets made WHERE made.parent_id = here.id
    ORDER BY made.created_at DESC LIMIT {few})
    UNION
    SELECT made.id, made.created_at, made.team_id FROM (
        SELECT id FROM generations WHERE source_id = here.id ORDER BY created_at DESC LIMIT {few}
    ) run JOIN assets made ON made.generation_id = run.id AND made.kind = 'generated'
    UNION
    SELECT made.id, made.created_at, made.team_id FROM (
        SELECT generation_id FROM generations_references WHERE asset_id = here.id ORDER BY id DESC LIMIT {few}
    ) used JOIN assets made ON made.generation_id = used.generation_id AND made.kind = 'generated'
"""
# No order and no depth: what is met a second time is not gone down again, and the limit ends the walk.
BELOW: Final = """
WITH RECURSIVE line(id) AS (
    (SELECT unnest(%(starts)s::uuid[])
    UNION ALL
    SELECT beside.id FROM assets mine
    JOIN assets beside ON beside.generation_id = mine.generation_id AND beside.kind = 'generated'
    WHERE %(beside)s AND mine.id = ANY(%(starts)s) AND mine.kind = 'generated' AND mine.team_id = ANY(%(teams)s))
    UNION
    SELECT below.id FROM line JOIN assets here ON here.id = line.id AND here.team_id = ANY(%(teams)s)
    CROSS JOIN LATERAL (
        SELECT of_one.id FROM ({MADE}) of_one WHERE of_one.team_id = ANY(%(teams)s)
        ORDER BY of_one.created_at DESC, of_one.id LIMIT %(most)s
    ) below
)
SELECT id FROM line LIMIT %(most)s
""".replace("{MADE}", MADE.replace("{few}", "%(most)s"))
# How many of them these eyes may see, and whether there are others.
COUNTED: Final = """
SELECT here.id, found.seen, found.others FROM unnest(%(ids)s::uuid[]) AS here(id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE of_one.team_id = ANY(%(teams)s)) AS seen,
           coalesce(bool_or(of_one.team_id <> ALL(%(teams)s)), false) AS others
    FROM (SELECT * FROM ({MADE}) every LIMIT %(wide)s) of_one
) found
""".replace("{MADE}", MADE.replace("{few}", "%(wide)s"))
Counts = Mapping[UUID, tuple[int, bool]]  # of an image: made of it and to be seen, and whether others were
NOBODY: Final = UUID(int=0)  # above the first of all
HIDDEN: Final = "hidden"
SAID: Final = {
    "upload": "Uploaded",
    "generation": "Generation",
    Mode.VARIATION.value: "Variation",
    Mode.SIMILAR.value: "More like it",
    Mode.EDIT.value: "Edited with words",
    Mode.REMIX.value: "Remix",
    "enhancement": "Enhanced",
    HIDDEN: "An image that you may not see",
}
UNRECORDED: Final = {"reference": "upload", "generated": "generation", "enhanced": "enhancement"}  # by an asset's kind


@dataclass(slots=True, kw_only=True)
class Node:
    """One image; `asset` is None for one that these eyes may not see, of which nothing else is told either.

    `more`: how many images made of it are not told here. It is counted up to WIDE.
    """

    asset: Asset | None
    cost: Decimal | None = None
    approval: str = ""
    in_use: bool = False
    more: int = 0
    steps: "list[Step]" = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Step:
    """What was done once: an upload, a generation or an enhancement, with the images that came of it.

    kind: a key of SAID. pk: of the generation or the enhancement. words: its brief. cost: USD, None where it is not on
    record. also: what else it was made from; None for an image that these eyes may not see.
    """

    kind: str
    said: str
    pk: UUID | None = None
    words: str = ""
    by: User | None = None
    at: datetime | None = None
    cost: Decimal | None = None
    simulated: bool = False
    also: list[Asset | None] = field(default_factory=list)
    images: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """`first`: the step that all else comes from. `count`: images told; `is_cut`: whether there are more."""

    first: Step
    count: int
    is_cut: bool


def lineage_of(user: User, asset: Asset, *, limit: int = FEW, alone: bool = False) -> Lineage:
    """The family of an image that `user` may see. `alone`: what it comes from and what comes of it, without the other
    branches. The same number of statements for any family. At most `limit` images, or all that it comes from.
    """
    teams = list(Membership.objects.filter(user=user).values_list("team", flat=True))
    above = [row[0] for row in _rows(ABOVE, start=asset.pk, teams=teams, deep=DEEP)]
    starts = [asset.pk] if alone else above
    most = max(limit, len(above))
    below = [row[0] for row in _rows(BELOW, starts=starts, teams=teams, beside=not alone, most=most + 1)]
    found = list(dict.fromkeys([*above, *below]))
    told = found[:most]
    counts = {pk: (seen, others) for pk, seen, others in _rows(COUNTED, ids=told, teams=teams, wide=WIDE)}
    return _Family(user, told, counts).lineage(above[-1], is_cut=len(found) > most)


def in_order(found: Lineage) -> list[tuple[Node | None, Step]]:
    """All steps, each behind the one from which it comes, with the image under which it stands."""
    waiting: list[tuple[Node | None, Step]] = [(None, found.first)]
    told = []
    while waiting:
        above, step = waiting.pop()
        told.append((above, step))
        waiting += [(node, each) for node in reversed(step.images) for each in reversed(node.steps)]
    return told


def _rows(statement: str, **facts: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall())


class _Family:
    """Some images, and how each of them was made: four statements."""

    def __init__(self, user: User, told: list[UUID], counts: Counts) -> None:
        self.told, self.counts = told, counts
        visible = Asset.objects.visible_to(user)
        runs = visible.filter(pk__in=told, kind=AssetKind.GENERATED).values("generation")
        used = Generation.references.through.objects.filter(generation__in=runs).order_by("pk")
        self.photos: dict[UUID, list[UUID]] = {}
        for run, photo in used.values_list("generation", "asset"):
            self.photos.setdefault(run, []).append(photo)
        named = {*told, *(photo for photos in self.photos.values() for photo in photos)}
        self.assets = {row.pk: row for row in _with_makers(visible.filter(pk__in=named))}
        made = Enhancement.objects.visible_to(user).filter(result__in=told).select_related("owner")
        self.enhancements = {row.result_id: row for row in made.order_by("-created_at")}  # of several the first stays
        self.standings = standings(self.assets.keys() & set(told))
        self.chosen = {row.chosen_id for row in self.assets.values()}

    def lineage(self, root: UUID, *, is_cut: bool) -> Lineage:
        parents = {pk: self._parents(pk) for pk in sorted(self.told, key=self._when)}
        tree = tree_of(NOBODY, {pk: [NOBODY] if self._is_first(pk, root) else each for pk, each in parents.items()})
        tree, is_deeper = _cut_off(tree)
        shown = Counter(above for pk in tree if pk != NOBODY for above in parents[pk])
        nodes = {pk: self._node(pk, shown[pk]) for pk in tree if pk != NOBODY}
        steps: dict[tuple[UUID, UUID], Step] = {}
        for pk, node in nodes.items():
            above = tree[pk] or NOBODY
            place = (above, self._step_id(pk))
            if place not in steps:
                steps[place] = self._step(pk, [each for each in parents[pk] if each != above])
                if above != NOBODY:
                    nodes[above].steps.append(steps[place])
            steps[place].images.append(node)
        for pk, node in nodes.items():
            if node.asset and self.counts[pk][1]:
                node.steps.append(Step(kind=HIDDEN, said=SAID[HIDDEN], images=[Node(asset=None)]))
        return Lineage(first=next(iter(steps.values())), count=len(nodes), is_cut=is_cut or is_deeper)

    def _when(self, pk: UUID) -> tuple[datetime, UUID]:
        asset = self.assets.get(pk)
        return (asset.created_at if asset else datetime.max.replace(tzinfo=UTC), pk)

    def _run(self, pk: UUID) -> Generation | None:
        """The generation that drew an image; a version of it carries its id without being of it."""
        asset = self.assets.get(pk)
        return asset.generation if asset and asset.kind == AssetKind.GENERATED else None

    def _is_first(self, pk: UUID, root: UUID) -> bool:
        """Whether it is the image that all else comes from, or was drawn with it."""
        run = self._run(pk)
        return pk == root or (run is not None and run == self._run(root))

    def _parents(self, pk: UUID) -> list[UUID]:
        """What an image was made from, first what it stands under."""
        run, asset = self._run(pk), self.assets.get(pk)
        if run is None or asset is None:
            return [asset.parent_id] if asset and asset.parent_id else []
        wished = asset.wished or []  # type: ignore[attr-defined]  # see _with_makers
        place = {str(each): number for number, each in enumerate(wished)}
        photos = sorted(self.photos.get(run.pk, []), key=lambda each: place.get(str(each), len(place)))
        return list(dict.fromkeys([*([run.source_id] if run.source_id else []), *photos]))

    def _step_id(self, pk: UUID) -> UUID:
        """Images with the same one came of one act."""
        if pk not in self.assets:
            return NOBODY
        run, enhancement = self._run(pk), self.enhancements.get(pk)
        return run.pk if run else enhancement.pk if enhancement else pk

    def _step(self, pk: UUID, also: list[UUID]) -> Step:
        asset, run, enhancement = self.assets.get(pk), self._run(pk), self.enhancements.get(pk)
        if asset is None:
            return Step(kind=HIDDEN, said=SAID[HIDDEN])
        if run is not None:
            return self._drawn(run, also)
        if enhancement is not None:
            return self._enhanced(enhancement)
        kind = UNRECORDED[asset.kind]
        return Step(kind=kind, said=SAID[kind], by=asset.owner, at=asset.created_at)

    def _drawn(self, run: Generation, also: list[UUID]) -> Step:
        kind = run.mode or "generation"
        return Step(
            kind=kind,
            said=SAID[kind],
            pk=run.pk,
            words=run.brief,
            by=run.owner,
            at=run.created_at,
            cost=run.cost,
            simulated=run.simulated,
            also=[self.assets.get(each) for each in also],
        )

    def _enhanced(self, row: Enhancement) -> Step:
        return Step(
            kind="enhancement",
            said=summary_of(row.operations) or SAID["enhancement"],
            pk=row.pk,
            by=row.owner,
            at=row.created_at,
            cost=row.cost,
        )

    def _node(self, pk: UUID, shown: int) -> Node:
        asset = self.assets.get(pk)
        if asset is None:
            return Node(asset=None)
        return Node(
            asset=asset,
            cost=self._price(asset),
            approval=self.standings.get(pk, ""),
            in_use=pk in self.chosen,
            more=max(0, self.counts[pk][0] - shown),
        )

    def _price(self, asset: Asset) -> Decimal | None:
        """USD that this image came to."""
        enhancement = self.enhancements.get(asset.pk)
        if enhancement is not None:
            return enhancement.cost
        paid = asset.paid  # type: ignore[attr-defined]  # see _with_makers
        return Decimal(paid) if paid else None


def _cut_off(tree: Mapping[UUID, UUID | None]) -> tuple[dict[UUID, UUID | None], bool]:
    """The tree down to DEEPEST steps, and whether it went on. Each stands in it behind what it comes from."""
    depth: dict[UUID, int] = {}
    for pk, above in tree.items():
        depth[pk] = 0 if above is None else depth[above] + 1
    kept = {pk: above for pk, above in tree.items() if depth[pk] <= DEEPEST}
    return kept, len(kept) < len(tree)


def _with_makers(rows: QuerySet[Asset]) -> QuerySet[Asset]:
    """With who made them, `paid` (USD as text) and `wished` (the ids of the photos in their order); without the large
    records of what they show."""
    both = ("team", "owner__name", "owner__email", "simulated", "created_at")
    own = ("kind", "title", "version_name", "width", "height", "parent", "chosen", "set_aside", "trashed_at")
    run = ("brief", "mode", "source", "cost")
    return (
        rows.select_related("owner", "generation__owner")
        .annotate(
            wished=F("generation__settings__references"),
            paid=Coalesce(NullIf(KT("provenance__paid"), Value("", TextField())), KT("provenance__unit_price")),
        )
        .only(*both, *own, *(f"generation__{name}" for name in (*both, *run)))
    )
