"""`python -m portal.cli` does what `portal` does, also where no script was installed."""

import sys

from portal.cli import main

sys.exit(main())
