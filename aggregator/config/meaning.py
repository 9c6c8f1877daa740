"""The checked shapes -> the values that the program works with.  Pure.

Here short forms become long ones and defaults are filled in; nothing can be wrong any more.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.config import languages
from aggregator.config.publishing import EditionShape, ServeForm, ServeShape
from aggregator.config.shapes import (
    AlwaysShape,
    DefaultsShape,
    FeedShape,
    FeedsYaml,
    RightsShape,
    SourceShape,
)
from aggregator.model import Edition, Feed, Listen, Rights, Site, Source
from aggregator.text.urls import absolute
from aggregator.text.words import words_of


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
    search: bool  # pages have a search box, which the server beside them answers
    translations: tuple[tuple[str, ...], ...]  # addresses of one article in several languages
    warnings: tuple[str, ...]  # feeds.yaml:LINE:COLUMN: what is allowed and perhaps not meant


def settle(shape: FeedsYaml, *, path: Path, folder: Path, warnings: tuple[str, ...]) -> Config:
    """The configuration; `folder` is what relative paths start from."""
    sources = [(one.disabled, _source(one, shape.defaults)) for one in shape.sources]
    site = shape.site
    network = shape.network
    publish = shape.publish
    listen = _listen(shape.serve)
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
        search=listen is not None if publish.search is None else publish.search,
        translations=shape.translations,
        warnings=warnings,
    )


def _address(url: str) -> str:
    """The site's address as requests and ids carry it: its host in ASCII."""
    return (absolute(url, None) or url).rstrip("/")


def _listen(form: ServeForm) -> Listen | None:
    if isinstance(form, ServeShape):
        return Listen(host=form.host, port=form.port)
    return Listen() if form else None


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


def _source(shape: SourceShape, defaults: DefaultsShape) -> Source:
    prior = shape.language or defaults.language
    always = isinstance(prior, AlwaysShape)
    language = prior.always if isinstance(prior, AlwaysShape) else prior
    rights = shape.rights or RightsShape()
    return Source(
        id=shape.id,
        name=shape.name,
        feeds=_feeds(shape),
        homepage=shape.homepage,
        language=language,
        language_decides=always,
        interval=shape.interval or defaults.interval,
        rights=Rights(
            allows=rights.allows or defaults.rights.allows,
            images=rights.images or defaults.rights.images,
            license=rights.license,
            basis=rights.basis,
            credit=rights.credit,
        ),
    )


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
