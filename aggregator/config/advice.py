"""What may stand in feeds.yaml and is perhaps not meant: warnings, which stop nothing.  Pure."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from aggregator.config import languages
from aggregator.config.addresses import literal, named_host
from aggregator.config.crosschecks import (
    child,
    feeds_of,
    groups,
    hubs_of,
    items,
    priors,
    shown_languages,
)
from aggregator.config.decode import lines_of
from aggregator.config.deskchecks import rules_of
from aggregator.config.kinds import shown
from aggregator.config.nodes import Mapping, Node, Scalar
from aggregator.config.permissions import extent_of
from aggregator.config.quantities import duration, spoken
from aggregator.config.selecting import as_list, fits_nothing
from aggregator.config.shapes import FeedsYaml
from aggregator.errors import Mistake
from aggregator.gather.fetch.addresses import inside
from aggregator.model import Extent, Images, Status
from aggregator.text.urls import canonical
from aggregator.text.words import WORDS

POLITE = timedelta(minutes=15)

_NOT_YES = {  # what is shown at most, and its name
    Status.QUOTED: (Extent.EXCERPT, "an excerpt"),
    Status.ASKED: (Extent.EXCERPT, "an excerpt"),
    Status.REFUSED: (Extent.HEADLINE, "the headline"),
}
_CURLY = "\u2018\u2019\u201a\u201c\u201d\u201e"


def advice_on(root: Node, shape: FeedsYaml, text: str) -> list[Mistake]:
    """Warnings on a file without mistakes; `text` is what it was read from."""
    return [
        *_placeholders(root, shape),
        *_names(root, text),
        *_secrets(root),
        *_plain_http(root),
        *_hasty(root),
        *_without_grounds(root, shape),
        *_shows_less(root, shape),
        *_phrases(root),
        *_fits_everything(root),
        *_open_review(root, shape),
        *_own_feeds(root, shape),
        *_idle(root, shape),
        *_without_words(root),
    ]


def _placeholders(root: Node, shape: FeedsYaml) -> Iterator[Mistake]:
    for key, value in (("url", shape.site.url), ("owner_email", shape.site.owner_email)):
        host = urlsplit(value).hostname or value.rpartition("@")[2]
        if f".{host}".endswith((".example.org", ".example.com", ".example.net", ".example")):
            node = child(root, "site", key)
            if node:
                yield node.place.mistake(
                    f"`site.{key}` is still the example; write your own before you publish"
                )


def _names(root: Node, text: str) -> Iterator[Mistake]:
    """Names that lost their end to a comment, or took a quotation mark along."""
    lines = lines_of(text)
    named = [("site.title", child(root, "site", "title"))]
    named += [("name", child(source, "name")) for source in groups(root, "sources")]
    for key, node in named:
        if isinstance(node, Scalar) and node.plain:
            line = lines[min(node.place.line, len(lines)) - 1]
            found = _name_problem(node.text, line[node.place.column - 1 :])
            if found:
                yield node.place.mistake(f"`{key}`: {found}")


def _name_problem(name: str, line: str) -> str | None:
    cut = re.fullmatch(rf"(?P<whole>{re.escape(name)}[ \t]+#[^\s#].*?)\s*", line)
    if cut:
        quoted = "'" + cut["whole"].replace("'", "''") + "'"
        return f"only {shown(name)} is read, for a # begins a comment; if you want it: {quoted}"
    curly = re.fullmatch(rf"[{_CURLY}](?P<inside>[^{_CURLY}\"]*)[{_CURLY}\"]", name)
    if curly:
        return (
            f"the curly quotation marks belong to the name here, and readers see them; write "
            f'"{curly["inside"]}" with straight ones, or none'
        )
    if name.endswith('"') and name.count('"') % 2:
        return f"a quotation mark is left over at its end; write {name[:-1].rstrip()}"
    return None


def _secrets(root: Node) -> Iterator[Mistake]:
    store = child(root, "store")
    if isinstance(store, Scalar) and "://" in store.text and urlsplit(store.text).password:
        yield store.place.mistake(
            "`store` has a password in it, which this file should not know; keep it in "
            "~/.pgpass or in the environment variable PGPASSWORD"
        )


def _plain_http(root: Node) -> Iterator[Mistake]:
    for source in groups(root, "sources"):
        for address in (one for feed in feeds_of(source) for one in feed):
            if address.text.lower().startswith("http:") and _leads_out(address):
                yield address.place.mistake(
                    f"{shown(address.text)} is asked without encryption, so others can read and "
                    "change what arrives; try https://"
                )
    for hub in hubs_of(root):
        if hub.text.lower().startswith("http:") and _leads_out(hub):
            yield hub.place.mistake(
                f"`publish.hubs`: {shown(hub.text)} is told without encryption, and subscribers "
                "ask it without; try https://"
            )


def _hasty(root: Node) -> Iterator[Mistake]:
    default = child(root, "defaults", "interval")
    sources = groups(root, "sources")
    if _is_hasty(default) and any(
        "interval" not in source.entries and _is_public(source) for source in sources
    ):
        yield _hasty_at(default)
    for source in sources:
        own = child(source, "interval")
        if _is_hasty(own) and _is_public(source):
            yield _hasty_at(own)


def _is_hasty(node: Node | None) -> bool:
    return isinstance(node, Scalar) and duration(node) < POLITE


def _is_public(source: Mapping) -> bool:
    return any(_leads_out(one) for feed in feeds_of(source) for one in feed)


def _leads_out(address: Scalar) -> bool:
    host, _ = named_host(address.text) or ("", 0)
    target = literal(host)
    return "." in host if target is None else inside(target) is None


def _hasty_at(node: Node | None) -> Mistake:
    assert isinstance(node, Scalar)
    return node.place.mistake(
        f"`interval`: {node.text} asks other people's servers very often, and they may shut you "
        f"out; 1h is polite, less than {spoken(POLITE)} is not"
    )


def _without_grounds(root: Node, shape: FeedsYaml) -> Iterator[Mistake]:
    """What only the publisher's word allows, where no word is named."""
    for key, most, what in (
        ("allows", Extent.FULL, "whole articles"),
        ("images", Images.COPY, "pictures"),
    ):
        default = child(root, "defaults", "rights", key)
        if default and getattr(shape.defaults.rights, key) is most:
            yield default.place.mistake(
                f"`defaults.rights.{key}`: {most} republishes {what} of every source; allow "
                "it source by source, with the publisher's word"
            )
        for source, group in zip(shape.sources, groups(root, "sources"), strict=True):
            rights = source.rights
            node = child(group, "rights", key)
            grounds = rights and (rights.status or rights.license or rights.basis or rights.proof)
            if node and getattr(rights, key) is most and not grounds:
                yield node.place.mistake(
                    f"`rights.{key}`: {most} needs the publisher's word; name it as `status`, "
                    "`license`, `basis` or `proof`"
                )


def _shows_less(root: Node, shape: FeedsYaml) -> Iterator[Mistake]:
    """What a status takes back."""
    for source, group in zip(shape.sources, groups(root, "sources"), strict=True):
        rights = source.rights
        if rights is None or rights.status not in _NOT_YES:
            continue
        most, shown_at_most = _NOT_YES[rights.status]
        node, images = (child(group, "rights", key) for key in ("allows", "images"))
        extent = None if rights.allows is None else extent_of(rights.allows)[0]
        if node and extent not in {None, Extent.HEADLINE, most}:
            yield node.place.mistake(
                f"`rights.allows`: while `status` is {rights.status}, only {shown_at_most} is "
                f"shown, not {extent}; change one of the two"
            )
        if images and rights.images is not Images.NONE:
            yield images.place.mistake(
                f"`rights.images`: while `status` is {rights.status}, no pictures are shown; "
                "change one of the two"
            )


def _phrases(root: Node) -> Iterator[Mistake]:
    """Several words where one phrase is read."""
    for _, rule in rules_of(root):
        for key in ("when", "unless"):
            conditions = child(rule, key)
            found = conditions.entries.items() if isinstance(conditions, Mapping) else ()
            for field, node in found:
                meant = as_list(node.text) if isinstance(node, Scalar) else None
                if meant:
                    assert isinstance(node, Scalar)
                    yield node.place.mistake(
                        f"`rules.{key}.{field}`: {shown(node.text)} is looked for as one phrase; "
                        f"if you mean any of its words, write a list: {meant}"
                    )


def _fits_everything(root: Node) -> Iterator[Mistake]:
    """Patterns that are found in every text, since they are found in an empty one."""
    for _, rule in rules_of(root):
        for key in ("when", "unless"):
            conditions = child(rule, key)
            for field in conditions.entries if isinstance(conditions, Mapping) else ():
                node = child(conditions, field, "pattern")
                if isinstance(node, Scalar) and fits_nothing(node.text.strip()):
                    yield node.place.mistake(
                        f"`rules.{key}.{field}`: the pattern {shown(node.text)} fits even where "
                        "there is no text, so it fits every article; leave out what may be absent "
                        "(`?`, `*`, an empty choice)"
                    )


def _open_review(root: Node, shape: FeedsYaml) -> Iterator[Mistake]:
    if isinstance(shape.review, bool):
        return
    node, target = child(root, "review", "host"), literal(shape.review.host)
    if node and (target is None or not target.is_loopback):
        yield node.place.mistake(
            f"`review.host`: {shape.review.host} can be reached from other machines, and the "
            "password travels openly; keep 127.0.0.1, with a web server with HTTPS in front"
        )


def _own_feeds(root: Node, shape: FeedsYaml) -> Iterator[Mistake]:
    own = canonical(shape.site.url)
    for source in groups(root, "sources"):
        for address in (one for feed in feeds_of(source) for one in feed):
            if canonical(address.text).startswith(f"{own}/"):
                yield address.place.mistake(
                    f"{shown(address.text)} lies on your own site; a feed that you publish must "
                    "not come back in"
                )


def _idle(root: Node, shape: FeedsYaml) -> Iterator[Mistake]:
    if all(source.disabled for source in shape.sources):
        place = child(root, "sources")
        assert place is not None
        yield place.place.mistake("every source is disabled: nothing will be asked")
        return
    waiting = shown_languages(root) or set()
    default = priors(child(root, "defaults"))
    for source, group in zip(shape.sources, groups(root, "sources"), strict=True):
        if source.disabled:
            continue
        feeds = [priors(feed) for feed in items(child(group, "feeds"))] or [[]]
        for said in feeds:
            prior = said or priors(group) or default
            if not prior:
                return  # its entries may be in any language
            waiting = waiting - set(languages.expand(prior[0].text))
    editions = child(root, "editions")
    for code in sorted(waiting):
        assert editions is not None
        yield editions.place.mistake(
            f"no source says that it writes {code} ({languages.NAMES[code]}), which an edition "
            "shows; it may stay empty: add such a source, or remove it from editions"
        )


def _without_words(root: Node) -> Iterator[Mistake]:
    for edition in items(child(root, "editions")):
        tag = edition if isinstance(edition, Scalar) else child(edition, "tag")
        listed = [
            one.text for one in items(child(edition, "languages")) if isinstance(one, Scalar)
        ]
        codes = listed or ([tag.text] if isinstance(tag, Scalar) else [])
        shown_codes = [code for one in codes for code in languages.expand(one)]
        if child(edition, "words") is None and not set(shown_codes) & set(WORDS):
            yield edition.place.mistake(
                f"the program has no words in {languages.NAMES[codes[0]]}; those around the "
                "articles will be English (`words` in the long form chooses others)"
            )
