"""The promises of the queue while processes are really killed: figures, no ratios.

    python3 run.py bench faults [--full] [--only=1,batch]     (--full: all counts, about two hours)

The plays are those of `tests.faults`, which CI runs at small counts.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")

if __name__ == "__main__":
    from tests.faults import run

    options = [word for word in sys.argv[1:] if word != "--quick"]
    sys.argv = [sys.argv[0], *options, *([] if "--quick" in sys.argv else ["--full"])]
    run.main()
