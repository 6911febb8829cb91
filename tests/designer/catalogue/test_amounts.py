"""How many digits of an amount a person reads."""

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from designer.catalogue.amounts import at_most, exact, money
from tests.node import NODE, needs_node

SAY = """
import { pathToFileURL } from "node:url";
const { money } = await import(pathToFileURL(process.argv[1]));
console.log(JSON.stringify(JSON.parse(process.argv[2]).map(money)));
"""


@pytest.mark.parametrize(
    ("amount", "shown", "whole"),
    [
        ("0", "0.00", "0.00"),
        ("0.000000", "0.00", "0.00"),
        ("0.040000", "0.04", "0.04"),
        ("0.039123", "0.039", "0.039123"),
        ("0.0996", "0.10", "0.0996"),
        ("0.117369", "0.12", "0.117369"),
        ("0.0025", "0.0025", "0.0025"),
        ("0.000123", "0.00012", "0.000123"),
        ("7", "7.00", "7.00"),
        ("12.345678", "12.35", "12.345678"),
    ],
)
def test_an_amount_is_told_to_the_cent_or_to_the_second_digit_that_counts(amount, shown, whole):
    assert (money(Decimal(amount)), exact(Decimal(amount))) == (shown, whole)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "0.00"), ("0.039123", "0.0392"), ("0.104", "0.104"), ("12.341", "12.35"), ("0.04", "0.04")],
)
def test_an_estimate_is_told_so_that_it_is_enough_and_hardly_more(amount, shown):
    assert at_most(Decimal(amount)) == shown


@needs_node
def test_a_page_that_moves_tells_an_amount_by_the_same_rule(tmp_path):
    told = [f"{number / 10**places:.6f}" for places in range(1, 7) for number in (*range(120), 995, 1005, 99_995)]
    told += ["0", "7", "0.1", "1.005", "8.575", "0.0995", "0.00995", "0.000000", "1234.5", "99999999.995000"]
    (tmp_path / "money.mjs").write_bytes(Path(finders.find("designer/js/money.js")).read_bytes())
    command = [NODE, "--input-type=module", "-e", SAY, str(tmp_path / "money.mjs"), json.dumps(told)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert dict(zip(told, json.loads(ran.stdout), strict=True)) == {each: money(Decimal(each)) for each in told}
