"""The definition of feeds.yaml: which keys there are, what each holds, what it means.  Pure.

From here come the checks of each value (pydantic), the JSON Schema that editors complete and
check with, and the lists of keys that the messages name. What concerns several values at once is
in `crosschecks.py`. The groups about what goes out are in `publishing.py`.
"""

from typing import Annotated, Any, get_args

from pydantic import ConfigDict, Discriminator, Field, Tag
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from aggregator.config import kinds, quantities
from aggregator.config.forms import GROUP, LIST, TEXT, Shape, form
from aggregator.config.permissions import DefaultRightsShape, RightsShape
from aggregator.config.publishing import (
    DuplicatesForm,
    EditionForm,
    Log,
    LogForm,
    PublishShape,
    ReviewForm,
    ServeForm,
    SiteShape,
)
from aggregator.config.selecting import RuleShape, SharedRuleShape


class NetworkShape(Shape):
    """How the outside is asked."""

    allow: tuple[kinds.Opening, ...] = Field(
        default=(),
        description="Machines of your own network that may be asked: address:port. All others "
        "there are refused.",
        examples=[["127.0.0.1:8000", "10.0.0.0/8:80"]],
    )
    deadline: quantities.Deadline = Field(
        default="60s",
        validate_default=True,
        description="How long one request may take in all.",
        examples=["60s"],
    )
    spacing: quantities.Spacing = Field(
        default="2s",
        validate_default=True,
        description="How long to wait between two requests to one host.",
        examples=["2s"],
    )
    concurrency: quantities.Concurrency = Field(
        default=8, description="How many hosts are asked at the same time.", examples=[8]
    )
    max_body: quantities.Bytes = Field(
        default="10MB",
        validate_default=True,
        description="The largest feed that is read.",
        examples=["10MB"],
    )


class AlwaysShape(Shape):
    """A language that decides alone, whatever the text of an entry looks like."""

    always: kinds.Language = Field(
        description="The language of every entry; nothing is detected.", examples=["en"]
    )


Prior = Annotated[
    Annotated[kinds.Language, Tag(TEXT)] | Annotated[AlwaysShape, Tag(GROUP)],
    Discriminator(form),
]
Addresses = Annotated[
    Annotated[kinds.Address, Tag(TEXT)]
    | Annotated[tuple[kinds.Address, ...], Field(min_length=1), Tag(LIST)],
    Discriminator(form),
]


class FeedShape(Shape):
    """One of several feeds of an outlet."""

    url: Addresses = Field(
        description="The address of this feed, or several addresses of the same feed, the best "
        "one first.",
        examples=["https://www.example.org/politics/rss"],
    )
    language: kinds.Language | None = Field(
        default=None, description="The language of this feed alone.", examples=["ckb"]
    )


FeedForm = Annotated[
    Annotated[kinds.Address, Tag(TEXT)]
    | Annotated[tuple[kinds.Address, ...], Field(min_length=1), Tag(LIST)]
    | Annotated[FeedShape, Tag(GROUP)],
    Discriminator(form),
]


class DefaultsShape(Shape):
    """What holds for every source that says nothing of its own."""

    interval: quantities.Interval = Field(
        default="1h",
        validate_default=True,
        description="How often a source is asked.",
        examples=["1h"],
    )
    language: Prior | None = Field(
        default=None, description="The language of sources that name none.", examples=["en"]
    )
    rights: DefaultRightsShape = Field(
        default_factory=DefaultRightsShape,
        description="What may be shown.",
        examples=[{"allows": "excerpt"}],
    )
    hold: kinds.Flag = Field(
        default=False,
        description="true: every article waits until a person approves it.",
        examples=[True],
    )
    hold_first: quantities.Waiting = Field(
        default=0,
        description="Of a new source, so many articles wait until a person approves them.",
        examples=[10],
    )
    new_source_entries: quantities.Newest = Field(
        default=30,
        description="Of a new source, only so many of the newest articles that its feed holds at "
        "first are published; all: every one.",
        examples=[30],
    )
    publish_delay: quantities.Delay = Field(
        default="0s",
        validate_default=True,
        description="How long an article waits, from when it is first seen, before it is "
        "published.",
        examples=["2h"],
    )
    watch_removals: kinds.Flag = Field(
        default=False,
        description="true: the pages of published articles are asked now and then whether they "
        "are still there; one that is gone for days is withdrawn here too.",
        examples=[True],
    )


class SourceShape(Shape):
    """An outlet that you follow."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["url"]}, {"required": ["feeds"]}]}
    )

    id: kinds.Name = Field(
        description="A short name of a-z, 0-9 and -. Never change it: articles are known by it.",
        examples=["the-cradle"],
    )
    name: kinds.Line = Field(
        description="The outlet's name as readers see it.", examples=["The Cradle"]
    )
    url: Addresses | None = Field(
        default=None,
        description="The address of its feed, or several addresses of the same feed, the best one "
        "first: the next is tried when one fails.",
        examples=["https://thecradle.co/feed"],
    )
    feeds: tuple[FeedForm, ...] | None = Field(
        default=None,
        min_length=1,
        description="Instead of `url`: several feeds of one outlet, such as its sections.",
        examples=[["https://www.example.org/politics/rss", "https://www.example.org/culture/rss"]],
    )
    homepage: kinds.Address | None = Field(
        default=None, description="The outlet's front page.", examples=["https://thecradle.co"]
    )
    language: Prior | None = Field(
        default=None,
        description="The language to expect. Each article is looked at all the same; "
        "{always: en} turns that off.",
        examples=["en"],
    )
    interval: quantities.Interval | None = Field(
        default=None, description="How often it is asked; 1h is polite.", examples=["1h"]
    )
    rights: RightsShape | None = Field(
        default=None, description="What may be shown.", examples=[{"allows": "excerpt"}]
    )
    rules: tuple[RuleShape, ...] = Field(
        default=(),
        description="What is to happen with articles that fit: publish, hold, drop, tag, ... The "
        "rules at the top of the file come after these.",
        examples=[[{"name": "no-sport", "when": {"category": ["Sport*"]}, "then": "drop"}]],
    )
    hold: kinds.Flag | None = Field(
        default=None,
        description="true: every article waits until a person approves it.",
        examples=[True],
    )
    hold_first: quantities.Waiting | None = Field(
        default=None,
        description="So many articles wait, when the source is new, until a person approves them.",
        examples=[10],
    )
    new_source_entries: quantities.Newest | None = Field(
        default=None,
        description="When the source is new, only so many of the newest articles that its feed "
        "holds are published; all: every one.",
        examples=[30],
    )
    publish_delay: quantities.Delay | None = Field(
        default=None,
        description="How long an article waits, from when it is first seen, before it is "
        "published.",
        examples=["2h"],
    )
    watch_removals: kinds.Flag | None = Field(
        default=None,
        description="true: the pages of its published articles are asked now and then whether "
        "they are still there; one that is gone for days is withdrawn here too.",
        examples=[True],
    )
    disabled: kinds.Flag = Field(
        default=False, description="true: it is not asked, and stays in the file.", examples=[True]
    )
    note: kinds.Note | None = Field(
        default=None,
        description="Anything that you want to remember; the program does not use it.",
        examples=["asked for permission on 3 March 2026"],
    )


Translations = Annotated[tuple[kinds.Article, ...], Field(min_length=2)]


class FeedsYaml(Shape):
    """What is followed, and what is published."""

    model_config = ConfigDict(title="feeds.yaml")

    site: SiteShape = Field(
        description="Whose site this is and who answers for it.",
        examples=[
            {
                "title": "My news",
                "url": "https://www.example.org",
                "owner_name": "News desk",
                "owner_email": "news@example.org",
            }
        ],
    )
    store: kinds.Store = Field(
        default="store/aggregator.db",
        validate_default=True,
        description="Where everything is remembered: the path of a database file.",
        examples=["store/aggregator.db"],
    )
    publish: PublishShape = Field(
        default_factory=PublishShape,
        description="Where the feeds and pages are written, and what goes into them.",
        examples=[{"to": "store/public"}],
    )
    serve: ServeForm = Field(
        default=False,
        description="While the program runs, show what is published over HTTP. Nothing after the "
        "colon: on 127.0.0.1, port 8080. Without it: only write it.",
        examples=[{"host": "127.0.0.1", "port": 8080}],
    )
    review: ReviewForm = Field(
        default=False,
        description="While the program runs, show what waits for a person, to be approved or "
        "rejected in a browser. Nothing after the colon: on 127.0.0.1, port 8081.",
        examples=[{"host": "127.0.0.1", "port": 8081}],
    )
    takedowns: LogForm = Field(
        default=Log.PRIVATE,
        description="Who may read what was taken down, when and why: public (a page of the site) "
        "or private (the command line).",
        examples=["private"],
    )
    duplicates: DuplicatesForm = Field(
        default=True,
        description="The same story from several sources is shown once, and the others are named "
        "with it. {within: 3d}: how far apart they may appear. false: each is shown.",
        examples=[{"within": "3d"}],
    )
    editions: tuple[EditionForm, ...] = Field(
        min_length=1,
        description="The feeds that you publish, one a language: en, fr, ar, ku (Kurmanji "
        "and Sorani), ... or the long form {tag, title, languages, words}.",
        examples=[["en", "fr", "ku", "ar"]],
    )
    network: NetworkShape = Field(
        default_factory=NetworkShape,
        description="How the outside is asked.",
        examples=[{"deadline": "60s"}],
    )
    defaults: DefaultsShape = Field(
        default_factory=DefaultsShape,
        description="What holds for every source that says nothing of its own.",
        examples=[{"interval": "1h"}],
    )
    rules: tuple[SharedRuleShape, ...] = Field(
        default=(),
        description="Rules for all sources, or for those named in them.",
        examples=[[{"name": "no-sport", "when": {"category": ["Sport*"]}, "then": "drop"}]],
    )
    sources: tuple[SourceShape, ...] = Field(
        min_length=1,
        description="The outlets that you follow.",
        examples=[
            [{"id": "the-cradle", "name": "The Cradle", "url": "https://thecradle.co/feed"}]
        ],
    )
    translations: tuple[Translations, ...] = Field(
        default=(),
        description="Articles that are translations of each other and do not say so themselves: "
        "each item lists the addresses of one article in several languages.",
        examples=[[["https://www.example.org/en/12", "https://www.example.org/ckb/12"]]],
    )


class _Generator(GenerateJsonSchema):
    """Says what we accept: a key without a value is a mistake, so nothing may be null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if "default" in made and made["default"] is None:
            del made["default"]
        return made


def schema() -> dict[str, Any]:
    """The JSON Schema of feeds.yaml, for editors."""
    made = _named_once(FeedsYaml.model_json_schema(schema_generator=_Generator))
    made["$defs"]["Language"] = kinds.LANGUAGE_SCHEMA
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _named_once(schema: Any) -> Any:
    """The same schema, with the long list of languages in one place."""
    if isinstance(schema, list):
        return [_named_once(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _named_once(part) for key, part in schema.items()}
    if made.get("enum") == kinds.LANGUAGE_SCHEMA["enum"]:
        rest = {key: part for key, part in made.items() if key not in kinds.LANGUAGE_SCHEMA}
        return {"$ref": "#/$defs/Language", **rest}
    return made


def fields_by_path() -> dict[tuple[str, ...], dict[str, FieldInfo]]:
    """The keys that each group may have: () is the top, ("sources", "rights") within a source."""
    found: dict[tuple[str, ...], dict[str, FieldInfo]] = {}
    waiting: list[tuple[tuple[str, ...], type[Shape]]] = [((), FeedsYaml)]
    while waiting:
        path, shape = waiting.pop()
        found[path] = {info.alias or key: info for key, info in shape.model_fields.items()}
        for key, info in shape.model_fields.items():
            waiting += [((*path, key), below) for below in _shapes_in(info.annotation)]
    return found


def _shapes_in(annotation: Any) -> list[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return [annotation]
    return [shape for part in get_args(annotation) for shape in _shapes_in(part)]
