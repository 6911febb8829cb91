"""The Python client is imported from where it is written, as its users get it: without being installed beside us."""

import sys

from tests.stack import ROOT

sys.path.insert(0, str(ROOT / "sdk" / "python"))
