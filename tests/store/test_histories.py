"""Random histories: whatever publishers and people do, ids are for ever and nothing is lost."""

import contextlib
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aggregator.errors import StoreError
from aggregator.model import ChangeKind, Ruling, Verdict
from aggregator.store import Store

SOURCES = st.sampled_from(["alpha", "beta"])
LANGUAGES = st.sampled_from(["en", "ckb", None])
# What two sources may both send, among it an id that the other's entry would be given.
GUIDS = st.sampled_from(
    ["one", "two", "tag:example.org,2026:alpha:one", "tag:example.org,2026:beta:one", "x\ud800\0"]
)
ADDRESSES = st.sampled_from([None, "a.example/1", "a.example/2"])
WORDS = st.sampled_from(["First", "Second", "Third"])
RULINGS = st.sampled_from(list(Ruling))
ARTICLES = st.lists(
    st.tuples(GUIDS, ADDRESSES, WORDS, LANGUAGES, RULINGS), max_size=4, unique_by=lambda a: a[0]
)
EMISSIONS = "SELECT sequence, entry_id, atom_id, link, language, emitted_at FROM emissions"


class Histories(RuleBasedStateMachine):
    """Two sources, a store, and what must never be seen to change."""

    empty_store: Path
    world_of: type

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "aggregator.db"
        shutil.copy(self.empty_store, self.path)
        self.store = self.open()
        self.world = self.world_of(self.store)
        self.world.follow("alpha", "beta")
        self.emitted = {}
        self.updated = {}
        self.generation = 0

    def open(self):
        return Store.open(str(self.path), now=datetime(2026, 3, 1, tzinfo=UTC))

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    def rows(self, question):
        with self.store._database.reading() as connection:
            return connection.exec_driver_sql(question).all()

    def changes(self, source, articles):
        for guid, address, title, language, ruling in articles:
            fields = {"guid": guid, "address": address, "title": title, "language": language}
            entry = self.world.entry(source, title, **fields)
            entry = replace(entry, digest=f"1:{title}{language}{ruling}")
            known = self.world.known(entry)
            if known is None:
                kind, entry_id = ChangeKind.NEW, None
            else:
                entry_id = known.entry_id
                kind = ChangeKind.MATERIAL if known.title != title else ChangeKind.MINOR
                if known.guid != guid:
                    kind = ChangeKind.ALIAS
            verdict = Verdict(ruling=ruling)
            yield self.world.change(entry, kind, entry_id, verdict=verdict)

    @rule(source=SOURCES, articles=ARTICLES)
    def a_visit_brings(self, source, articles):
        changes = tuple(self.changes(source, articles))
        recorded = self.world.bring(source, *changes)
        assert recorded.new <= sum(change.kind is ChangeKind.NEW for change in changes)
        for change in changes:
            assert self.world.known(change.entry) is not None

    @rule(source=SOURCES, articles=ARTICLES)
    def a_visit_cannot_be_stored(self, source, articles):
        before = self.rows("SELECT * FROM entries")
        (claim,) = self.world.claim(source, force=True)
        spoiled = self.world.change(self.world.entry(source, "x"), ChangeKind.MINOR, 4711)
        visit = self.world.visit(claim, *self.changes(source, articles), spoiled)
        (recorded,) = self.store.record([visit])
        assert not recorded.accepted
        assert self.rows("SELECT * FROM entries") == before
        self.store.release([claim])

    @precondition(lambda self: self.updated)
    @rule(number=st.integers(min_value=0), ruling=RULINGS)
    def a_person_rules(self, number, ruling):
        entry_id = sorted(self.updated)[number % len(self.updated)]
        with contextlib.suppress(StoreError):  # without a language nothing can be published
            self.store.rule(entry_id, ruling, who="Rojda", why="so", now=self.world.now)

    @rule(languages=st.sampled_from([("en",), ("en", "ckb")]))
    def what_may_appear_is_emitted(self, languages):
        self.world.emit(*languages)
        assert self.world.emit(*languages) == 0

    @rule(hours=st.integers(-3, 5))
    def the_clock_jumps(self, hours):
        self.world.later(hours=hours)

    @rule()
    def the_program_starts_again(self):
        self.store.close()
        self.store = self.world.store = self.open()
        self.world.later(minutes=6)  # whatever was claimed may be claimed again
        self.world.follow()

    @invariant()
    def emissions_are_for_ever(self):
        now = {row[0]: row for row in self.rows(EMISSIONS)}
        assert {number: now.get(number) for number in self.emitted} == self.emitted
        fresh = now.keys() - self.emitted.keys()
        assert not fresh or min(fresh) > max(self.emitted, default=0)
        assert len({row[1] for row in now.values()}) == len(now)
        assert len({row[2] for row in now.values()}) == len(now)
        self.emitted = now

    @invariant()
    def nothing_goes_backwards(self):
        now = dict(self.rows("SELECT id, updated_at FROM entries"))
        assert all(now[entry_id] >= then for entry_id, then in self.updated.items())
        self.updated = now
        generation = self.store.generation()
        assert generation >= self.generation
        self.generation = generation

    @invariant()
    def what_is_shown_is_what_may_be_shown(self):
        shown = self.world.shown("en", "ckb")
        (allowed,) = self.rows(
            "SELECT group_concat(sequence) FROM (SELECT sequence FROM entries WHERE"
            " sequence IS NOT NULL AND ruling = 'publish' ORDER BY sequence DESC)"
        )[0]
        assert ",".join(str(published.sequence) for published in shown) == (allowed or "")
        for published in shown:
            row = self.emitted[published.sequence]
            assert (published.id, published.link, published.language) == row[2:5]


def test_whatever_happens_ids_are_for_ever_and_nothing_goes_backwards(empty_store, world_of):
    machine = type("Machine", (Histories,), {"empty_store": empty_store, "world_of": world_of})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
