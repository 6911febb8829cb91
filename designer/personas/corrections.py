"""What designers correct: kept by what it is about, used again for the same, and learned from by each team.

A correction of something that was read from the only photo is about that photo, and holds wherever the team reads it;
any other is about the words and the pictures together, and in a remix about which of them is the first. The newest of
an attribute counts. A brief's own words win over a correction of a photo: who writes "dress" beside a photo of a skirt
wants a dress.

The rule of learning, for one attribute of a team: of the pictures on which `v` was read and somebody then said
something, n in all, w was said on k and `v` itself (a confirmation) on c. From MIN_EVIDENCE pictures on

- the confidence of a reading `v` is multiplied by how likely it is to be right, against even odds:
  min(1, 2 x (1 + c) / (2 + n)), the mean of the posterior Beta(1 + c, 1 + n - c);
- `w` is put in its place, with the mean of Beta(1 + k, 1 + n - k) for its confidence, if the lower end of that
  posterior's 80 % interval is above one half. Three of three pictures are enough, three of four are not.

Nothing else is stored: a correction that is deleted counts no more.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from designer.assets.models import Asset
from designer.personas.models import AttributeCorrection
from designer.pipeline.credible import interval
from designer.pipeline.records import Attribute, Posterior, Understanding
from teams.accounts.models import User
from teams.membership.models import Team

MIN_EVIDENCE: Final = 3  # pictures
MASS: Final = 0.8  # of the posterior, in the interval
IMAGE: Final = "image"
ORIGINAL: Final = "original"  # the record of the generation that made the picture; nobody read anything, so none learns


def subject_digest(brief: str, references: Iterable[Asset], *, remix: bool = False) -> str:
    """What a correction is about: the same words with the same pictures. A remix is another one when another picture
    comes first."""
    pictures = [asset.sha256 for asset in references]
    told = ["remix", *pictures[:1], *sorted(pictures[1:])] if remix else sorted(pictures)
    said = "\n".join([" ".join(brief.split()).casefold(), *told])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def photo_digest(asset: Asset) -> str:
    """What a correction of one picture is about, whatever its name and however often it was uploaded."""
    return hashlib.sha256(f"photo\n{asset.sha256}".encode()).hexdigest()


def remember_corrections(
    *,
    owner: User,
    team: Team,
    brief: str,
    references: Iterable[Asset],
    understood: Mapping[str, Any],
    fixes: Mapping[str, Any],
    generation_id: UUID | None = None,
    remix: bool = False,
) -> None:
    """Keep a designer's fixes, with what stood there before. `understood`: the record they corrected, as JSON."""
    photos = list(references)
    together = subject_digest(brief, photos, remix=remix)
    AttributeCorrection.objects.bulk_create(
        _row(owner, team, together, photos, name, understood.get(name) or {}, value, generation_id)
        for name, value in fixes.items()
    )


def _row(
    owner: User,
    team: Team,
    together: str,
    photos: list[Asset],
    name: str,
    was: Mapping[str, Any],
    value: Any,
    generation_id: UUID | None,
) -> AttributeCorrection:
    before, read_from = _stood(was)
    of_photo = len(photos) == 1 and read_from in (IMAGE, ORIGINAL)
    return AttributeCorrection(
        team=team,
        owner=owner,
        subject_digest=photo_digest(photos[0]) if of_photo else together,
        attribute=name,
        before=before,
        after=value,
        read_from=read_from,
        asset=photos[0] if of_photo else None,
        generation_id=generation_id,
    )


def _stood(was: Mapping[str, Any]) -> tuple[Any, str]:
    """What a correction corrects: what the photo was read as, even where somebody said otherwise before."""
    return (was["was"], IMAGE) if was.get("was") else (was.get("value"), was.get("source") or "")


def remember_of_photo(*, owner: User, asset: Asset, understood: Mapping[str, Any], fixes: Mapping[str, Any]) -> None:
    """Keep fixes of what one picture shows."""
    AttributeCorrection.objects.bulk_create(
        AttributeCorrection(
            team_id=asset.team_id,
            owner=owner,
            subject_digest=photo_digest(asset),
            attribute=name,
            before=before,
            after=value,
            read_from=read_from,
            asset=asset,
        )
        for name, value in fixes.items()
        for before, read_from in [_stood(understood.get(name) or {})]
    )


@transaction.atomic
def note_readings(team: Team, brief: str, references: list[Asset], read: Understanding, *, remix: bool = False) -> None:
    """Once the photos are read, tell the corrections made before that what stood there, and of which photo.

    A wish is corrected before its photos are read for it; without this nothing could be learned from it.
    """
    if not references:
        return
    seen = {name: found for name, found in read.attributes.items() if found.is_known and found.source == IMAGE}
    rows = AttributeCorrection.objects.select_for_update().filter(
        team=team,
        subject_digest=subject_digest(brief, references, remix=remix),
        attribute__in=seen,
        read_from__in=("", "none"),
    )
    for row in rows:
        row.before, row.read_from = seen[row.attribute].value, IMAGE
        if len(references) == 1:
            row.asset, row.subject_digest = references[0], photo_digest(references[0])
        row.save(update_fields=["before", "read_from", "asset", "subject_digest", "updated_at"])


def corrections_for(team: Team, brief: str, references: Iterable[Asset], *, remix: bool = False) -> dict[str, Any]:
    """What the team has corrected of these words and pictures, the newest fix of each attribute."""
    digest = subject_digest(brief, references, remix=remix)
    rows = AttributeCorrection.objects.filter(team=team, subject_digest=digest)
    return dict(rows.order_by("created_at", "id").values_list("attribute", "after"))


def corrections_of_photos(team: Team, references: Iterable[Asset]) -> dict[str, Any]:
    """What the team has said of these pictures, each by itself; the newest fix of each attribute."""
    digests = [photo_digest(asset) for asset in references]
    rows = AttributeCorrection.objects.filter(team=team, subject_digest__in=digests)
    return dict(rows.order_by("created_at", "id").values_list("attribute", "after"))


def corrections_by_photo(team: Team, references: Iterable[Asset]) -> list[dict[str, Any]]:
    """As `corrections_of_photos`, of each picture by itself, in their order."""
    digests = [photo_digest(asset) for asset in references]
    rows = AttributeCorrection.objects.filter(team=team, subject_digest__in=digests).order_by("created_at", "id")
    said: dict[str, dict[str, Any]] = {digest: {} for digest in digests}
    for digest, name, value in rows.values_list("subject_digest", "attribute", "after"):
        said[digest][name] = value
    return [said[digest] for digest in digests]


def informed(team: Team, read: Understanding, references: Iterable[Asset]) -> Understanding:
    """A reading with what the team said of these pictures, then with what it taught by correcting others."""
    open_to = {name for name, found in read.attributes.items() if found.source not in ("brief", "correction")}
    known = {name: value for name, value in corrections_of_photos(team, references).items() if name in open_to}
    fixed = read.merged_with_corrections(known) if known else read
    lessons = _lessons(team, fixed)
    taught = {name: _taught(fixed[name], lesson) for name, lesson in lessons.items()}
    return Understanding(attributes={**fixed.attributes, **taught}) if taught else fixed


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a team said on the `pictures` on which one value was read: `said` value -> pictures."""

    value: str
    said: Counter[str]

    @property
    def pictures(self) -> int:
        return self.said.total()

    def posterior(self, value: str) -> Posterior:
        """How likely `value` is where this one is read."""
        hits = self.said[value]
        return Posterior(alpha=1.0 + hits, beta=1.0 + self.pictures - hits)


def _lessons(team: Team, read: Understanding) -> dict[str, Lesson]:
    """What was said of the values that stand in `read` by the photo's account; those with evidence enough."""
    seen = {name: found.value for name, found in read.attributes.items() if found.source == IMAGE}
    texts = {name: value for name, value in seen.items() if isinstance(value, str)}
    if not texts:
        return {}
    about = Q()
    for name, value in texts.items():
        about |= Q(attribute=name, before=value)
    rows = AttributeCorrection.objects.filter(about, team=team, read_from=IMAGE).order_by("created_at", "id")
    newest = {(row.attribute, row.subject_digest): row.after for row in rows}  # a picture counts once
    said: dict[str, Counter[str]] = {}
    for (name, _), after in newest.items():
        said.setdefault(name, Counter())[after if isinstance(after, str) else ""] += 1
    lessons = {name: Lesson(texts[name], counts) for name, counts in said.items()}
    return {name: lesson for name, lesson in lessons.items() if lesson.pictures >= MIN_EVIDENCE}


def _taught(found: Attribute, lesson: Lesson) -> Attribute:
    """One reading in the light of a lesson; the rule stands at the top of this file."""
    likeliest, count = max(
        ((value, hits) for value, hits in lesson.said.items() if value), key=_second, default=("", 0)
    )
    posterior = lesson.posterior(likeliest)
    if likeliest and likeliest != lesson.value and interval(posterior, MASS)[0] > 0.5:
        reason = f"Read as {_words(lesson.value)}; your team changed that on {count} of {lesson.pictures} pictures."
        sure = round(posterior.mean, 3)
        return Attribute(value=likeliest, confidence=sure, source="correction", reason=reason, was=lesson.value)
    right = min(1.0, 2 * lesson.posterior(lesson.value).mean)
    if right == 1.0:
        return found
    changed = lesson.pictures - lesson.said[lesson.value]
    reason = f"Less sure: your team changed this reading on {changed} of {lesson.pictures} pictures."
    return Attribute(
        value=found.value, confidence=round(found.confidence * right, 3), source=found.source, reason=reason
    )


def _second(pair: tuple[str, int]) -> tuple[int, str]:
    return pair[1], pair[0]


def _words(value: str) -> str:
    return value.replace("_", " ")


def matching(rows: "QuerySet[AttributeCorrection]", words: str) -> "QuerySet[AttributeCorrection]":
    """Those that name every word in their attribute or in a value."""
    for word in words.split():
        told = word.replace(" ", "_")
        rows = rows.filter(Q(attribute__icontains=told) | Q(before__icontains=told) | Q(after__icontains=told))
    return rows


@transaction.atomic
def forget(*, actor: User, correction_id: UUID) -> None:
    """Take a correction back: it is used and learned from no more. Raises Missing or Forbidden.

    A generation that it was made on keeps what its record says.
    """
    AttributeCorrection.objects.for_edit(actor, correction_id).delete()
