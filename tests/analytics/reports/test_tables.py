"""Tables as files: however many rows there are, no more memory is taken."""

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analytics.reports import tables
from designer.jobs.handlers import Cancelled
from tests.analytics.reports.conftest import AT

COLUMNS = ("id", "charged_at", "kind", "amount_usd")


def lines(count: int) -> Iterator[list[object]]:
    for number in range(count):
        yield [f"{number:032x}", (AT + timedelta(seconds=number)).isoformat(), "=1+1", 0.25]


def peak(deed: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        deed()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path):
    found = []
    for count in (2_000, 20_000):
        folder = tmp_path / str(count)
        folder.mkdir()

        def write(count: int = count, folder: Path = folder) -> None:
            path, written = tables.write_csv(tables.Table("charges", COLUMNS, lines(count)), folder, lambda: None)
            assert written == count
            assert tables.write_workbook([path], folder, lambda: None)[1] == []

        found.append(peak(write))
    assert found[1] < found[0] + (1 << 20), found
    book = load_workbook(tmp_path / "20000" / "rows.xlsx", read_only=True)
    rows = list(book["charges"].iter_rows(values_only=True, max_row=3))
    assert rows[0] == COLUMNS and rows[1][2:] == ("=1+1", 0.25)


def test_a_long_table_is_left_off_in_the_middle(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tables, "LOOK_EVERY", 10)

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        tables.write_csv(tables.Table("charges", COLUMNS, lines(100)), tmp_path, stop)
    path, _ = tables.write_csv(tables.Table("charges", COLUMNS, lines(100)), tmp_path, lambda: None)
    with pytest.raises(Cancelled):
        tables.write_workbook([path], tmp_path, stop)


def test_text_is_text_in_a_workbook(tmp_path: Path):
    words = ["=1+1", "#N/A", "#REF!", "#fff", "plain"]
    rows = iter([["1", "2026-11-03", word, 0.25] for word in words])
    path, _ = tables.write_csv(tables.Table("charges", COLUMNS, rows), tmp_path, lambda: None)
    book = load_workbook(tables.write_workbook([path], tmp_path, lambda: None)[0])
    cells = [row[2] for row in book["charges"].iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(word, "s") for word in words]


def test_an_empty_table_has_its_head(tmp_path: Path):
    path, count = tables.write_csv(tables.Table("images", COLUMNS, lines(0)), tmp_path, lambda: None)
    assert count == 0 and path.read_bytes().decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
    book = load_workbook(tables.write_workbook([path], tmp_path, lambda: None)[0])
    assert book.sheetnames == ["images"] and book["images"].max_row == 1
