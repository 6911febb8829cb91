"""`python -m designer_bff` is `designer-bff`."""

import sys

from designer_bff.cli import main

sys.exit(main())
