"""What several values of the editorial desk must agree on: rules, rights, the review page.  Pure.

As in `crosschecks`, a check that would only repeat a mistake already told stays silent.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from pydantic_core import PydanticCustomError

from aggregator.config import kinds, languages, quantities
from aggregator.config.crosschecks import child, groups, items, shown_languages, texts
from aggregator.config.kinds import did_you_mean, nearest, shown
from aggregator.config.nodes import Mapping, Node, Scalar
from aggregator.config.permissions import PLACEHOLDERS
from aggregator.config.publishing import REVIEW_PORT, SERVE_PORT
from aggregator.config.words import FIELDS, subject
from aggregator.errors import Mistake

T = TypeVar("T")

_CONDITIONS: Final = ("when", "unless", "longer", "shorter", "older", "newer")
_EFFECTS: Final = ("then", "tag", "category", "language", "strip")
_SHARED, _OWN = ("rules",), ("sources", "rules")


def desk_disagreements(root: Node) -> list[Mistake]:
    """All mistakes that lie between the values of rules, of rights, of pages that are served."""
    return [
        *_names_of_rules(root),
        *(mistake for path, rule in rules_of(root) for mistake in _rule(path, rule)),
        *_which_sources(root),
        *_filed_where_shown(root),
        *_credits(root),
        *_days(root),
        *_ports(root),
    ]


def rules_of(root: Node) -> list[tuple[tuple[str, ...], Mapping]]:
    """All rules, with where they are: at the top, or among the keys of a source."""
    own = [rule for source in groups(root, "sources") for rule in groups(source, "rules")]
    shared = [(_SHARED, rule) for rule in groups(root, "rules")]
    return [*shared, *((_OWN, rule) for rule in own)]


def _names_of_rules(root: Node) -> Iterator[Mistake]:
    shared: dict[str, Scalar] = {}
    yield from _named_once(groups(root, "rules"), shared)
    for source in groups(root, "sources"):
        yield from _named_once(groups(source, "rules"), dict(shared))


def _named_once(rules: list[Mapping], first: dict[str, Scalar]) -> Iterator[Mistake]:
    for rule in rules:
        named = child(rule, "name")
        if not isinstance(named, Scalar) or named.reads_as == "nothing":
            continue
        before = first.setdefault(named.text, named)
        if before is not named:
            yield named.place.mistake(
                f"`rules.name`: another rule is called {shown(named.text)} already, on line "
                f"{before.place.line}; a source's rules and those for all need names of their own"
            )


def _rule(path: tuple[str, ...], rule: Mapping) -> Iterator[Mistake]:
    who = subject(path, rule)
    if rule.entries.keys() <= FIELDS[path].keys():  # else one of these may be meant
        conditions = [rule.entries[key] for key in _CONDITIONS if key in rule.entries]
        none = all(isinstance(one, Mapping) and not one.entries for one in conditions)
        if none and "then" in rule.entries:  # to strip or tag every article may be meant
            yield rule.place.mistake(
                f"{who} has no condition; say which articles it is for, such as "
                "when: {title: [Kurd*, Rojava]}"
            )
        if not rule.entries.keys() & set(_EFFECTS):
            yield rule.place.mistake(
                f"{who} does nothing; say what is to happen, such as then: drop"
            )
    if {"sources", "except"} <= rule.entries.keys():
        yield rule.places["except"].mistake(
            f"{who} has both `sources` (line {rule.places['sources'].line}) and `except`; keep "
            "one of them"
        )
    yield from _nothing_fits(rule, "older", "newer", quantities.duration, timedelta(0))
    yield from _nothing_fits(rule, "longer", "shorter", quantities.whole, 1)


def _nothing_fits(
    rule: Mapping, above: str, below: str, check: Callable[[Any], T], least: T
) -> Iterator[Mistake]:
    """Bounds with nothing between them; `least` is what must lie between them."""
    low, high = _meant(rule, above, check=check), _meant(rule, below, check=check)
    if low is None or high is None or low + least < high:  # type: ignore[operator]
        return
    said = [one.text for key in (above, below) for one in texts(child(rule, key))]
    yield rule.places[below].mistake(
        f"`rules.{below}`: no article is {above} than {said[0]} (line {rule.places[above].line}) "
        f"and {below} than {said[1]}; did you mean them the other way round?"
    )


def _meant(group: Node | None, *keys: str, check: Callable[[Any], T]) -> T | None:
    """A value without a mistake in it."""
    node = child(group, *keys)
    try:
        return check(node) if isinstance(node, Scalar) else None
    except PydanticCustomError:
        return None


def _which_sources(root: Node) -> Iterator[Mistake]:
    ids = [child(source, "id") for source in groups(root, "sources")]
    known = [one.text for one in ids if isinstance(one, Scalar)]
    if len(known) < len(items(child(root, "sources"))) or not known:
        return  # the one that is named may be the one without an id
    for rule in groups(root, "rules"):
        for key in ("sources", "except"):
            for one in texts(child(rule, key)):
                if one.text in known or not _is_name(one):
                    continue
                guess = nearest(one.text, known)
                yield one.place.mistake(
                    f"`rules.{key}`: no source has the id {shown(one.text)}; write the id of one "
                    f"of your sources{did_you_mean(guess)}"
                )


def _is_name(node: Scalar) -> bool:
    try:
        return bool(kinds.name(node))
    except PydanticCustomError:
        return False


def _filed_where_shown(root: Node) -> Iterator[Mistake]:
    shown_codes = shown_languages(root)
    if shown_codes is None:
        return
    for _, rule in rules_of(root):
        code = child(rule, "language")
        if not isinstance(code, Scalar) or code.text not in languages.NAMES or code.text == "ku":
            continue
        if code.reads_as == "text" and code.text not in shown_codes:
            yield code.place.mistake(
                f"`rules.language`: no edition shows {code.text} ({languages.NAMES[code.text]}), "
                f"only {', '.join(sorted(shown_codes))}; add an edition or change the language "
                "(to choose articles by their language, write it into `when`)"
            )


def _credits(root: Node) -> Iterator[Mistake]:
    for source in groups(root, "sources"):
        group = child(source, "rights", "credit")
        if not isinstance(group, Mapping):
            continue
        if not group.entries:
            yield group.place.mistake(
                "`rights.credit`: the group is empty; write it like this: "
                'credit: {en: "Source: {outlet}", ar: "المصدر: {outlet}"}'
            )
        for key, place in group.places.items():
            if key in PLACEHOLDERS:
                yield place.mistake(
                    f'`rights.credit`: a text that begins with {{ must be in quotes: "{{{key}}}"'
                )
            elif key not in languages.NAMES:
                guess = languages.guess(key)
                yield place.mistake(
                    f"`rights.credit`: {shown(key)} is not a language code; write the credit line "
                    "under a code such as en, kmr or ar, or one text for all"
                    f"{did_you_mean(guess and f'{guess} ({languages.NAMES[guess]})')}"
                )


def _days(root: Node) -> Iterator[Mistake]:
    for source in groups(root, "sources"):
        rights = child(source, "rights")
        granted = _meant(rights, "granted", check=quantities.day)
        expires = _meant(rights, "expires", check=quantities.day)
        node = child(rights, "expires")
        if node and _is_before(expires, granted):
            yield node.place.mistake(
                f"`rights.expires`: {expires} lies before the day on which it was granted "
                f"({granted}); correct one of the two"
            )


def _is_before(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one < other


def _ports(root: Node) -> Iterator[Mistake]:
    serve, review = child(root, "serve"), child(root, "review")
    taken, wanted = _port(serve, SERVE_PORT), _port(review, REVIEW_PORT)
    if taken and taken == wanted:
        node = child(review, "port") or review
        assert node is not None
        assert serve is not None
        where = "" if child(serve, "port") else ", without a `port` of its own"
        yield node.place.mistake(
            f"`review.port`: `serve` (line {serve.place.line}) listens on port {wanted} already"
            f"{where}; write another, such as {REVIEW_PORT if taken != REVIEW_PORT else 8082}"
        )


def _port(node: Node | None, usual: int) -> int | None:
    """The port that is listened on; None where that is none, any, or a mistake."""
    if isinstance(node, Mapping):
        return _meant(node, "port", check=quantities.port) if "port" in node.entries else usual
    on = isinstance(node, Scalar) and node.reads_as in {"nothing", "true"}
    return usual if on else None
