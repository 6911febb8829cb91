"""The queue for Prometheus, read from its tables at each scrape: whichever node is asked says the same."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.db import DatabaseError, InterfaceError
from prometheus_client import REGISTRY
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from designer.jobs import lanes, unsettled

ABOUT: Final = {"waiting": "Jobs ready to begin.", "running": "Jobs in work.", "dead": "Jobs that gave up."}


class QueueCollector(Collector):
    """Depth of each lane, and calls of unknown outcome by provider and model."""

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: else it would be collected as it is registered, before there is a database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        try:
            found, calls = lanes.overview(), unsettled.by_model()
        except (DatabaseError, InterfaceError):  # the other figures are still worth telling; /readyz says what is amiss
            return
        for name, words in ABOUT.items():
            depth = GaugeMetricFamily(f"designer_queue_{name}", words, labels=["lane"])
            for lane in found:
                depth.add_metric([lane.name], getattr(lane, name))
            yield depth
        told = "Calls of which nobody knows whether they were paid for."
        unknown = GaugeMetricFamily("designer_calls_unknown", told, labels=["provider", "model"])
        for each in calls:
            unknown.add_metric([each.provider, each.model], each.calls)
        yield unknown


REGISTRY.register(QueueCollector())
