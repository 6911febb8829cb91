"""Who comes from whom, drawn as a tree. Pure; a circle in what it is given does no harm."""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def tree_of(root: K, parents: Mapping[K, Sequence[K]]) -> dict[K, K | None]:
    """Each of `parents` under one of those that it was made from (None for the root), generation after generation.

    What was made from several stands under the first of them that is known, if that comes from the root, else under the
    next. Brothers keep the order of `parents`; what does not come from the root is left out.
    """
    known = {*parents, root}
    first = {child: next((each for each in above if each in known), None) for child, above in parents.items()}
    placed: dict[K, K | None] = {root: None}
    _go_down([root], placed, _by_parent((child, above) for child, above in first.items() if above is not None))
    every = _by_parent((child, each) for child, above in parents.items() for each in above if each in known)
    _go_down(list(placed), placed, every)
    return placed


def _by_parent(pairs: Iterable[tuple[K, K]]) -> dict[K, list[K]]:
    found: dict[K, list[K]] = {}
    for child, above in pairs:
        found.setdefault(above, []).append(child)
    return found


def _go_down(starts: Iterable[K], placed: dict[K, K | None], children: Mapping[K, Sequence[K]]) -> None:
    queue = deque(starts)
    while queue:
        above = queue.popleft()
        for child in children.get(above, ()):
            if child not in placed:
                placed[child] = above
                queue.append(child)
