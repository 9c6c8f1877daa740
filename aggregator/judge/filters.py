"""The operator's rules: which of them an entry fits, and what they make of it. Pure.

Rules are asked in order, and each sees the entry as the ones before it left it: without what they
stripped from its body, with the categories and the language that they gave it. The first one that
fits and has a ruling is the last one that is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from aggregator.model import Condition, Entry, Rule, RuleField, Screened
from aggregator.text import selectors
from aggregator.text.html import plain
from aggregator.text.keywords import Folded, Keywords, compile_words, fold, has_marks
from aggregator.text.patterns import Pattern, compile_pattern, settled
from aggregator.text.tags import KURDISH, UNDECIDED, normalize_tag

Without = Callable[[tuple[str, ...]], Entry]
"""Brings the entry again, without what CSS selectors name in the body its publisher wrote."""

_CACHED: Final = 1024  # rules
_SHOWN: Final = 3  # words of a list that a reason names
_SHOWN_LENGTH: Final = 60  # characters of what a pattern found


def screen(
    entry: Entry, rules: tuple[Rule, ...], *, now: datetime, without: Without | None = None
) -> Screened:
    """Ask rules about an entry, and do to it what they say.

    Args:
        entry: in the article format.
        rules: in the order in which they are asked; `compile_rule` takes each of them.
        now: when the entry is seen, against which its age is judged.
        without: how to strip its body; None: nothing is stripped.

    Returns:
        The entry as the rules left it, the ruling of the one that has one, and for each rule that
        fits a reason: its name, what was found, what it did.
    """
    reasons = []
    screening = _Screening(entry, now, without)
    for rule in rules:
        found = compile_rule(rule).fits(screening)
        if found is None:
            continue
        screening.apply(rule)
        done = ", ".join(_done(rule))
        reasons.append(f"rule {rule.name}: {'; '.join(found) or 'every entry'} -> {done}")
        if rule.then is not None:
            return Screened(entry=screening.entry, ruling=rule.then, reasons=tuple(reasons))
    return Screened(entry=screening.entry, reasons=tuple(reasons))


@lru_cache(_CACHED)
def compile_rule(rule: Rule) -> "CompiledRule":
    """Compile a rule.

    Raises:
        ValueError: a sentence about what is wrong with it.
    """
    if rule.language is not None:
        _code(rule.language, of_text=True)
    for selector in rule.strip:
        selectors.check(selector)
    return CompiledRule(rule, tuple(map(_compiled, rule.when)), tuple(map(_compiled, rule.unless)))


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule that can be asked."""

    rule: Rule
    when: tuple["_Sought", ...]
    unless: tuple["_Sought", ...]

    def fits(self, screening: "_Screening") -> tuple[str, ...] | None:
        """Return what of the entry makes the rule fit, or None where it does not."""
        age = self._age(screening)
        length = None if age is None else self._length(screening)
        if age is None or length is None:
            return None
        found = age + length
        for sought in self.when:
            said = sought.find(screening)
            if said is None:
                return None
            found.append(said)
        if any(sought.find(screening) is not None for sought in self.unless):
            return None
        return (*found, *(sought.missed for sought in self.unless))

    def _age(self, screening: "_Screening") -> list[str] | None:
        older, newer = self.rule.older, self.rule.newer
        if older is None and newer is None:
            return []
        age = screening.age
        if (older is not None and age <= older) or (newer is not None and age >= newer):
            return None
        limits = [f"older than {_span(older)}"] if older is not None else []
        limits += [f"newer than {_span(newer)}"] if newer is not None else []
        return [f"{_span(age)} old, {' and '.join(limits)}"]

    def _length(self, screening: "_Screening") -> list[str] | None:
        longer, shorter = self.rule.longer, self.rule.shorter
        if longer is None and shorter is None:
            return []
        length = screening.length
        if (longer is not None and length <= longer) or (
            shorter is not None and length >= shorter
        ):
            return None
        limits = [f"longer than {longer}"] if longer is not None else []
        limits += [f"shorter than {shorter}"] if shorter is not None else []
        return [f"{length} words, {' and '.join(limits)}"]


@dataclass(frozen=True, slots=True)
class _Sought:
    """A condition that can be asked."""

    field: RuleField
    said: tuple[str, ...]  # as the operator wrote it
    keywords: Keywords | None
    pattern: Pattern | None
    languages: frozenset[str] = frozenset()

    def find(self, screening: "_Screening") -> str | None:
        """Say what was found, or None."""
        if self.languages and screening.entry.language in self.languages:
            return f"language is {screening.entry.language}"
        if self.keywords is not None:
            found = self.keywords.find(screening.folded(self.field))
            if found is not None:
                return f"{self.field} has “{found}”"
        if self.pattern is not None:
            found = self.pattern.find(screening.settled(self.field))
            if found is not None:
                return self._shown(found)
        return None

    def _shown(self, found: str) -> str:
        line = " ".join(found.split())
        if not line:
            return f"{self.field} fits the pattern {self.said[-1]}"
        cut = line if len(line) <= _SHOWN_LENGTH else line[:_SHOWN_LENGTH].rstrip() + "…"
        return f"{self.field} has “{cut}”"

    @property
    def missed(self) -> str:
        """Say that nothing was found."""
        if self.languages:
            return f"language is not {' or '.join(self.said)}"
        if self.keywords is None:
            return f"{self.field} does not fit the pattern {self.said[0]}"
        named = ", ".join(f"“{word}”" for word in self.said[:_SHOWN])
        more = len(self.said) - _SHOWN
        return f"{self.field} has none of {named}{f' and {more} more' if more > 0 else ''}"


def _compiled(condition: Condition) -> _Sought:
    field, pattern = condition.field, condition.pattern
    if not condition.words and pattern is None:
        raise ValueError(f"nothing to look for in {field}; wanted: words or a pattern")
    languages: frozenset[str] = frozenset()
    keywords = compiled = None
    if field is RuleField.LANGUAGE:
        languages = languages.union(*map(_code, condition.words))
    elif condition.words:
        keywords = compile_words(condition.words)
    if pattern is not None:
        compiled = compile_pattern(pattern, boundaries=field is RuleField.ADDRESS)
    said = (*condition.words, *((pattern,) if pattern is not None else ()))
    return _Sought(field, said, keywords, compiled, languages)


def _code(written: str, *, of_text: bool = False) -> frozenset[str]:
    """The languages that a code names: `ku` is both Kurdish ones, and no text's own."""
    code = normalize_tag(written)
    if code is None:
        raise ValueError(f"“{written}” is no language; wanted: a code like en, kmr, ckb")
    if code != UNDECIDED:
        return frozenset({code})
    if of_text:
        raise ValueError(f"“{written}” does not say which Kurdish; wanted: kmr or ckb")
    return frozenset({UNDECIDED, *KURDISH.values()})


class _Screening:
    """One entry under the rules: what they look at is made when one looks, and once."""

    def __init__(self, entry: Entry, now: datetime, without: Without | None) -> None:
        self.entry = entry
        self._now = now
        self._without = without
        self._stripped: tuple[str, ...] = ()
        self._plain: str | None = None
        self._folded: dict[RuleField, Folded] = {}
        self._settled: dict[RuleField, str] = {}

    @property
    def age(self) -> timedelta:
        """How old the entry is; without a date it is new."""
        dated = self.entry.published or self.entry.updated
        return max(self._now - dated, timedelta(0)) if dated else timedelta(0)

    @property
    def length(self) -> int:
        """How many words its standfirst and body have."""
        return sum(len(part.split()) for part in self._parts(RuleField.BODY))

    def folded(self, field: RuleField) -> Folded:
        """A field as keywords are looked for in it."""
        if field not in self._folded:
            parts = self._parts(field)
            marked = any(map(has_marks, self._parts(RuleField.TEXT)))
            self._folded[field] = fold(parts, self.entry.language, marked=marked)
        return self._folded[field]

    def settled(self, field: RuleField) -> str:
        """A field as patterns are looked for in it: its parts, a line each."""
        if field not in self._settled:
            self._settled[field] = settled("\n".join(self._parts(field)))
        return self._settled[field]

    def _parts(self, field: RuleField) -> tuple[str, ...]:
        entry = self.entry
        address = entry.link or entry.address
        parts: tuple[str | None, ...]
        match field:
            case RuleField.TITLE:
                parts = (entry.title,)
            case RuleField.BODY:
                parts = (entry.standfirst, self._body())
            case RuleField.TEXT:
                parts = (entry.title, entry.standfirst, self._body())
            case RuleField.BYLINE:
                parts = tuple(person.name for person in entry.byline)
            case RuleField.CATEGORY:
                parts = entry.categories
            case RuleField.ADDRESS:
                parts = (unquote(address) if address else None,)
            case RuleField.LANGUAGE:
                parts = (entry.language,)
        return tuple(filter(None, parts))

    def _body(self) -> str:
        if self._plain is None:
            self._plain = plain(self.entry.body)
        return self._plain

    def apply(self, rule: Rule) -> None:
        """Do to the entry what a rule says."""
        if rule.strip and self._without is not None:
            self._strip(rule.strip)
        entry = self.entry
        categories = tuple(dict.fromkeys((rule.category or entry.categories) + rule.tag))
        if categories != entry.categories:
            self.entry = entry = replace(entry, categories=categories)
            self._forget(RuleField.CATEGORY)
        if rule.language is not None:
            reason = f"rule {rule.name}"
            self.entry = replace(entry, language=rule.language, language_reason=reason)
            self._forget(*RuleField)

    def _strip(self, strip: tuple[str, ...]) -> None:
        """Bring the entry again without some parts, as far as rules did not change it."""
        assert self._without is not None
        self._stripped += strip
        before, again = self.entry, self._without(self._stripped)
        self.entry = replace(again, categories=before.categories)
        if before.language_reason.startswith("rule "):
            self.entry = replace(
                self.entry, language=before.language, language_reason=before.language_reason
            )
        self._plain = None
        self._forget(*RuleField)

    def _forget(self, *fields: RuleField) -> None:
        for field in fields:
            self._folded.pop(field, None)
            self._settled.pop(field, None)


def _done(rule: Rule) -> list[str]:
    """What a rule does, in the words of feeds.yaml."""
    done = [rule.then.value] if rule.then is not None else []
    done += [f"tag “{name}”" for name in rule.tag]
    done += [f"category “{name}”" for name in rule.category]
    done += [f"language {rule.language}"] if rule.language is not None else []
    return done + [f"strip {selector}" for selector in rule.strip]


def _span(span: timedelta) -> str:
    """A duration for people, in its largest unit that leaves two of them or none over."""
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length or (seconds >= length and seconds % length == 0):
            count = seconds // length
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{seconds} second{'s' * (seconds != 1)}"
