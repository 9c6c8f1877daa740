"""The definition of feeds.yaml, continued: what is published, where, and by whom.  Pure."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from aggregator.config import kinds, quantities
from aggregator.config.forms import GROUP, TEXT, Shape, form
from aggregator.config.nodes import Scalar

SERVE_PORT, REVIEW_PORT = 8080, 8081  # where nothing is said


class SiteShape(Shape):
    """Whose site this is and who answers for it."""

    title: kinds.Line = Field(
        description="The name of your site. It is in the title of every feed that you publish.",
        examples=["Kurdistan Center for Democracy in the Middle East"],
    )
    url: kinds.SiteAddress = Field(
        description="The address of your site. Names of published articles are made from it, so "
        "set it before the first run and keep it.",
        examples=["https://www.example.org"],
    )
    owner_name: kinds.Line = Field(
        description="The person or office that answers for the site.", examples=["News desk"]
    )
    owner_email: kinds.Email = Field(
        description="An address that someone reads. Publishers see it with every request.",
        examples=["news@example.org"],
    )


class PublishShape(Shape):
    """Where the feeds and pages are written, and what goes into them."""

    to: kinds.Path = Field(
        default="store/public",
        validate_default=True,
        description="The folder that your web server shows to the public.",
        examples=["store/public"],
    )
    entries: quantities.Entries = Field(
        default=40, description="How many articles a feed holds at least.", examples=[40]
    )
    theme: kinds.Path | None = Field(
        default=None,
        description="A folder of yours, with files that replace ours of the same name: styles, "
        "templates, words.",
        examples=["theme"],
    )
    pages: kinds.Path = Field(
        default="pages",
        validate_default=True,
        description="A folder with your own pages in Markdown: contact.en.md, about.fr.md, ...",
        examples=["pages"],
    )
    index_copies: kinds.Flag = Field(
        default=False,
        description="true: search engines may list the articles that you copied; each names the "
        "original. false: they are asked not to.",
        examples=[False],
    )
    hubs: tuple[kinds.Hub, ...] = Field(
        default=(),
        description="WebSub hubs, which tell subscribers of new articles at once.",
        examples=[["https://hub.example.org/"]],
    )
    search: kinds.Flag | None = Field(
        default=None,
        description="Whether pages have a search box. The program's own server answers it. "
        "Without this key: true where `serve` is on.",
        examples=[True],
    )


class ServeShape(Shape):
    """Where the program shows what is published, over HTTP."""

    host: kinds.Host = Field(
        default="127.0.0.1",
        description="The address to listen on. 127.0.0.1 is for this machine alone, 0.0.0.0 for "
        "everyone who can reach it.",
        examples=["127.0.0.1"],
    )
    port: quantities.Port = Field(
        default=SERVE_PORT,
        description="The port to listen on; 0: any that is free.",
        examples=[SERVE_PORT],
    )


_Switched = Annotated[bool, WithJsonSchema({"type": ["boolean", "null"]})]


class ReviewShape(Shape):
    """Where the program shows what waits for a person, over HTTP."""

    host: kinds.Host = Field(
        default="127.0.0.1",
        description="The address to listen on. 127.0.0.1 is for this machine alone. On any other, "
        "put a web server with HTTPS in front.",
        examples=["127.0.0.1"],
    )
    port: quantities.Port = Field(
        default=REVIEW_PORT, description="The port to listen on.", examples=[REVIEW_PORT]
    )


ServeForm = Annotated[
    Annotated[_Switched, BeforeValidator(kinds.switch(SERVE_PORT)), Tag(TEXT)]
    | Annotated[ServeShape, Tag(GROUP)],
    Discriminator(form),
]
ReviewForm = Annotated[
    Annotated[_Switched, BeforeValidator(kinds.switch(REVIEW_PORT)), Tag(TEXT)]
    | Annotated[ReviewShape, Tag(GROUP)],
    Discriminator(form),
]


class Log(StrEnum):
    """Who may read what was taken down, and why."""

    PUBLIC = "public"
    PRIVATE = "private"


LogForm = Annotated[
    Log,
    BeforeValidator(kinds.one_of(Log)),
    WithJsonSchema({"type": "string", "enum": [*map(str, Log)]}),
]


class DuplicatesShape(Shape):
    """When two articles are taken for one story."""

    within: quantities.Window = Field(
        default="3d",
        validate_default=True,
        description="How far apart two copies of one story may appear, 1h to 30d.",
        examples=["3d"],
    )


def _alike(value: Any) -> bool:
    """Whether copies are looked for, where no window is named."""
    if isinstance(value, Scalar) and re.fullmatch(r"\d+[hd]", value.text):
        raise kinds.wrong(
            f"{kinds.shown(value.text)} stands here; wanted: false, or keys of its own; did you "
            f"mean {{within: {value.text}}}?"
        )
    return kinds.flag(value)


DuplicatesForm = Annotated[
    Annotated[bool, BeforeValidator(_alike), WithJsonSchema({"type": "boolean"}), Tag(TEXT)]
    | Annotated[DuplicatesShape, Tag(GROUP)],
    Discriminator(form),
]


class EditionShape(Shape):
    """One feed that you publish, in the long form."""

    tag: kinds.Name = Field(
        description="The folder that the feed is in: en is published as en/atom.xml.",
        examples=["ku"],
    )
    title: kinds.Line | None = Field(
        default=None,
        description="The title of the feed, in its own language. Without it: the site's title and "
        "the language's name.",
        examples=["Navenda Kurdistanê: nûçe"],
    )
    languages: tuple[kinds.ListedLanguage, ...] | None = Field(
        default=None,
        min_length=1,
        description="Which articles it shows. `ku` stands for both kmr (Kurmanji) and ckb "
        "(Sorani). Without it: the language that the tag names.",
        examples=[["kmr", "ckb"]],
    )
    words: kinds.InterfaceLanguage | None = Field(
        default=None,
        description="The language of the few words around an article, such as `Source:`. Without "
        "it: the first of `languages`.",
        examples=["kmr"],
    )


EditionForm = Annotated[
    Annotated[kinds.Tag, Tag(TEXT)] | Annotated[EditionShape, Tag(GROUP)],
    Discriminator(form),
]
