"""The checked shapes -> the values that the program works with.  Pure.

Here short forms become long ones and defaults are filled in; nothing can be wrong any more.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from aggregator.config import languages
from aggregator.config.permissions import DefaultRightsShape, RightsShape, extent_of
from aggregator.config.publishing import (
    REVIEW_PORT,
    SERVE_PORT,
    DuplicatesShape,
    EditionShape,
    Log,
    ReviewShape,
    ServeShape,
)
from aggregator.config.selecting import (
    AddressPatternShape,
    ConditionsShape,
    PatternShape,
    RuleShape,
    SharedRuleShape,
)
from aggregator.config.shapes import (
    AlwaysShape,
    DefaultsShape,
    FeedShape,
    FeedsYaml,
    SourceShape,
)
from aggregator.model import (
    Condition,
    Edition,
    Feed,
    Listen,
    Rights,
    Rule,
    RuleField,
    Site,
    Source,
)
from aggregator.text.urls import absolute
from aggregator.text.words import words_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the outside is asked."""

    allow: tuple[str, ...]  # what `AllowList.parse` reads
    deadline: timedelta  # of one request in all
    spacing: timedelta  # between two requests to one host
    concurrency: int  # hosts asked at the same time
    max_body: int  # bytes of a body, on the wire and after inflation


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the operator wants, complete and consistent."""

    path: Path  # as it was given
    site: Site
    store: str  # an absolute path, or a postgresql:// URL
    publish_to: Path  # absolute
    entries: int
    editions: tuple[Edition, ...]
    network: Network
    sources: tuple[Source, ...]
    disabled: tuple[Source, ...]  # not asked; what is stored of them keeps name and rights
    theme: Path | None  # absolute: the operator's folder of files that replace ours
    pages: Path  # absolute: the operator's Markdown pages; it need not be there
    index_copies: bool  # search engines may have copied articles, which name the original
    hubs: tuple[str, ...]  # addresses of WebSub hubs, in ASCII, as header fields carry them
    listen: Listen | None  # where `run` shows what is published; None: it does not
    review: Listen | None  # where `run` shows what waits for a person; None: it does not
    public_takedowns: bool  # whether the site lists what was taken down, and why
    duplicates: timedelta | None  # how far apart two copies of one story may be; None: all shown
    default_rights: Rights  # of a source that says nothing of its own, and of submitted articles
    search: bool  # pages have a search box, which the server beside them answers
    translations: tuple[tuple[str, ...], ...]  # addresses of one article in several languages
    warnings: tuple[str, ...]  # feeds.yaml:LINE:COLUMN: what is allowed and perhaps not meant


def settle(shape: FeedsYaml, *, path: Path, folder: Path, warnings: tuple[str, ...]) -> Config:
    """The configuration; `folder` is what relative paths start from."""
    sources = [
        (one.disabled, _source(one, shape.defaults, _rules(one, shape.rules)))
        for one in shape.sources
    ]
    site = shape.site
    network = shape.network
    publish = shape.publish
    listen = _listen(shape.serve, SERVE_PORT)
    return Config(
        path=path,
        site=Site(
            title=site.title,
            url=_address(site.url),
            owner_name=site.owner_name,
            owner_email=_mailbox(site.owner_email),
        ),
        store=shape.store if "://" in shape.store else str(located(folder / shape.store)),
        publish_to=located(folder / publish.to),
        entries=publish.entries,
        editions=tuple(_edition(one, site.title) for one in shape.editions),
        network=Network(
            allow=network.allow,
            deadline=network.deadline,
            spacing=network.spacing,
            concurrency=network.concurrency,
            max_body=network.max_body,
        ),
        sources=tuple(source for disabled, source in sources if not disabled),
        disabled=tuple(source for disabled, source in sources if disabled),
        theme=None if publish.theme is None else located(folder / publish.theme),
        pages=located(folder / publish.pages),
        index_copies=publish.index_copies,
        hubs=tuple(absolute(hub, None) or hub for hub in publish.hubs),
        listen=listen,
        review=_listen(shape.review, REVIEW_PORT),
        public_takedowns=shape.takedowns is Log.PUBLIC,
        duplicates=_window(shape.duplicates),
        default_rights=_rights(RightsShape(), shape.defaults.rights),
        search=listen is not None if publish.search is None else publish.search,
        translations=shape.translations,
        warnings=warnings,
    )


def _address(url: str) -> str:
    """The site's address as requests and ids carry it: its host in ASCII."""
    return (absolute(url, None) or url).rstrip("/")


def _listen(form: bool | ServeShape | ReviewShape, usual: int) -> Listen | None:  # noqa: FBT001
    if isinstance(form, bool):
        return Listen(port=usual) if form else None
    return Listen(host=form.host, port=form.port)


def _window(form: bool | DuplicatesShape) -> timedelta | None:  # noqa: FBT001 - feeds.yaml's word
    if isinstance(form, bool):
        return DuplicatesShape().within if form else None
    return form.within


def _mailbox(email: str) -> str:
    """The contact as `From` carries it: its domain in ASCII."""
    name, _, domain = email.rpartition("@")
    host = urlsplit(absolute(f"https://{domain}", None) or "").hostname
    return f"{name}@{host or domain}"


def located(path: Path) -> Path:
    """The path from the root, with its symbolic links as the operator named them."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow them


def _edition(form: str | EditionShape, site_title: str) -> Edition:
    shape = EditionShape(tag=form) if isinstance(form, str) else form
    written = shape.languages or (shape.tag,)
    shown = tuple(code for one in written for code in languages.expand(one))
    own_name = " · ".join(languages.own_name(code) for code in written)
    return Edition(
        tag=shape.tag,
        title=shape.title or f"{site_title} — {own_name}",
        languages=shown,
        words=shape.words or words_of(*shown)[0],
    )


def _source(shape: SourceShape, defaults: DefaultsShape, rules: tuple[Rule, ...]) -> Source:
    prior = shape.language or defaults.language
    always = isinstance(prior, AlwaysShape)
    language = prior.always if isinstance(prior, AlwaysShape) else prior
    newest = _own(shape.new_source_entries, defaults.new_source_entries)
    return Source(
        id=shape.id,
        name=shape.name,
        feeds=_feeds(shape),
        homepage=shape.homepage,
        language=language,
        language_decides=always,
        interval=shape.interval or defaults.interval,
        rights=_rights(shape.rights or RightsShape(), defaults.rights),
        rules=rules,
        hold=_own(shape.hold, defaults.hold),
        hold_first=_own(shape.hold_first, defaults.hold_first),
        new_entries=None if newest == "all" else newest,
        publish_delay=_own(shape.publish_delay, defaults.publish_delay),
        watch_removals=_own(shape.watch_removals, defaults.watch_removals),
    )


def _own(said: T | None, default: T) -> T:
    return default if said is None else said


def _rights(shape: RightsShape, defaults: DefaultRightsShape) -> Rights:
    """Those of a source. How long its excerpts are is the defaults' where it does not say."""
    usual, usual_length = extent_of(defaults.allows)
    own, own_length = (usual, None) if shape.allows is None else extent_of(shape.allows)
    return Rights(
        allows=own,
        length=own_length or usual_length,
        images=shape.images or defaults.images,
        translate=shape.translate,
        status=shape.status,
        license=shape.license,
        basis=shape.basis,
        proof=shape.proof,
        granted=shape.granted,
        expires=shape.expires,
        credit=shape.credit if isinstance(shape.credit, str) else None,
        credits=_by_language(shape.credit) if isinstance(shape.credit, dict) else (),
    )


def _by_language(lines: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Credit lines by the codes that entries are filed under; `ku` is for those not named."""
    found = {code: line for one, line in lines.items() for code in languages.expand(one)}
    return tuple((code, lines.get(code, line)) for code, line in found.items())


def _rules(source: SourceShape, shared: tuple[SharedRuleShape, ...]) -> tuple[Rule, ...]:
    """The source's own, then those of the whole file that are for it."""
    return tuple(
        _rule(one) for one in (*source.rules, *(one for one in shared if _is_for(one, source.id)))
    )


def _is_for(rule: SharedRuleShape, source_id: str) -> bool:
    if rule.sources is not None:
        return source_id in _several(rule.sources)
    return rule.exempt is None or source_id not in _several(rule.exempt)


def _several(form: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (form,) if isinstance(form, str) else form or ()


def _rule(shape: RuleShape) -> Rule:
    return Rule(
        name=shape.name,
        when=_conditions(shape.when),
        unless=_conditions(shape.unless),
        longer=shape.longer,
        shorter=shape.shorter,
        older=shape.older,
        newer=shape.newer,
        then=shape.then,
        tag=_several(shape.tag),
        category=_several(shape.category),
        language=shape.language,
        strip=_several(shape.strip),
    )


def _conditions(shape: ConditionsShape | None) -> tuple[Condition, ...]:
    named = [(field, getattr(shape, field, None)) for field in RuleField]
    return tuple(_condition(field, form) for field, form in named if form is not None)


def _condition(
    field: RuleField, form: str | tuple[str, ...] | PatternShape | AddressPatternShape
) -> Condition:
    if isinstance(form, PatternShape | AddressPatternShape):
        return Condition(field=field, pattern=form.pattern)
    words = _several(form)
    if field is RuleField.LANGUAGE:
        words = tuple(dict.fromkeys(code for one in words for code in languages.expand(one)))
    return Condition(field=field, words=words)


def _feeds(shape: SourceShape) -> tuple[Feed, ...]:
    if shape.url is not None:
        return (Feed(key="", candidates=_candidates(shape.url)),)
    return tuple(_feed(form) for form in shape.feeds or ())


def _feed(form: str | tuple[str, ...] | FeedShape) -> Feed:
    shape = form if isinstance(form, FeedShape) else None
    url = form.url if isinstance(form, FeedShape) else form
    candidates = _candidates(url)
    return Feed(
        key=candidates[0], candidates=candidates, language=shape.language if shape else None
    )


def _candidates(url: str | tuple[str, ...]) -> tuple[str, ...]:
    return (url,) if isinstance(url, str) else url
