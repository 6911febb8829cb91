"""The version of what was understood, and who changed what since another one was read."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import QuerySet

from designer.personas.models import AttributeCorrection
from designer.pipeline.records import ATTRIBUTES, InvalidCorrection, Understanding
from teams.accounts.models import User
from teams.base.errors import Refused

Json = dict[str, Any]
PART: Final = 6  # hexadecimal digits that tell one attribute's versions apart
SOMEBODY: Final = "Somebody"
TAG: Final = re.compile(r'(?:W/)?"[0-9a-f]{32}\.(?P<parts>[0-9a-f]+)"')


def tag_of(understood: Mapping[str, Any]) -> str:
    """A quoted ETag of a record: the same as long as every attribute is. It holds a piece for each of them, so that
    of an old one it can be told what has changed since."""
    return f'"{_digest(understood)[:32]}.{"".join(_parts(understood))}"'


def _parts(understood: Mapping[str, Any]) -> list[str]:
    return [_digest(understood[name])[:PART] for name in ATTRIBUTES]


def _digest(value: Any) -> str:
    told = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def check_match(
    if_match: str | None,
    present: Json,
    corrections: Mapping[str, Any],
    *,
    actor: User,
    made: QuerySet[AttributeCorrection],
) -> None:
    """Raises Refused 428 without a tag, 412 for another version: what was changed, by whom (`by`: attribute -> who, as
    far as that is on record), and what was sent.
    Where those who changed it meanwhile want what is sent, nobody is overruled, and it is no other version.

    `made`: the corrections of what is being corrected."""
    if not if_match:
        raise Refused(
            "precondition_required", "A correction must say which version it corrects.", field="If-Match",
            remedy="Read it first and send its ETag in If-Match.", status=428,
        )  # fmt: skip
    tags = [tag.strip() for tag in if_match.split(",")]
    if "*" in tags or tag_of(present) in tags:
        return
    changed = _changed(tags[0], present)
    agreed = {name for name in corrections if name in ATTRIBUTES and _stands(name, corrections[name], present)}
    if changed and (agreed.issuperset(changed) or (corrections and agreed.issuperset(corrections))):
        return
    by = who_corrected(made, changed, actor)
    lines = [_line(name, present[name]["value"], corrections) for name in changed]
    lines += [_unkept(name, present[name]["value"], corrections[name]) for name in _others(corrections, changed)]
    what = in_turn({name: _words(name) for name in changed}, by)
    told = " ".join([f"{what} since you read it.", *(line["message"] for line in lines)])
    remedy = "Nothing was kept. Read it again and repeat your correction."
    raise Refused("changed_meanwhile", told, field="If-Match", remedy=remedy, status=412, lines=lines, by=by)


def _changed(tag: str, present: Json) -> list[str]:
    """The attributes that are others than when the tag was given; [] where it does not tell."""
    found = TAG.fullmatch(tag)
    if found is None or len(found["parts"]) != PART * len(ATTRIBUTES):
        return []
    before = [found["parts"][at : at + PART] for at in range(0, len(found["parts"]), PART)]
    return [name for name, was, now in zip(ATTRIBUTES, before, _parts(present), strict=True) if was != now]


def _stands(name: str, sent: Any, present: Json) -> bool:
    """Whether what was sent is what stands there already, by whatever words it is sent (a colour by name or hex)."""
    try:
        after = Understanding.from_json(present).merged_with_corrections({name: sent})
    except InvalidCorrection:  # refused by name, once it is known which version it corrects
        return False
    return bool(after[name].value == present[name]["value"])


def who_corrected(made: QuerySet[AttributeCorrection], names: Iterable[str], reader: User) -> dict[str, str]:
    """Attribute -> who gave it its present value, as far as that is on record."""
    rows = made.filter(attribute__in=names).select_related("owner").order_by("created_at", "id")
    return {row.attribute: "You" if row.owner_id == reader.pk else row.owner.shown_name for row in rows}


def in_turn(changes: Mapping[str, str], by: Mapping[str, str]) -> str:
    """Each person with what they changed: "Ana changed fabric, fit and Ben changed mood".

    `changes`: attribute -> what is said of it.
    """
    told: dict[str, list[str]] = {}
    for name, words in changes.items():
        told.setdefault(by.get(name, SOMEBODY), []).append(words)
    if not told:  # corrected to what stood already
        return f"{' and '.join(dict.fromkeys(by.values())) or SOMEBODY} changed this"
    return " and ".join(f"{who} changed {', '.join(what)}" for who, what in told.items())


def _others(corrections: Mapping[str, Any], changed: list[str]) -> list[str]:
    return [name for name in corrections if name in ATTRIBUTES and name not in changed]


def _line(name: str, now: Any, corrections: Mapping[str, Any]) -> dict[str, str]:
    """An attribute that was changed, with what was sent for it, if anything was."""
    sent = f" You sent {_shown(name, corrections[name])}." if name in corrections else ""
    field = f"corrections.{name}" if name in corrections else f"understood.{name}"
    return {"field": field, "code": "changed_meanwhile", "message": f"{_words(name)} is {_shown(name, now)} now.{sent}"}


def _unkept(name: str, now: Any, sent: Any) -> dict[str, str]:
    """A correction of an attribute that nobody else changed, as far as is known."""
    told = f"{_words(name)} is still {_shown(name, now)}, you sent {_shown(name, sent)}."
    return {"field": f"corrections.{name}", "code": "not_kept", "message": told}


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(name: str, value: Any) -> str:
    if name == "colours" and isinstance(value, list):  # in words, for a person is told
        value = [each.get("name") or each.get("hex") if isinstance(each, Mapping) else each for each in value]
    return "unknown" if value is None else json.dumps(value, ensure_ascii=False)
