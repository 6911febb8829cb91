"""`python3 run.py bench [names] [--full]`: every benchmark, each a table of ratios measured in one run.

Names choose among them; without --full the quick sizes run. Other options (`--only=7`) go to the benchmark.
Quote ratios: seconds are this machine's.
"""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def main() -> int:
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or NAMES
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
        return 2
    size = [] if "--full" in sys.argv else ["--quick"]
    options = [word for word in sys.argv[1:] if word.startswith("-") and word not in ("--full", "--quick")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=FOLDER.parents[1], check=True)
    failed = []
    for name in wanted:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"tests.benchmarks.bench_{name}", *size, *options]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print(
        f"\n{len(wanted) - len(failed)} of {len(wanted)} benchmarks ran."
        + (f" Failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
