"""A page as a JSON Feed 1.1 (jsonfeed.org/version/1.1). Pure.

`url` of an item is the publisher's page, as in the other formats; `external_url` would say that
we wrote about that page. The format has no words for whose an item is: `_source`, an extension,
has the source, its site, the feed that we read, the origin that this feed names, the first
publisher where that is another, others that have the same story, and the rights in words and as
a license. The attribution people see stands in `content_html`.

An archive's only link is `next_url`, which leads to older items: RFC 5005's `prev-archive`.
"""

import json
from typing import Any, Final

from aggregator.model import Document, Edition, Enclosure, Item, Mention, Page, Person
from aggregator.syndicate import credit, metadata
from aggregator.syndicate.article import article
from aggregator.text.characters import allowed
from aggregator.text.language import xml_lang

MEDIA_TYPE: Final = "application/feed+json"
NAME: Final = "feed.json"  # of a subscription document, in the folder of what it shows

_VERSION: Final = "https://jsonfeed.org/version/1.1"


def render(page: Page) -> Document:
    """Write a page as a JSON Feed. The same page gives the same bytes."""
    site = page.site
    older = page.prev_archive
    feed = _present(
        version=_VERSION,
        title=metadata.title(page),
        home_page_url=metadata.homepage(page),
        feed_url=metadata.address(page, page.path),
        next_url=metadata.address(page, older) if older is not None else None,
        language=metadata.language(page.edition),
        authors=[{"name": allowed(site.owner_name), "url": f"{site.url}/"}],
        hubs=[{"type": "WebSub", "url": hub} for hub in page.hubs],
    )
    feed["items"] = [_item(item, page.edition) for item in page.items]
    text = json.dumps(feed, ensure_ascii=False, indent=1)
    return Document(path=page.path, media_type=MEDIA_TYPE, body=f"{text}\n".encode())


def _item(item: Item, edition: Edition) -> dict[str, Any]:
    files = metadata.files(item)
    image = next((file for file in files if metadata.medium(file) == "image"), None)
    return _present(
        id=item.id,
        url=item.link,
        title=metadata.headline(item),
        summary=metadata.abstract(item),
        date_published=metadata.rfc3339(item.published),
        date_modified=metadata.rfc3339(item.updated),
        language=xml_lang(item.language),
        authors=[_author(person) for person in item.authors],
        tags=[tag for tag in map(allowed, item.categories) if tag],
        _source=_source(item),
        content_html=allowed(article(item, edition)),
        image=image.url if image else None,
        attachments=[_attachment(file) for file in files if file is not image],
    )


def _author(person: Person) -> dict[str, Any]:
    return _present(name=metadata.name(person), url=person.uri)


def _attachment(file: Enclosure) -> dict[str, Any]:
    return _present(
        url=file.url,
        mime_type=metadata.media_type(file) or metadata.UNKNOWN_TYPE,
        size_in_bytes=file.length,
    )


def _source(item: Item) -> dict[str, Any]:
    meta = item.source_meta
    return _present(
        name=allowed(item.source.name),
        url=meta.link,
        feed_url=meta.self_link,
        origin_url=item.origin.link if item.origin else None,
        outlet=_mention(item.outlet) if item.outlet else None,
        originals=[_mention(one) for one in credit.originals(item)],
        also_at=[_mention(one) for one in credit.elsewhere(item)],
        rights=allowed(item.rights or ""),
        license=item.license,
    )


def _mention(mention: Mention) -> dict[str, Any]:
    return _present(name=allowed(mention.name), url=mention.link)


def _present(**members: Any) -> dict[str, Any]:
    """Leave out what there is nothing to say of: the format knows no null and no empty text."""
    return {name: value for name, value in members.items() if value}
