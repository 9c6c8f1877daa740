"""The definition of feeds.yaml, continued: rules, by which articles are chosen and changed.  Pure.

Also the kinds of values that only rules hold: words to look for, patterns, selectors. Whether one
can be used is for the code to say that will use it.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from aggregator.config import kinds, quantities
from aggregator.config.forms import GROUP, LIST, TEXT, Shape, form
from aggregator.config.kinds import did_you_mean, shown, wrong
from aggregator.text import selectors
from aggregator.text.keywords import compile_words
from aggregator.text.patterns import compile_pattern

T = TypeVar("T")

LONGEST_PATTERN = 2_000


def word(value: Any) -> str:
    """A word or phrase; `*` at either end stands for any letters."""
    said = kinds.line(value, "a word, or several in a row, such as Kurdistan or Kurd*")
    inner = said.removeprefix("*").removesuffix("*")
    if not any(sign.isalnum() for sign in inner):
        found = "would fit everything" if "*" in said else "has no letter and no digit in it"
        raise wrong(f"{shown(said)} {found}; write a word such as Kurdistan or Kurd*")
    if "*" in inner:
        raise wrong(
            f"{shown(said)} has a * within; it can stand at the beginning and at the end only, as "
            f"in Kurd* or *kurd*{did_you_mean(as_list(said))}"
        )
    _usable(compile_words, (said,))
    return said


def as_list(said: str) -> str | None:
    """The list that was probably meant by one text with commas in it."""
    parts = [part.strip() for part in re.split("[,;\u060c\u061b]", said)]
    quoted = [f'"{one}"' if one[0] == "*" else one for one in parts if one]
    return f"[{', '.join(quoted)}]" if len(parts) > 1 and quoted else None


def _together(found: tuple[str, ...]) -> tuple[str, ...]:
    _usable(compile_words, found)
    return found


def pattern(value: Any) -> str:
    """A regular expression of RE2, which needs no more time for an evil text than for another."""
    said = _expression(value)
    _usable(compile_pattern, said)
    return said


def pattern_of_address(value: Any) -> str:
    r"""The same for addresses, in which `\b` finds every word."""
    said = _expression(value)
    _usable(partial(compile_pattern, boundaries=True), said)
    return said


def _expression(value: Any) -> str:
    said = kinds.text(value, "a regular expression such as Kurd(s|ish)", quotable=True).strip()
    if len(said) > LONGEST_PATTERN:
        raise wrong(f"the pattern has {len(said)} characters; at most {LONGEST_PATTERN} fit")
    return said


def fits_nothing(said: str) -> bool:
    """Whether a pattern is found where there is no text, and so everywhere."""
    pattern = compile_pattern(said.strip(), boundaries=True)
    # "^$" is found in no text alone: it means that there is none.
    return pattern.find("") is not None and pattern.find("x") is not None


def selector(value: Any) -> str:
    """A CSS selector."""
    said = kinds.line(value, "a CSS selector such as div.related")
    _usable(selectors.check, said)
    return said


def _usable(check: Callable[[T], object], said: T) -> None:
    """Ask the code that will use it."""
    try:
        check(said)
    except ValueError as error:
        raise wrong(str(error)) from error


def one_language(value: Any) -> str:
    """What an article is filed under: a language code that stands for no two."""
    code = kinds.language(value)
    if code == "ku":
        raise wrong("ku stands for two; write kmr (Kurmanji) or ckb (Sorani)")
    return code


_SEVERAL = Field(min_length=1)
Word = Annotated[
    str,
    BeforeValidator(word),
    WithJsonSchema({"type": "string", "minLength": 1, "pattern": r"\w"}),
]
Pattern = Annotated[
    str, BeforeValidator(pattern), WithJsonSchema({"type": "string", "minLength": 1})
]
AddressPattern = Annotated[
    str, BeforeValidator(pattern_of_address), WithJsonSchema({"type": "string", "minLength": 1})
]
Selector = Annotated[
    str, BeforeValidator(selector), WithJsonSchema({"type": "string", "minLength": 1})
]
Lines = Annotated[
    Annotated[kinds.Line, Tag(TEXT)] | Annotated[tuple[kinds.Line, ...], _SEVERAL, Tag(LIST)],
    Discriminator(form),
]
Selectors = Annotated[
    Annotated[Selector, Tag(TEXT)] | Annotated[tuple[Selector, ...], _SEVERAL, Tag(LIST)],
    Discriminator(form),
]
Languages = Annotated[
    Annotated[kinds.ListedLanguage, Tag(TEXT)]
    | Annotated[tuple[kinds.ListedLanguage, ...], _SEVERAL, Tag(LIST)],
    Discriminator(form),
]
Names = Annotated[
    Annotated[kinds.Name, Tag(TEXT)] | Annotated[tuple[kinds.Name, ...], _SEVERAL, Tag(LIST)],
    Discriminator(form),
]
OneLanguage = Annotated[
    str,
    BeforeValidator(one_language),
    WithJsonSchema({**kinds.LANGUAGE_SCHEMA, "not": {"const": "ku"}}),
]


class PatternShape(Shape):
    """A regular expression."""

    pattern: Pattern = Field(
        description="A regular expression in the syntax of RE2. Capitals and small letters are "
        "alike; (?-i) at its beginning tells them apart.",
        examples=["Kurd(s|ish)"],
    )


class AddressPatternShape(Shape):
    """A regular expression for addresses."""

    pattern: AddressPattern = Field(
        description="A regular expression in the syntax of RE2, such as /sports?/.",
        examples=["/(opinion|blog)/"],
    )


Words = Annotated[tuple[Word, ...], _SEVERAL, AfterValidator(_together), Tag(LIST)]
Wanted = Annotated[
    Annotated[Word, Tag(TEXT)] | Words | Annotated[PatternShape, Tag(GROUP)],
    Discriminator(form),
]
WantedInAddress = Annotated[
    Annotated[Word, Tag(TEXT)] | Words | Annotated[AddressPatternShape, Tag(GROUP)],
    Discriminator(form),
]


class ConditionsShape(Shape):
    """Where to look, and for which words."""

    title: Wanted | None = Field(
        default=None, description="Words in the title.", examples=[["Kurd*", "Rojava"]]
    )
    body: Wanted | None = Field(
        default=None,
        description="Words in the standfirst or the body.",
        examples=[["Kurd*", "Rojava"]],
    )
    text: Wanted | None = Field(
        default=None,
        description="Words in the title, the standfirst or the body.",
        examples=[["Kurd*", "Rojava"]],
    )
    byline: Wanted | None = Field(
        default=None, description="Words in the names of the authors.", examples=[["Reuters"]]
    )
    category: Wanted | None = Field(
        default=None, description="Words in the publisher's categories.", examples=[["Sport*"]]
    )
    address: WantedInAddress | None = Field(
        default=None,
        description="Words in the article's address, or a pattern.",
        examples=[["opinion"]],
    )
    language: Languages | None = Field(
        default=None,
        description="The language that the article is in: a code, or a list of them.",
        examples=["ar"],
    )


class RuleShape(Shape):
    """What is to happen with articles that fit. The first rule that decides is the last one."""

    name: kinds.Line = Field(
        description="A name of your choice; it is shown wherever the rule did something.",
        examples=["no-sport"],
    )
    when: ConditionsShape | None = Field(
        default=None,
        description="It is for articles in which each of these is found: of a list, one word is "
        "enough.",
        examples=[{"category": ["Sport*"]}],
    )
    unless: ConditionsShape | None = Field(
        default=None,
        description="It is not for articles in which one of these is found.",
        examples=[{"text": ["Kurd*", "Rojava"]}],
    )
    longer: quantities.WordCount | None = Field(
        default=None, description="Only for articles of more than so many words.", examples=[1500]
    )
    shorter: quantities.WordCount | None = Field(
        default=None, description="Only for articles of fewer than so many words.", examples=[30]
    )
    older: quantities.Age | None = Field(
        default=None,
        description="Only for articles that are older than this when they are first seen.",
        examples=["7d"],
    )
    newer: quantities.Age | None = Field(
        default=None,
        description="Only for articles that are newer than this when they are first seen.",
        examples=["1d"],
    )
    then: kinds.Then | None = Field(
        default=None,
        description="publish, hold (a person decides) or drop. Later rules are not asked then.",
        examples=["drop"],
    )
    tag: Lines | None = Field(
        default=None, description="Categories that are added.", examples=[["Kurdistan"]]
    )
    category: Lines | None = Field(
        default=None,
        description="Categories instead of those of the publisher.",
        examples=[["Politics"]],
    )
    language: OneLanguage | None = Field(
        default=None,
        description="The language that it is filed under, whatever was found out.",
        examples=["kmr"],
    )
    strip: Selectors | None = Field(
        default=None,
        description="What is taken out of the body: CSS selectors.",
        examples=[["div.related", "p.newsletter"]],
    )


class SharedRuleShape(RuleShape):
    """A rule for all sources, or for some."""

    sources: Names | None = Field(
        default=None,
        description="The ids of the sources that it is for. Without it: all.",
        examples=[["france24-fr", "rfi-fr"]],
    )
    exempt: Names | None = Field(
        default=None,
        alias="except",
        description="The ids of the sources that it is not for.",
        examples=[["kurdistan24-en"]],
    )
