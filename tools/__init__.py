"""What `make` runs: set-up, servers and checks. Standard library only, as it runs before .venv exists."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the sentence is for whoever has an older one
    sys.exit(
        f"This is Python {sys.version.split()[0]}, 3.11 or newer is needed: make PYTHON=/path/to/python3 …"
    )
