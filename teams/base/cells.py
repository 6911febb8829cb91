"""Text in tables that spreadsheets open: a cell that would be run as a formula is guarded. Knows no Django.

The guard is an apostrophe. A cell that begins with apostrophes before such a sign gets one more, so that taking one
away gives every cell back as it was.
"""

import re
from typing import Final

FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """The text as it may stand in a cell."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that a guarded cell stands for; any other cell as it is."""
    return cell[1:] if GUARDED.match(cell) else cell
