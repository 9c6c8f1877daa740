"""From every past schema to this one, and no further: migrations on both databases.

``corpus/store/schemas/NNNN.sql`` is a SQLite store as the release with that schema left it;
``NNNN.json`` says what must still be known of it. A new migration brings the pair of the schema
before it.
"""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from aggregator.errors import StoreError
from aggregator.model import SeriesKind, SeriesName
from aggregator.store import Store, migrations
from aggregator.store.database import Database
from aggregator.store.schema import REVISION, metadata

SCHEMAS = Path(__file__).parents[1] / "corpus" / "store" / "schemas"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
PAST = migrations.revisions()


def write_past(location, revision):
    """Put a store of a past release at a location."""
    dump = (SCHEMAS / f"{revision}.sql").read_text(encoding="utf-8")
    database = Database(location)
    if database.path is not None:
        with closing(sqlite3.connect(database.path)) as connection:
            connection.executescript(dump)
    else:
        rows = [line for line in dump.splitlines() if line.startswith("INSERT INTO")]
        with database.writing() as connection:
            migrations.upgrade(connection, revision)
            connection.exec_driver_sql("DELETE FROM alembic_version")
            # The dump is in the order of the alphabet, not of foreign keys.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for row in rows:
                connection.exec_driver_sql(row)
    database.close()


def answers(store):
    """Ask the store what a dump's JSON answers."""
    return {
        "created": store.created.isoformat(),
        "generation": store.generation(),
        "feeds": [
            [row.source_id, row.feed_key, row.visits, row.entries, str(row.state.next_due)]
            for row in store.feeds(NOW)
        ],
        "window": [
            [p.sequence, p.id, p.link, p.language, str(p.published), str(p.updated), p.entry.title]
            for p in reversed(store.published(range(1, 100)))
        ],
        "history": [
            [revision.number, revision.kind, revision.entry.title] for revision in store.history(1)
        ],
        "visits": [[visit.number, visit.outcome, visit.new] for visit in store.visits("alpha")],
        "series": {
            f"{one.edition} {one.name.kind} {one.name.key} {one.name.title}": [
                *([p.sequence, str(p.corrected)] for p in store.stretch(one.id, 1, one.count)),
                *([one.id, str(one.at)] for one in windows_of(store, one).withdrawn),
            ]
            for edition in ("en", "ku")
            for one in store.series(edition)
        },
        "gone": list(store.gone(["en", "ckb"])),
        "outdated": [store.outdated().generation, *store.outdated().sequences],
        "stamp": store.stamp(),
        "pings": [[ping.topic, ping.tries] for ping in store.due_pings(NOW)],
        "pictures": [
            [p.sequence, p.picture.path] for p in store.published(range(1, 100)) if p.picture
        ],
        "wanted": [[one.url, one.tries] for one in store.due_pictures(NOW)],
        "translations": [[one, *others] for one, others in store.translations([1, 2, 3]).items()],
        **answers_of_the_desk(store),
    }


def answers_of_the_desk(store):
    """What editors are told; stores before the desk are not asked."""
    dossiers = [dossier for number in range(1, 20) if (dossier := store.dossier(number))]
    return {
        "queue": [[held.entry_id, held.entry.title, *held.reasons] for held in store.queue()],
        "takedowns": [
            [
                one.id,
                one.entry_id,
                one.source_id,
                one.title,
                one.why,
                str(one.restored),
                one.entries,
            ]
            for one in store.takedowns()
        ],
        "barred": sorted(store.barred("beta", [("alpha.example/down", ""), (None, "other")])),
        "dossiers": [
            [
                one.entry_id,
                one.entry.title,
                str(one.verdict.ruling),
                one.language,
                one.withdrawn_why,
                one.shown_by,
                str(one.publish_at),
                *(f"{ruled.who}: {ruled.why}" for ruled in one.rulings),
                *(member.reason for member in one.cluster),
            ]
            for one in dossiers
        ],
        "edited": [
            [revision.number, revision.kind, revision.entry.title, revision.note]
            for dossier in dossiers
            if dossier.edits is not None
            for revision in dossier.revisions
        ],
        "copies": [
            [p.sequence, copy.source_id, copy.link]
            for p in store.published(range(1, 100))
            for copy in p.copies
        ],
        "pages": [[page.entry_id, page.gone] for page in store.due_pages(NOW)],
    }


def windows_of(store, series):
    return store.window(series.id, entries=40, after=0, span=timedelta(0))


@pytest.mark.parametrize("revision", PAST)
def test_a_store_of_a_past_release_is_brought_up_to_date_and_loses_nothing(location, revision):
    expected = json.loads((SCHEMAS / f"{revision}.json").read_text(encoding="utf-8"))
    write_past(location, revision)
    for _ in range(2):
        with Store.open(location, now=NOW) as store:
            found = answers(store)
        assert {question: found[question] for question in expected} == expected


@pytest.mark.parametrize(
    ("change", "withdrawn_at"),
    [("ruling = 'drop'", 1772366460000000), ("withdrawn_at = 5", 5)],
)
def test_what_became_of_emissions_before_it_was_written_down_is_found(
    location, change, withdrawn_at
):
    """Of a store without series: corrections and withdrawals, by revisions and rulings."""
    write_past(location, "0001")
    database = Database(location)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE entries SET ruling = 'hold' WHERE sequence = 2")
        connection.exec_driver_sql(f"UPDATE entries SET {change} WHERE sequence = 3")
    with Store.open(location, now=NOW) as store:
        assert store.gone(["en", "ckb"]) == (2, 3)
        (one,) = store.published(range(1, 100))
        assert one.corrected == store.history(1)[-1].seen
        everything = SeriesName(kind=SeriesKind.EDITION, key="")
        assert store.place("all", ["en", "ckb"], lambda _: [everything]) == 3
        assert store.outdated().sequences == (1, 2, 3)
        (series,) = store.series("all")
        window = windows_of(store, series)
        assert window.entries == (one,)
        assert len(window.withdrawn) == (1 if withdrawn_at == 5 else 2)
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM withdrawals ORDER BY 1").all()
    database.close()
    assert [tuple(row) for row in rows] == [(2, 1772373660000000), (3, withdrawn_at)]


def test_the_migrations_build_the_tables_that_the_program_uses(location):
    Store.open(location, now=NOW).close()
    database = Database(location)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        inspector = sqlalchemy.inspect(connection)
        checks = {
            check["name"]
            for table in metadata.tables
            for check in inspector.get_check_constraints(table)
        }
    database.close()
    assert checks == {
        constraint.name
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sqlalchemy.CheckConstraint)
    }


def test_the_tables_of_sqlite_agree_to_the_letter(tmp_path):
    """What the comparison above does not see: partial indexes, WITHOUT ROWID."""
    Store.open(str(tmp_path / "migrated.db"), now=NOW).close()
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    metadata.create_all(engine)
    engine.dispose()
    migrated, created = (texts_of(tmp_path / name) for name in ("migrated.db", "created.db"))
    migrated.pop("alembic_version")
    assert migrated == created


def texts_of(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: sorted(_parts(sql)) for name, sql in rows}


def _parts(sql):
    """Columns and constraints: those that were added later stand behind a closing bracket."""
    inner = sql.strip().removesuffix("WITHOUT ROWID").strip().removesuffix(")")
    without = "WITHOUT ROWID" if sql.strip().endswith("WITHOUT ROWID") else ""
    return [without, *(" ".join(part.split()).strip() for part in inner.split(","))]


def test_the_program_and_its_migrations_name_the_same_newest_schema():
    assert PAST[-1] == REVISION
    assert list(PAST) == [f"{number:04}" for number in range(1, len(PAST) + 1)]


def test_a_database_from_the_future_is_refused_naming_both_versions(location):
    Store.open(location, now=NOW).close()
    database = Database(location)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StoreError, match=f"schema is 0999, .* up to {REVISION}"):
        Store.open(location, now=NOW)
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    database.close()
    assert found == "0999"


def test_a_database_of_another_program_is_refused_and_left_alone(location):
    database = Database(location)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match=r"another program .*'recipes'"):
        Store.open(location, now=NOW)
    with database.reading() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == ["recipes"]
    database.close()


def test_a_migration_that_fails_leaves_no_trace(location):
    database = Database(location)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("CREATE TABLE revisions (in_the_way TEXT)")
    with pytest.raises(StoreError, match="revisions"):
        Store.open(location, now=NOW)
    with database.reading() as connection:
        tables = sqlalchemy.inspect(connection).get_table_names()
    database.close()
    assert sorted(tables) == ["alembic_version", "revisions"]
