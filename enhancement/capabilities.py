"""What the workers can do: those that compute say so every minute, and pages and API offer only that.

Web nodes may be other machines than workers, so what is installed here tells nothing about there. While no worker
lives, what was said last holds, for it may be about to come back; until one has spoken, this machine is asked.
"""

import dataclasses
import logging
import socket
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from designer.jobs import claims, workers
from designer.jobs.handlers import Later
from designer.jobs.models import WorkerBeat
from enhancement import kept, models_folder
from enhancement.engine import own
from enhancement.engine.errors import EngineError, MissingWeights
from enhancement.engine.manifest import catalogue, locate
from enhancement.lanes import COMPUTING
from enhancement.models import WorkerReport
from enhancement.operations import registry
from enhancement.operations.base import Operation, ParameterError
from enhancement.operations.face_restore import FACE, FaceRestore
from enhancement.operations.targets import BY_SCALE
from enhancement.operations.upscale import PREFERRED, Upscale
from enhancement.remote.offers import LOCAL
from enhancement.telling import for_designers

Steps = Sequence[Mapping[str, Any]]
log = logging.getLogger(__name__)
ALIVE: Final = timedelta(minutes=5)  # of a host that has spoken within this time some worker lives
BELIEVED: Final = timedelta(days=30)  # while none lives: a host that has been silent for so long is thought to be gone
USABLE: Final = ("shipped", "installed")
AUTO: Final = "auto"
PASSED_ON: Final = timedelta(seconds=5)  # until a job that lacks its weights here may be taken by whoever has them


def tell() -> None:
    """Write down what this host can do. Files that somebody put into its models folder are looked into first."""
    models_folder.look()
    _write()


def _write() -> None:
    WorkerReport.objects.update_or_create(host=socket.gethostname(), defaults=_here())


class _Teller(threading.Thread):
    """Says what this host can do, and once more after new files were looked into, which may take minutes; between the
    two it clears away what this host kept of work that has ended."""

    def __init__(self) -> None:
        super().__init__(name="capabilities", daemon=True)

    def run(self) -> None:
        try:
            _write()
            kept.sweep()
            if models_folder.is_unknown():
                tell()
        except (DatabaseError, InterfaceError) as error:
            log.warning("what this host can do could not be written down: %s", error)
        finally:
            connection.close()  # a process that is forked now must not inherit it


_teller = _Teller()


def tell_meanwhile() -> threading.Thread:
    """Have it told by a thread of its own, one at a time, so that a worker's signs of life do not wait for it."""
    global _teller
    if not _teller.is_alive():
        _teller = _Teller()
        _teller.start()
    return _teller


def reason(operation: Operation) -> str:
    """Why no worker can do an operation, with the remedy; "" where one can."""
    return _reason(operation, _reports())


def reasons() -> dict[str, str]:
    """The same for all operations, by name."""
    reports = _reports()
    return {operation.name: _reason(operation, reports) for operation in registry.everything()}


def models() -> list[dict[str, Any]]:
    """Every model that this program or a host knows: what it is, whether a worker has it, and if not, why."""
    told = [line for lines in _models_told() for line in lines]
    best: dict[str, dict[str, Any]] = {}
    for line in told:
        if line["name"] not in best or line["state"] in USABLE:
            best[line["name"]] = line
    return [{**line, "available": line["state"] in USABLE} for line in best.values()]


def lacking(step: Mapping[str, Any]) -> str:
    """The model, or its twin, that a checked step names and that no worker has together with the rest of the step's;
    "" where one can do it."""
    wanted = _wanted(step)
    lacks = [[each for each in wanted if each.isdisjoint(usable)] for usable in _usable()] if wanted else [[]]
    return next((sorted(each)[0] for each in min(lacks, key=len)), "")


def unserved(names: Iterable[str]) -> set[str]:
    """Those of these models that no worker has; what is no model of weights is not among them."""
    weights = set(filter(_is_weights, names))
    return weights.difference(*_usable()) if weights else set()


def operations_here() -> list[str]:
    """The operations that this machine can do."""
    undone = undone_here()
    return [operation.name for operation in registry.everything() if operation.name not in undone]


def undone_here() -> dict[str, str]:
    """The operations that this machine cannot do, with the remedy for whoever runs it."""
    remedies = {operation.name: operation.unavailable() for operation in registry.everything()}
    return {name: remedy for name, remedy in remedies.items() if remedy}


def weights_here() -> list[str]:
    """The weights that lie on this machine: known ones, and the studio's own that were looked into."""
    return [*(name for name, entry in catalogue().items() if locate(entry)), *own.entries()]


def pass_on(error: EngineError, recipe: Steps, worker: str) -> EngineError:
    """Raises Later for weights that are not on this machine, where another worker that lives has them; else gives the
    error back as it is to be told: a file of one's own that has gone is to its operation a name that never was.

    worker: the name of the process that lacks them.
    """
    error.remedy = for_designers(error.remedy)
    wanted = [each for step in recipe for each in _wanted(step)]
    if isinstance(error, MissingWeights):
        lacking = [{error.name}]
    elif isinstance(error, ParameterError) and error.field == "model":
        lacking = [each for each in wanted if each.isdisjoint(weights_here())]
    else:
        lacking = []
    if not lacking:
        return error
    if _elsewhere([*wanted, *lacking], worker):
        raise Later(PASSED_ON, f"{error.message} Another worker has them.") from error
    if isinstance(error, MissingWeights):
        return error
    gone = sorted(lacking[0])[0]
    remedy = for_designers("Put the file back into the models folder, or choose another model.")
    return MissingWeights(f"The weights of {gone} are not on this machine any more.", remedy=remedy, name=gone)


def _elsewhere(wanted: list[set[str]], worker: str) -> bool:
    """Whether another worker that lives and computes has one of each of these: all that a recipe needs beside the
    shipped weights, and what this one was found to lack. So no two workers send the same job to each other."""
    serving = WorkerBeat.objects.filter(beat_at__gte=timezone.now() - workers.SILENT, draining_since=None)
    others = [row for row in serving.filter(lanes__contains=[COMPUTING]) if row.pk != claims.node_of(worker)]
    return any(all(each & set(row.abilities.get("weights", [])) for each in wanted) for row in others)


def _wanted(step: Mapping[str, Any]) -> list[set[str]]:
    """What a step needs one of each of: the named model, and its twin for a strength of denoising; of faces any model.
    Nothing where the shipped ones do, or a service."""
    named = str(step.get("model", AUTO))
    if step["name"] == Upscale.name and named == AUTO and step.get("denoise", 1) < 1:
        named = _preferred(step)
    if _is_weights(named):
        entry = catalogue().get(named)
        twin = entry.twin if entry and step.get("denoise", 1) < 1 else None
        return [{named}, {twin}] if twin else [{named}]
    faces = step["name"] == FaceRestore.name and step.get("service", LOCAL) == LOCAL
    return [{name for name, entry in catalogue().items() if entry.purpose == FACE}] if faces else []


def _preferred(step: Mapping[str, Any]) -> str:
    """The model that auto takes for more than twice the size, where a worker has it; else AUTO, for ours do then."""
    doubles = step.get("target", BY_SCALE) == BY_SCALE and step.get("scale") == 2
    named = PREFERRED[4]
    return AUTO if doubles or not any(named in usable for usable in _usable()) else named


def _is_weights(name: str) -> bool:
    """Whether this is the name of a model of weights; an operation of a plug-in may mean something else by "model"."""
    return name in catalogue() or name.startswith(own.PREFIX)


def _usable() -> list[set[str]]:
    """The models that can be used, of each host."""
    return [{line["name"] for line in lines if line["state"] in USABLE} for lines in _models_told()]


def _models_told() -> list[list[dict[str, Any]]]:
    """The models of each host that speaks; until one has, of this machine."""
    return [report.models for report in _reports()] or [_models_here()]


def _reason(operation: Operation, reports: list[WorkerReport]) -> str:
    said = [report.operations[operation.name] for report in reports if operation.name in report.operations]
    if not said:
        return for_designers(operation.unavailable())
    return "" if "" in said else for_designers(str(said[0]))


def _reports() -> list[WorkerReport]:
    """Of the hosts that live; where none does, of those that did."""
    now = timezone.now()
    rows = list(WorkerReport.objects.filter(told_at__gte=now - BELIEVED).order_by("-told_at"))
    return [row for row in rows if row.told_at >= now - ALIVE] or rows


def _here() -> dict[str, Any]:
    return {
        "operations": {operation.name: operation.unavailable() for operation in registry.everything()},
        "models": _models_here(),
    }


def _models_here() -> list[dict[str, Any]]:
    return [dataclasses.asdict(model) for model in models_folder.everything()]
