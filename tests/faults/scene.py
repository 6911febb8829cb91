"""Web nodes, a crowd of clients that watch, a writer that changes what they watch, and the judge of what they saw."""

import json
import secrets
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from designer.generations.models import Generation
from designer.jobs.invariants import broken
from designer.realtime.models import ChannelHead, Event
from teams.accounts.models import User
from teams.membership.models import Membership, Team
from tests.designer.realtime.live import token_of
from tests.faults.kit import Client, Proc, Stage, Web, private_stage, until
from tests.faults.promises import spread

Figures = dict[str, Any]
SHARED = 10  # members of a team where nothing else is said, each a client of their own
OF_A_TEAM = 3  # generations; each member watches two of them
SETTLING = 60.0  # seconds


@dataclass
class Scene:
    stage: Stage
    webs: list[Web]
    crowd: Client
    clients: list[tuple[str, list[str]]]
    generations: list[tuple[str, str]]

    @property
    def journal(self) -> Path:
        return self.stage.folder / "told"

    def writer(self, *, rate: float, seed: int, rollbacks: float = 0.05, slowest: float = 0.05) -> Proc:
        wish = {"generations": self.generations, "rate": rate, "seed": seed, "journal": str(self.journal)}
        words = json.dumps({**wish, "rollbacks": rollbacks, "slowest": slowest})
        command = [sys.executable, "-m", "tests.faults.writer", words]
        writer = Proc("writer", command, self.stage.env, self.stage.log("writer"))
        self.stage.procs.append(writer)
        return writer

    def committed(self) -> dict[int, float]:
        """When the commit of each n returned. What a killed writer had not written down yet is not in it."""
        if not self.journal.exists():
            return {}
        lines = self.journal.read_text().splitlines()
        return dict(map(json.loads, [line for line in lines if line.endswith("]")]))

    def settle(self, within: float = SETTLING) -> dict[str, Any]:
        """Peace: everybody comes to where the database is. Seconds, and how many did not come."""
        heads = dict(ChannelHead.objects.values_list("channel", "seq"))
        return self.crowd.ask(do="calm", heads=heads, within=within) or {"seconds": None, "behind": len(self.clients)}

    def told(self) -> list[dict[str, Any]]:
        return list(self.crowd.ask(do="tell") or [])


@contextmanager
def opened(*, clients: int, nodes: int, seed: int, lean: bool = False, shared: int = SHARED) -> Iterator[Scene]:
    """A crowd at so many web nodes on a database of their own. `lean`: each client watches its team alone."""
    with private_stage() as stage:
        webs = [stage.web() for _ in range(nodes)]
        for number, web in enumerate(webs):
            web.name = f"web{number}"
        wishes, generations = people(clients, lean=lean, shared=shared)
        command = [sys.executable, "-m", "tests.faults.crowd"]
        crowd = Client("crowd", command, stage.env, stage.log("crowd"))
        stage.procs.append(crowd)
        ports = [int(web.url.rsplit(":")[-1]) for web in webs]
        if not crowd.ask(ports=ports, clients=wishes, seed=seed):
            raise RuntimeError(f"the crowd did not come: {stage.log('crowd').read_text()[-2000:]}")
        yield Scene(stage, webs, crowd, wishes, generations)


def people(
    clients: int, *, lean: bool = False, shared: int = SHARED
) -> tuple[list[tuple[str, list[str]]], list[tuple[str, str]]]:
    """Token and channels of each client, and each generation with its team."""
    wishes, generations = [], []
    for first in range(0, clients, shared):
        team = Team.objects.create(name="Crowd", slug=secrets.token_hex(8))
        members = [
            User.objects.create_user(f"{secrets.token_hex(6)}@example.org") for _ in range(min(shared, clients - first))
        ]
        Membership.objects.bulk_create([Membership(team=team, user=one, role="editor") for one in members])
        made = [
            str(Generation.objects.create(team=team, owner=members[0], brief="a coat", status="running").pk)
            for _ in range(OF_A_TEAM)
        ]
        generations += [(pk, str(team.pk)) for pk in made]
        for place, one in enumerate(members):
            mine = [] if lean else [f"generation:{made[(place + skip) % OF_A_TEAM]}" for skip in (0, 1)]
            wishes.append((token_of(one), [f"team:{team.pk}", *mine]))
    return wishes, generations


def judged(scene: Scene, told: list[dict[str, Any]]) -> Figures:
    """What each client was told against the log, and against the rows themselves."""
    rows: dict[str, dict[int, int]] = defaultdict(dict)
    for channel, seq, data in Event.objects.order_by("channel", "seq").values_list("channel", "seq", "data"):
        rows[channel][seq] = data["n"]
    found: Counter[str] = Counter(lost=0, doubled=0, reordered=0, ghosts=0, states_wrong=0)
    truth = {f"generation:{row.pk}": row for row in Generation.objects.all()}
    for one in told:
        for channel, facts in one["facts"].items():
            found.update(_compared(rows[channel], one["began"][channel], facts))
        for channel, state in one["state"].items():
            row = truth.get(channel)
            found["states_wrong"] += row is not None and (row.stage, row.percent) != (state["stage"], state["percent"])
    cuts = [seconds for one in told for seconds in one["cuts"]]
    in_the_log = {n for of_channel in rows.values() for n in of_channel.values()}
    return {
        "clients": len(told),
        "events": sum(map(len, rows.values())),
        "received": sum(len(facts) for one in told for facts in one["facts"].values()),
        "cuts": len(cuts),
        "cut_for": spread(cuts),
        **found,
        "committed_without_event": len(scene.committed().keys() - in_the_log),
        "began_anew": sum(one["anew"] for one in told),
        "gave_up": sorted({one["error"] for one in told} - {""}),
        "broken_invariants": broken(),
    }


def _compared(rows: dict[int, int], began: int, facts: list[list[float]]) -> dict[str, int]:
    numbers = [int(seq) for seq, _, _ in facts]
    return {
        "lost": len({seq for seq in rows if seq > began} - set(numbers)),
        "doubled": len(numbers) - len(set(numbers)),
        "reordered": sum(later <= earlier for earlier, later in pairwise(numbers)),
        "ghosts": sum(rows.get(int(seq)) != n for seq, n, _ in facts),
    }


def wait_for_news(scene: Scene, seconds: float = 30) -> None:
    """Until the writer writes."""
    until(lambda: bool(scene.committed()), seconds)
