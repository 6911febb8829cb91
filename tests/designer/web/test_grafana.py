"""The Grafana dashboard asks for metrics that the studio exports, and says what each panel shows."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.stack import ROOT

BOARD: dict[str, Any] = json.loads((ROOT / "docs" / "grafana" / "designer-bff.json").read_text())
ASKED = re.compile(r"\b((?:designer|django)_[a-z_]+)")
ADDED = ("", "_total", "_bucket", "_sum", "_count")  # by the format to the name of a family


@pytest.mark.django_db
def test_every_metric_that_a_panel_asks_for_is_exported(client):
    assert client.get("/metrics").status_code == 200
    known = {family.name + added for family in REGISTRY.collect() for added in ADDED}
    asked = {name for panel in BOARD["panels"] for each in panel["targets"] for name in ASKED.findall(each["expr"])}
    asked |= {name for each in BOARD["templating"]["list"] for name in ASKED.findall(str(each["query"]))}
    assert len(asked) > 12 and asked - known == set()


def test_every_panel_says_what_it_shows_and_none_lies_on_another():
    titles = [panel["title"] for panel in BOARD["panels"]]
    assert len(set(titles)) == len(titles) and all(panel["description"] for panel in BOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + 8)}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells


def test_it_names_no_data_source_of_ours():
    found = {each["datasource"]["uid"] for panel in BOARD["panels"] for each in (panel, *panel["targets"])}
    assert found == {"${source}"}
    ids = sorted(panel["id"] for panel in BOARD["panels"])
    assert all(two - one == 1 for one, two in pairwise(ids))
