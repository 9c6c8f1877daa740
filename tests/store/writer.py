"""A process that claims, records and emits, for tests that run several or kill them.

Usage: writer.py LOCATION ROUNDS MINUTES; with 0 rounds until it is killed. MINUTES after
the start it claims. Prints the number of visits recorded so far after each commit.
"""

import sys
from dataclasses import replace

from conftest import World

from aggregator.store import Store

SOURCES = ("alpha", "beta", "gamma", "delta")
ENTRIES = 10  # new ones a visit


def main(location, rounds, minutes):
    with Store.open(location, now=World.now) as store:
        world = World(store)
        world.later(minutes=minutes)
        world.follow(*SOURCES)
        recorded = 0
        number = 0
        while not rounds or number < rounds:
            number += 1
            claims = world.claim(limit=2)
            answers = store.record([visit_of(world, claim) for claim in claims])
            assert all(answer.accepted for answer in answers), answers
            recorded += len(answers)
            sys.stdout.write(f"{recorded}\n")
            sys.stdout.flush()
            if number % 3 == 0:
                world.emit()


def visit_of(world, claim):
    entries = (
        world.entry(claim.state.source_id, f"{claim.fence}-{number}") for number in range(ENTRIES)
    )
    state = replace(claim.state, last_visit=world.now, next_due=world.now)
    return world.visit(claim, *map(world.change, entries), state=state)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
