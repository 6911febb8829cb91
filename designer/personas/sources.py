"""Which portfolios a persona comes of, each once, as its description says it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from designer.personas.models import Persona
from designer.personas.pictures import Pictures
from designer.personas.portfolio_models import PortfolioImport
from designer.pipeline.clustering import pictures


def sources_of(row: Persona) -> dict[str, int]:
    """Title -> pictures, of what the description was written to say; {} for one of words."""
    kept = row.origin.get("sources")
    if kept is not None:
        return {each["title"]: each["pictures"] for each in kept}
    title = PortfolioImport.objects.filter(pk=row.origin.get("portfolio")).values_list("title", flat=True).first()
    return {title: row.evidence} if title else {}  # of older rows; those merged before have none on record


def listed(sources: Mapping[str, int]) -> list[dict[str, str | int]]:
    """As `origin` keeps them, in their order, which an object of the database would lose."""
    return [{"title": title, "pictures": count} for title, count in sources.items()]


def said_of(sources: Mapping[str, int]) -> str:
    """{"Spring": 8, "Summer": 3} -> "From 8 pictures of Spring and 3 of Summer."; "" of nothing."""
    if not sources:
        return ""
    (first, count), *others = sources.items()
    parts = [f"{pictures(count)} of {first}", *(f"{number} of {title}" for title, number in others)]
    return f"From {' and '.join(filter(None, [', '.join(parts[:-1]), parts[-1]]))}."


def told_apart(rows: Sequence[Persona], pictures: Sequence[Pictures]) -> tuple[dict[str, int], list[str]]:
    """Which portfolios `rows` come of together, and what else their descriptions say. `pictures`: behind each; one
    behind several counts once, so the sum is that of all pictures behind the rows; {} where a row cannot tell its own,
    for a part would pass for the whole."""
    sums: Counter[str] = Counter()
    words, seen = [], set[str]()
    for row, found in zip(rows, pictures, strict=True):
        sources = sources_of(row)
        if row.evidence and not sources:
            return {}, [each.description for each in rows]
        sums.update(Counter(title for sha256, (title, _) in found.items() if sha256 not in seen) if found else sources)
        seen |= set(found)
        words.append(row.description.replace(said_of(sources), "") if sources else row.description)
    return dict(sums), words
