"""What the workers can do: they say so when they start, and pages and API offer only that.

Web nodes may be other machines than workers, so what is installed here tells nothing about there. Until a worker has
spoken, this machine is asked.
"""

import dataclasses
import socket
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from enhancement import models_folder
from enhancement.engine.manifest import catalogue, locate
from enhancement.models import WorkerReport
from enhancement.operations import registry
from enhancement.operations.base import Operation

BELIEVED: Final = timedelta(days=30)  # a host that has not started a worker for so long is thought to be gone
USABLE: Final = ("shipped", "installed")


def tell() -> None:
    """Write down what this host can do. Files that somebody put into its models folder are looked into first."""
    models_folder.look()
    WorkerReport.objects.update_or_create(host=socket.gethostname(), defaults=_here())


def reason(operation: Operation) -> str:
    """Why no worker can do an operation, with the remedy; "" where one can."""
    return _reason(operation, _reports())


def reasons() -> dict[str, str]:
    """The same for all operations, by name."""
    reports = _reports()
    return {operation.name: _reason(operation, reports) for operation in registry.everything()}


def models() -> list[dict[str, Any]]:
    """Every model that this program or a host knows: what it is, whether a worker has it, and if not, why."""
    reports = _reports()
    told = [line for report in reports for line in report.models] if reports else _here()["models"]
    best: dict[str, dict[str, Any]] = {}
    for line in told:
        if line["name"] not in best or line["state"] in USABLE:
            best[line["name"]] = line
    return [{**line, "available": line["state"] in USABLE} for line in best.values()]


def operations_here() -> list[str]:
    """The operations that this machine can do."""
    return [operation.name for operation in registry.everything() if not operation.unavailable()]


def weights_here() -> list[str]:
    """The known weights that lie on this machine."""
    return [name for name, entry in catalogue().items() if locate(entry)]


def _reason(operation: Operation, reports: list[WorkerReport]) -> str:
    said = [report.operations[operation.name] for report in reports if operation.name in report.operations]
    if not said:
        return operation.unavailable()
    return "" if "" in said else str(said[0])


def _reports() -> list[WorkerReport]:
    return list(WorkerReport.objects.filter(told_at__gte=timezone.now() - BELIEVED).order_by("-told_at"))


def _here() -> dict[str, Any]:
    return {
        "operations": {operation.name: operation.unavailable() for operation in registry.everything()},
        "models": [dataclasses.asdict(model) for model in models_folder.everything()],
    }
