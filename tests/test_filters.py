"""The operator's rules on articles: as corpus/filters says, and under any input at all."""

import time
import tomllib
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.gather.identify import identify
from aggregator.gather.normalize import normalize
from aggregator.judge import filters, rules
from aggregator.model import (
    Condition,
    Feed,
    FeedMeta,
    ParsedEntry,
    ParsedFeed,
    Person,
    Rule,
    RuleField,
    Ruling,
    Screened,
    Source,
    Text,
)
from aggregator.text.html import plain
from aggregator.text.patterns import compile_pattern

FOLDER = Path(__file__).parent / "corpus" / "filters"
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def conditions(written):
    for field, wanted in written.items():
        if isinstance(wanted, dict):
            yield Condition(field=RuleField(field), pattern=wanted["pattern"])
        else:
            words = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            yield Condition(field=RuleField(field), words=words)


def rule_of(written):
    given = {key: tuple(v) if isinstance(v, list) else v for key, v in written.items()}
    given |= {key: tuple(conditions(written.get(key, {}))) for key in ("when", "unless")}
    for key in {"older", "newer"} & set(given):
        given[key] = timedelta(**{UNITS[given[key][-1]]: int(given[key][:-1])})
    if "then" in given:
        given["then"] = Ruling(given["then"])
    return Rule(**given)


def bringing(case):
    """What brings the article of a case into the article format, with or without strips."""
    parsed = ParsedEntry(
        guid="1",
        link=case.get("link", "https://herald.example/a/1"),
        title=Text(value=case["title"], html=False),
        summary=Text(value=case["summary"]) if "summary" in case else None,
        contents=(Text(value=case["html"]),) if "html" in case else (),
        published=case.get("published"),
        authors=tuple(Person(name=name) for name in case.get("byline", ())),
        categories=tuple(case.get("categories", ())),
    )
    feed = Feed(key="", candidates=("https://herald.example/feed",))
    language = case.get("language")
    source = Source(
        id="herald", name="H", feeds=(feed,), language=language, language_decides=bool(language)
    )
    document = ParsedFeed(format="rss20", meta=FeedMeta(), entries=(parsed,))
    (item,) = identify("herald", document, guids_unreliable=False)
    return partial(normalize, item, source=source, feed=feed, meta=FeedMeta(), now=NOW)


def cases():
    for path in sorted(FOLDER.glob("*.toml")):
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        asked = tuple(map(rule_of, written["rule"]))
        for number, case in enumerate(written["case"], 1):
            yield pytest.param(asked, case, id=f"{path.stem}-{number}")


@pytest.mark.parametrize(("asked", "case"), list(cases()))
def test_rules_make_of_an_article_what_the_corpus_says(asked, case):
    bring = bringing(case)
    screened = filters.screen(bring(), asked, now=NOW, without=bring)
    assert list(screened.reasons) == case.get("reasons", [])
    assert screened.ruling == (Ruling(case["ruling"]) if "ruling" in case else None)
    becomes = case.get("becomes", {})
    entry = screened.entry
    assert entry.categories == tuple(becomes.get("categories", entry.categories))
    assert entry.language == becomes.get("language", entry.language)
    assert plain(entry.body) == becomes.get("text", plain(entry.body))


def test_an_entry_without_rules_is_as_it_was():
    entry = bringing({"title": "Water", "language": "en"})()
    assert filters.screen(entry, (), now=NOW) == Screened(entry=entry)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, pattern="(a"),)), r"missing \)"),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, pattern="(?=a)"),)), "look-around"),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, pattern=r"(a)\1"),)), "back-ref"),
        (Rule(name="r", unless=(Condition(field=RuleField.TEXT, pattern=r"\bK"),)), "a to z"),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, pattern=r"[\W]"),)), "brackets"),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, pattern="a{9999}"),)), "repetition"),
        (
            Rule(name="r", when=(Condition(field=RuleField.TEXT, pattern="((\\pL{99}){9}){9}"),)),
            "cannot be used",
        ),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, words=("—",)),)), "no letters"),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, words=("a*b",)),)), "beginning"),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT, words=("*",)),)), "beginning"),
        (Rule(name="r", when=(Condition(field=RuleField.TEXT),)), "nothing to look for"),
        (
            Rule(name="r", when=(Condition(field=RuleField.LANGUAGE, words=("klingon!",)),)),
            "no language",
        ),
        (Rule(name="r", language="ku"), "kmr or ckb"),
        (Rule(name="r", strip=("div[",)), "selector cannot be used"),
        (Rule(name="r", strip=("p::before",)), "Pseudo-elements"),
        (Rule(name="r", strip=("x|y",)), "namespace"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule, said):
    with pytest.raises(ValueError, match=said):
        filters.compile_rule(rule)


def entry_with(**changes):
    return bringing({"title": "Water", "html": "<p>Rain</p>", "language": "en"} | changes)()


@pytest.mark.parametrize(
    ("ruling", "language", "verdict"),
    [
        (None, "en", Ruling.PUBLISH),
        (Ruling.PUBLISH, "en", Ruling.PUBLISH),
        (Ruling.HOLD, "en", Ruling.HOLD),
        (Ruling.DROP, "en", Ruling.DROP),
        (Ruling.PUBLISH, None, Ruling.HOLD),  # nobody may publish what has no language
        (Ruling.DROP, None, Ruling.DROP),
    ],
)
def test_a_rule_rules_within_what_can_be_published(ruling, language, verdict):
    entry = entry_with(language=language, title="OK", html="<p>42</p>")
    screened = Screened(entry=entry, ruling=ruling, reasons=("rule r: every entry",))
    source = Source(id="herald", name="H", feeds=())
    judged = rules.judge(screened, source)
    assert judged.ruling is verdict
    assert "rule r: every entry" in judged.reasons


def test_what_has_no_title_is_dropped_whatever_a_rule_says():
    entry = entry_with(title="", html="", link=None)
    judged = rules.judge(
        Screened(entry=entry, ruling=Ruling.PUBLISH), Source(id="herald", name="H", feeds=())
    )
    assert judged.ruling is Ruling.DROP


def test_a_language_that_a_rule_sets_is_in_doubt_no_more():
    asked = (Rule(name="all", language="kmr"), Rule(name="out", then=Ruling.PUBLISH))
    entry = entry_with(language=None, title="OK", html="<p>42</p>")
    assert entry.language is None
    screened = filters.screen(entry, asked, now=NOW)
    assert screened.entry.language == "kmr"
    assert screened.entry.language_reason == "rule all"
    judged = rules.judge(screened, Source(id="herald", name="H", feeds=()))
    assert judged.ruling is Ruling.PUBLISH


# --- any input at all -----------------------------------------------------------------------

ANYTHING = st.text(max_size=300)
FIELDS = st.sampled_from([field for field in RuleField if field is not RuleField.LANGUAGE])


def usable(rule):
    try:
        filters.compile_rule(rule)
    except ValueError:
        return False
    return True


@given(
    pattern=st.one_of(st.text("ab كک[]()*+?|^$.\\-pLwds{}0،ً", max_size=15), st.text(max_size=12)),
    word=ANYTHING,
    field=FIELDS,
    title=ANYTHING,
    body=ANYTHING,
    language=st.sampled_from(["en", "kmr", "ckb", "ar", None]),
)
@settings(deadline=None)
def test_screening_never_raises(pattern, word, field, title, body, language):
    asked = tuple(
        filter(
            usable,
            (
                Rule(name="p", when=(Condition(field=field, pattern=pattern),), tag=("p",)),
                Rule(name="w", when=(Condition(field=field, words=(word,)),), tag=("w",)),
                Rule(name="s", strip=(word,)),
            ),
        )
    )
    bring = bringing(
        {"title": title, "html": body, "byline": [title], "link": "https://h.example/" + body}
        | ({"language": language} if language else {"language": "fr"})
    )
    entry = bring()
    screened = filters.screen(entry, asked, now=NOW, without=bring)
    again = filters.screen(screened.entry, asked, now=NOW, without=bring)
    assert set(again.entry.categories) >= set(entry.categories)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*a){12}", "(?:a?){25}a{25}", "(a*)*x", ".*.*.*=x"],
)
def test_no_pattern_takes_more_than_time_in_proportion_to_the_text(pattern):
    rule = Rule(name="evil", when=(Condition(field=RuleField.BODY, pattern=pattern),), tag=("x",))
    spent = []
    for size in (20_000, 200_000):
        entry = entry_with(html="a" * size)
        screening = filters._Screening(entry, NOW, None)
        screening.settled(RuleField.BODY)  # what is measured is the pattern alone
        compiled = filters.compile_rule(rule)
        begun = time.process_time()
        compiled.fits(screening)
        spent.append(time.process_time() - begun)
    assert spent[1] < 1 + 30 * spent[0]


@given(
    pattern=st.recursive(
        st.sampled_from(["a", "b", ".", "[ab]", "(?:a|a)", "\\w", "^", "$"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["*", "+", "?", "{0,9}", "*?"])).map(
                lambda parts: f"(?:{parts[0]}){parts[1]}"
            ),
            st.lists(inner, min_size=2, max_size=3).map("".join),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        ),
        max_leaves=8,
    )
)
@settings(deadline=None, max_examples=60)
def test_no_pattern_at_all_is_slow_on_a_long_text(pattern):
    try:
        compiled = compile_pattern(f"(?:{pattern})c")
    except ValueError:
        return  # too big
    begun = time.process_time()
    compiled.find("ab" * 50_000)
    assert time.process_time() - begun < 5
