"""Dates as publishers write them: tests/corpus/dates.tsv, one a line, and what holds for any."""

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text import dates

CORPUS = Path(__file__).parent / "corpus" / "dates.tsv"
NOW = datetime(2025, 1, 6, 10, 0, tzinfo=UTC)


def _rows() -> list[tuple[str, str, str]]:
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(written, expected, why) for written, expected, why in cells]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(written, expected, id=f"{written} ({why})")
        for written, expected, why in _rows()
    ],
)
def test_a_date_is_read_as_its_publisher_meant_it(written: str, expected: str) -> None:
    moment = dates.parse(written)
    assert (moment.isoformat() if moment else "-") == expected


def test_the_corpus_has_no_row_twice() -> None:
    written = [row[0] for row in _rows()]
    assert len(written) == len(set(written))
    assert len(written) >= 120


@pytest.mark.parametrize("row", dates._MONTHS_WRITTEN.values(), ids=dates._MONTHS_WRITTEN.keys())
def test_each_calendar_has_twelve_months(row: str) -> None:
    assert len(row.split("/")) == 12


def test_no_name_stands_for_two_months_nor_for_a_month_and_something_else() -> None:
    months: dict[str, int] = {}
    for name, month in dates._months():
        assert months.setdefault(name, month) == month, name
    assert not months.keys() & (dates._IGNORED | dates._MERIDIEM.keys())


@pytest.mark.parametrize(
    ("moment", "flag"),
    [
        (NOW, None),
        (NOW - timedelta(days=3650), None),
        (NOW + dates.FUTURE_TOLERANCE, None),
        (NOW + dates.FUTURE_TOLERANCE + timedelta(seconds=1), "in-future"),
        (datetime(2025, 1, 6, 12, 0, tzinfo=timezone(timedelta(hours=3))), None),
        (datetime(2025, 1, 6, 12, 0, tzinfo=timezone(timedelta(hours=-3))), "in-future"),
        (datetime(1990, 1, 1, tzinfo=UTC), None),
        (datetime(1989, 12, 31, tzinfo=UTC), "absurd"),
        (datetime(1970, 1, 1, tzinfo=UTC), "absurd"),
        (datetime(1, 1, 1, tzinfo=UTC), "absurd"),
        (datetime(2038, 1, 19, tzinfo=UTC), "in-future"),
        (datetime(2101, 1, 1, tzinfo=UTC), "absurd"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-14))), "absurd"),
    ],
)
def test_a_date_that_cannot_be_is_flagged(moment: datetime, flag: str | None) -> None:
    assert dates.plausible(moment, NOW) == flag


FIRST, LAST = -35 * 365 * 86400 * 10**6, 75 * 365 * 86400 * 10**6  # 1990 to 2100
DATE_LIKE = st.text(alphabet="0123456789٣۴-+:/.,() tzhêmpAJanMGTم\u200f\n", max_size=60)


@given(st.one_of(st.text(max_size=200), DATE_LIKE))
def test_no_text_is_too_strange(text: str) -> None:
    moment = dates.parse(text)
    if moment is not None:
        offset = moment.utcoffset()
        assert offset is not None
        assert abs(offset) <= timedelta(hours=14)
        assert not offset.seconds % 60
        assert moment.astimezone(UTC) == moment


@pytest.mark.parametrize(
    "text",
    ["1" * 10**6, "(" * 10**6, "2025-01-06T" + "0" * 489, "Jan " * 125, "ﷺ" * 500, "10:" * 166],
)
def test_hostile_input_costs_next_to_nothing(text: str) -> None:
    start = time.process_time()
    assert dates.parse(text) is None
    assert time.process_time() - start < 0.1


@given(
    st.integers(min_value=FIRST, max_value=LAST),
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_what_we_write_we_read(microseconds: int, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    moment = (NOW + timedelta(microseconds=microseconds)).astimezone(zone)
    read = dates.parse(moment.isoformat())
    assert read == moment
    assert read.utcoffset() == moment.utcoffset()
    second = moment.replace(microsecond=0)
    assert dates.parse(second.strftime("%a, %d %b %Y %H:%M:%S %z")) == second
