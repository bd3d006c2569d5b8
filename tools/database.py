"""Which database the project uses: the one that DATABASE_URL names, or its own cluster under var/."""

import os

from tools.cluster import ROLE, Cluster
from tools.steps import VAR

CLUSTER = Cluster(VAR)


def given() -> bool:
    """Whether somebody else looks after the database."""
    return bool(os.environ.get("DATABASE_URL"))


def start() -> str:
    """Start our cluster and tell the settings where it is, for `manage.py` in any other terminal."""
    done = CLUSTER.start()
    (VAR / "database_url").write_text(CLUSTER.url(ROLE) + "\n")
    return done
