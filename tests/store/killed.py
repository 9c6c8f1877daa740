"""Kills a child at each statement of one `record` in turn, and prints what is left.

Usage: killed.py LOCATION. A line for each kill, and one for the child that was let live:
visits, entries, revisions, keys.
"""

import os
import signal
import sys
from itertools import count

from conftest import START, World
from sqlalchemy import event

from aggregator.store import Store

FIELDS = ("entries", "revisions", "keys", "visits")


def main(location):
    with Store.open(location, now=START) as store:
        World(store).follow("alpha", "beta")
    for statement in count():
        child = os.fork()
        if child == 0:
            record(location, statement)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{left(location)}\n")
        if os.WIFEXITED(status):
            return


def record(location, last):
    """Record two visits; die before the statement `last`, the COMMIT being one."""
    with Store.open(location, now=START) as store:
        world = World(store)
        world.later(days=last)  # the leases of those who died have ended
        entries = [world.entry(source, f"e{last}") for source in ("alpha", "beta")]
        visits = [
            world.visit(claim, world.change(entry))
            for claim, entry in zip(world.claim(), entries, strict=True)
        ]
        numbers = count()

        def die(*_):
            if next(numbers) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        engine = store._database._engine
        event.listen(engine, "before_cursor_execute", die)
        event.listen(engine, "commit", die)
        store.record(visits)


def left(location):
    with Store.open(location, now=START) as store, store._database.reading() as connection:
        return " ".join(
            str(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar())
            for table in FIELDS
        )


if __name__ == "__main__":
    main(sys.argv[1])
