"""Text in tables that spreadsheets open: a cell that would be run as a formula is guarded. Knows no Django.

The guard is an apostrophe. A cell that begins with apostrophes before such a sign gets one more, so that taking one
away gives every cell back as it was.
"""

import csv
import io
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

BOM: Final = "\ufeff"  # a spreadsheet takes UTF-8 for what it is only with this mark
FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """The text as it may stand in a cell."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that a guarded cell stands for; any other cell as it is."""
    return cell[1:] if GUARDED.match(cell) else cell


def csv_line(cells: Iterable[object]) -> bytes:
    """A line of a CSV file in UTF-8, each text guarded; None is an empty cell, a number below zero stays one."""
    line = io.StringIO()
    csv.writer(line).writerow([_cell(cell) for cell in cells])
    return line.getvalue().encode()


def _cell(cell: object) -> str:
    if isinstance(cell, int | float | Decimal):
        return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return guarded("" if cell is None else str(cell))
