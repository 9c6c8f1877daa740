"""The definition of feeds.yaml, continued: what may be shown, and on what grounds.  Pure.

Also the kinds of values that only these keys hold: how long an excerpt may be, credit lines.
"""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from aggregator.config import kinds, languages, quantities
from aggregator.config.forms import GROUP, TEXT, Shape, form
from aggregator.config.kinds import did_you_mean, nearest, shown, wrong
from aggregator.config.nodes import Scalar
from aggregator.model import Extent, Length

PLACEHOLDERS = ("outlet", "author", "date")  # what a credit line may hold, in braces

_HOLDER = re.compile(r"\{([^{}]*)\}")
_MEANT = {"source": "outlet", "name": "outlet", "authors": "author", "byline": "author"}
_MEANT |= {"publisher": "outlet", "published": "date", "day": "date"}


def allows(value: Any) -> Extent:
    """How much may be shown, in one word; whoever writes only the length is told the long form."""
    if isinstance(value, Scalar):
        length = quantities.spoken_length(value.text)
        if length:
            raise wrong(
                f"{shown(value.text)} is the length of an excerpt; write headline, excerpt or full"
                f"{did_you_mean(f'{{excerpt: {length}}}')}"
            )
    extent: Extent = kinds.one_of(Extent)(value)
    return extent


def credit(value: Any) -> str:
    """A credit line; what stands in braces is filled in for each article."""
    said = kinds.line(value, "a credit line such as Source: {outlet}")
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    if "{{" in said or "}}" in said:
        raise wrong(
            f"{shown(said)} has two braces in a row, which mean nothing here; in braces stands "
            f"one of {known}, and other braces cannot be written"
        )
    for name in _HOLDER.findall(said):
        if name not in PLACEHOLDERS:
            word = name.strip().lower()
            guess = _MEANT.get(word) or nearest(word, list(PLACEHOLDERS))
            raise wrong(
                f"{shown(f'{{{name}}}')} is not known here; write one of {known}"
                f"{did_you_mean(guess and f'{{{guess}}}')}"
            )
    if "{" in (rest := _HOLDER.sub("", said)) or "}" in rest:
        raise wrong(
            f"{shown(said)} has a brace without the other; in braces stands one of {known}"
        )
    return said


def _languages_only(value: Any) -> Any:
    """Without the keys that name no language: `deskchecks` tells of them."""
    return {key: part for key, part in value.items() if key in languages.NAMES}


Allows = Annotated[
    Extent,
    BeforeValidator(allows),
    WithJsonSchema({"type": "string", "enum": [*map(str, Extent)]}),
]
Credit = Annotated[
    str,
    BeforeValidator(credit),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": kinds.LONGEST_LINE,
            "pattern": rf"^([^{{}}]|\{{({'|'.join(PLACEHOLDERS)})\}})*$",
        }
    ),
]
_Credits = Annotated[
    dict[str, Credit],
    BeforeValidator(_languages_only),
    Field(
        json_schema_extra={"propertyNames": dict(kinds.LANGUAGE_SCHEMA), "minProperties": 1},
    ),
]
CreditForm = Annotated[
    Annotated[Credit, Tag(TEXT)] | Annotated[_Credits, Tag(GROUP)], Discriminator(form)
]


class ExcerptShape(Shape):
    """An excerpt of a certain length."""

    excerpt: quantities.ExcerptLength = Field(
        description="How long it may be: a number of words, or of paragraphs. It ends with a "
        "sentence.",
        examples=["40 words"],
    )


AllowsForm = Annotated[
    Annotated[Allows, Tag(TEXT)] | Annotated[ExcerptShape, Tag(GROUP)], Discriminator(form)
]


class DefaultRightsShape(Shape):
    """What may be shown of a source that says nothing of its own."""

    allows: AllowsForm = Field(
        default=Extent.EXCERPT,
        description="How much of an article may appear: headline (title and link), excerpt (also "
        'its first sentences), {excerpt: "40 words"}, full (all of it).',
        examples=["excerpt"],
    )
    images: kinds.MayShow = Field(
        default="none",
        validate_default=True,
        description="none: no pictures or media. link: the feed points to the publisher's own. "
        "copy: the lead picture is copied and served by you.",
        examples=["none"],
    )


class RightsShape(Shape):
    """What the publisher lets you show, and on what grounds."""

    allows: AllowsForm | None = Field(
        default=None,
        description="How much of an article may appear: headline (title and link), excerpt (also "
        'its first sentences), {excerpt: "40 words"} or {excerpt: "2 paragraphs"}, full (all of '
        "it; only with the publisher's word).",
        examples=["excerpt"],
    )
    images: kinds.MayShow | None = Field(
        default=None,
        description="none: no pictures or media. link: the feed points to the publisher's own. "
        "copy: the lead picture is copied and served by you.",
        examples=["none"],
    )
    status: kinds.HowItStands | None = Field(
        default=None,
        description="How it stands with the publisher: granted (they said yes), licensed (an open "
        "licence), public-domain, quoted (nobody was asked: an excerpt), asked (no answer yet: an "
        "excerpt), refused (the headline).",
        examples=["granted"],
    )
    license: kinds.Address | None = Field(
        default=None,
        description="The address of the licence, where there is one.",
        examples=["https://creativecommons.org/licenses/by/3.0/"],
    )
    basis: kinds.Line | None = Field(
        default=None,
        description="The grounds, in your words: a licence, a letter and its date.",
        examples=["letter of the editor, 3 March 2026"],
    )
    proof: kinds.Line | None = Field(
        default=None,
        description="Where the grounds can be looked up: a file, an address, a folder in the "
        "office. It is not published.",
        examples=["letters/2026-03-03-editor.pdf"],
    )
    granted: quantities.Day | None = Field(
        default=None,
        description="The day from which the permission holds: year-month-day.",
        examples=["2026-03-03"],
    )
    expires: quantities.Day | None = Field(
        default=None,
        description="The last day of the permission; after it an excerpt without pictures is "
        "shown. 30 days ahead the program begins to warn.",
        examples=["2027-03-02"],
    )
    translate: kinds.Flag = Field(
        default=False,
        description="true: the publisher lets you publish translations.",
        examples=[True],
    )
    credit: CreditForm | None = Field(
        default=None,
        description="The credit line that the publisher asks for; {outlet}, {author} and {date} "
        "are filled in. One text, or one for each language: {en: ..., ar: ...}.",
        examples=["Source: {outlet}, {date}"],
    )


def extent_of(allowed: Extent | ExcerptShape) -> tuple[Extent, Length | None]:
    """Both forms of `allows`."""
    if isinstance(allowed, ExcerptShape):
        return Extent.EXCERPT, allowed.excerpt
    return allowed, None
