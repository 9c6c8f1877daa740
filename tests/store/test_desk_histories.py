"""Random histories of the desk: people rule, edit, take down and restore while publishers update.

Whatever happens: nothing that is taken down is shown, a person's words stay, ids never change.
"""

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from aggregator.model import ChangeKind, Edits, Removal, Ruling, Verdict
from aggregator.store import Store

SOURCES = st.sampled_from(["alpha", "beta"])
NAMES = st.sampled_from(["one", "two", "three"])
LONG = "<p>" + "Gund bê av ma û xelk li ber çem rawestiya. " * 8 + "</p>"
TEXTS = st.sampled_from(["first words", "second words"])
LANGUAGES = st.sampled_from(["en", "ckb", None])
RULINGS = st.sampled_from(list(Ruling))
EDITS = st.builds(
    Edits,
    title=st.sampled_from([None, "Ours", "Better"]),
    standfirst=st.sampled_from([None, "", "Said by us"]),
    categories=st.sampled_from([None, (), ("water",)]),
    language=st.sampled_from([None, None, "en", "ckb"]),
)
NUMBERS = st.integers(min_value=0)
BY = {"who": "Rojda", "why": "so"}
FIELDS = ("title", "standfirst", "categories")


class Desk(RuleBasedStateMachine):
    """Two sources that may bring the same text, and an editor."""

    empty_store: Path
    world_of: type

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "aggregator.db"
        shutil.copy(self.empty_store, path)
        self.store = Store.open(str(path), now=datetime(2026, 3, 1, tzinfo=UTC))
        self.world = self.world_of(self.store)
        self.world.follow("alpha", "beta")
        self.edits = {}  # entry -> what a person wrote of it last, field by field
        self.emitted = {}
        for source in ("alpha", "beta"):
            self.bring(source, "one", "first words", "en", Ruling.PUBLISH)
        self.publish()

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    def entry(self, number):
        """One of the entries that there are."""
        ids = [entry for (entry,) in self.world.rows("SELECT id FROM entries ORDER BY id")]
        return ids[number % len(ids)]

    @rule(source=SOURCES, name=NAMES, text=TEXTS, language=LANGUAGES, ruling=RULINGS)
    def a_publisher_brings(self, source, name, text, language, ruling):
        self.bring(source, name, text, language, ruling)

    def bring(self, source, name, text, language, ruling):
        entry = self.world.entry(source, name, title=f"{name}: {text}", language=language)
        entry = replace(entry, body=f"{LONG}<p>{text}</p>", digest=f"1:{text}{language}")
        known = self.world.known(entry)
        kind = ChangeKind.NEW if known is None else ChangeKind.MATERIAL
        entry_id = None if known is None else known.entry_id
        verdict = Verdict(ruling=ruling)
        words = {"text_digest": f"{name} {text}", "verdict": verdict, "updated": self.world.now}
        if known is not None:
            words["updated"] = max(known.updated, self.world.now)
        self.world.bring(source, self.world.change(entry, kind, entry_id, **words))

    @precondition(lambda self: self.known())
    @rule(number=NUMBERS, ruling=RULINGS, edits=st.none() | EDITS)
    def a_person_rules(self, number, ruling, edits):
        entry_id = self.entry(number)
        try:
            self.store.rule(entry_id, ruling, **BY, now=self.world.now, edits=edits)
        except StoreError:
            return  # no language, or another one than it was published in
        self.remember(entry_id, edits)

    @precondition(lambda self: self.known())
    @rule(number=NUMBERS, edits=EDITS, instead=st.booleans())
    def a_person_edits(self, number, edits, instead):
        entry_id = self.entry(number)
        try:
            self.store.edit(entry_id, edits, **BY, now=self.world.now, instead=instead)
        except StoreError:
            return
        if instead:
            self.edits.pop(entry_id, None)
        self.remember(entry_id, edits)

    def remember(self, entry_id, edits):
        said = {
            name: value for name in FIELDS if (value := getattr(edits, name, None)) is not None
        }
        self.edits[entry_id] = self.edits.get(entry_id, {}) | said

    @precondition(lambda self: self.known())
    @rule(number=NUMBERS, whole=st.booleans())
    def somebody_asks_for_a_takedown(self, number, whole):
        entry_id = self.entry(number)
        source = self.store.dossier(entry_id).source_id
        target = {"source_id": source} if whole else {"entry_id": entry_id}
        self.store.take_down(**target, **BY, now=self.world.now)

    @precondition(lambda self: self.store.takedowns())
    @rule(number=NUMBERS)
    def a_takedown_is_undone(self, number):
        log = self.store.takedowns()
        self.store.restore(log[number % len(log)].id, **BY, now=self.world.now)

    @precondition(lambda self: self.known())
    @rule(number=NUMBERS, back=st.booleans())
    def a_publisher_takes_back_or_gives_again(self, number, back):
        entry_id = self.entry(number)
        if back:
            removal = Removal(entry_id=entry_id, at=self.world.now, why="gone")
            self.store.withdraw([removal], self.world.now)
        else:
            self.store.readmit([entry_id], "it answers", self.world.now)

    @rule(hours=st.integers(0, 50))
    def all_is_published(self, hours):
        self.world.later(hours=hours)
        self.publish()

    def publish(self):
        self.world.emit("en", "ckb")
        self.world.place("en", "ckb")

    def known(self):
        return bool(self.world.rows("SELECT id FROM entries LIMIT 1"))

    def all_shown(self):
        return self.store.published(
            n for (n,) in self.world.rows("SELECT sequence FROM emissions")
        )

    @invariant()
    def nothing_that_is_taken_down_is_shown(self):
        down = [one for one in self.store.takedowns() if one.restored is None]
        entries = {one.entry_id for one in down}
        sources = {one.source_id for one in down}
        bars = {value for (value,) in self.world.rows("SELECT value FROM takedown_bars")}
        assert not bars or down
        shown = self.all_shown()
        series = self.world.series()
        stood = [] if series is None else self.store.stretch(series.id, 1, series.count)
        for one in (*shown, *stood):
            assert one.entry_id not in entries
            assert one.source_id not in sources
        assert not [held for held in self.store.queue() if held.entry_id in entries]

    @invariant()
    def what_a_person_wrote_is_what_is_shown(self):
        for one in self.all_shown():
            for name, value in self.edits.get(one.entry_id, {}).items():
                assert getattr(one.entry, name) == value

    @invariant()
    def the_history_ends_with_what_is_shown(self):
        for one in self.all_shown():
            history = self.store.history(one.entry_id)
            assert history[-1].entry == one.entry
            assert [revision.number for revision in history] == [*range(1, len(history) + 1)]

    @invariant()
    def ids_addresses_and_languages_are_for_ever(self):
        question = "SELECT sequence, entry_id, atom_id, link, language FROM emissions"
        now = {row[0]: row for row in self.world.rows(question)}
        assert {number: now.get(number) for number in self.emitted} == self.emitted
        assert len({row[2] for row in now.values()}) == len(now)
        self.emitted = now

    @invariant()
    def what_is_hidden_is_told_and_what_is_shown_is_newer_than_its_tombstone(self):
        shown = {one.sequence for one in self.all_shown()}
        gone = [n for n in sorted(self.emitted) if n not in shown]
        assert list(self.store.gone(["en", "ckb"])) == gone
        withdrawn = self.world.rows("SELECT sequence FROM withdrawals ORDER BY 1")
        assert [n for (n,) in withdrawn] == gone
        series = self.world.series()
        if series is not None:
            told = self.store.withdrawals(series.id, 1, series.count)
            window = self.store.window(series.id, entries=0, after=0, span=timedelta(0))
            assert {one.id for one in told} == {one.id for one in window.withdrawn}


def test_whatever_people_and_publishers_do_the_desk_has_the_last_word(empty_store, world_of):
    machine = type("Machine", (Desk,), {"empty_store": empty_store, "world_of": world_of})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
