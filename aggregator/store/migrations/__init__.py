"""How a database gets from any past schema to the present one, by Alembic.

`env.py` is Alembic's entrance. `versions/` holds one file a step, ``NNNN_what.py``, numbered,
transactional, never edited once released. A new one also needs `REVISION` in `schema` and, in
tests/corpus/store/schemas/, a dump of a database as the last release left it.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run what is missing up to `revision`, within the transaction of the connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def known(revision: str) -> bool:
    """Whether this program has a migration of that name."""
    return revision in revisions()


@cache
def revisions() -> tuple[str, ...]:
    """Return all revisions, oldest first."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(reversed([script.revision for script in scripts]))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
