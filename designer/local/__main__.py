"""`python -m designer.local COMMAND`, as run.py calls it once everything is installed."""

import sys

from designer.local.commands import COMMANDS
from designer.local.system import Trouble, explain


def main(words: list[str]) -> int:
    """Runs one command; a person's trouble is one line on stderr and status 1."""
    name, *arguments = words or ["serve"]
    if name not in COMMANDS:
        print(f"run.py: there is no command {name!r}; there are: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](arguments)
    except Trouble as trouble:
        print(f"run.py: {trouble}", file=sys.stderr)
    except OSError as error:
        print(f"run.py: {explain(error)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
