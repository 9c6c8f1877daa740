"""What the site tells programs: its sitemap and robots.txt. Pure."""

from collections.abc import Iterable
from datetime import UTC

from lxml import etree

from aggregator.model import Document, Site, SitemapEntry
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.theme import Theme

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MOST = 50_000  # addresses in one document (sitemaps.org, "Using Sitemap index files")


def sitemap(site: Site, entries: Iterable[SitemapEntry]) -> tuple[Document, ...]:
    """Write the sitemap: one document, or an index and its parts where that is too much.

    Only pages that may be indexed belong in it; no copy of an article does that carries noindex
    or names another page as the original.
    """
    found = tuple(entries)
    if len(found) <= _MOST:
        return (_document(site, addresses.SITEMAP, "urlset", "url", found),)
    parts = [found[start : start + _MOST] for start in range(0, len(found), _MOST)]
    paths = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    index = tuple(SitemapEntry(path=path) for path in paths)
    return (
        _document(site, addresses.SITEMAP, "sitemapindex", "sitemap", index),
        *(
            _document(site, path, "urlset", "url", part)
            for path, part in zip(paths, parts, strict=True)
        ),
    )


def _document(
    site: Site, path: str, whole: str, one: str, entries: tuple[SitemapEntry, ...]
) -> Document:
    root = etree.Element(f"{{{_NAMESPACE}}}{whole}", nsmap={None: _NAMESPACE})
    for entry in entries:
        element = etree.SubElement(root, f"{{{_NAMESPACE}}}{one}")
        address = addresses.address(site.url, entry.path)
        etree.SubElement(element, f"{{{_NAMESPACE}}}loc").text = address
        if entry.modified:
            moment = entry.modified.astimezone(UTC).replace(microsecond=0)
            etree.SubElement(element, f"{{{_NAMESPACE}}}lastmod").text = moment.isoformat()
    body = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return Document(path=path, media_type="application/xml", body=body)


def robots_txt(theme: Theme, site: Site) -> Document:
    """Write robots.txt: everything may be read, and the pages themselves say what is not indexed.

    A page that may not be fetched cannot say noindex, so nothing is disallowed. An operator's
    `templates/robots.txt` can say otherwise.
    """
    text = theme.render(
        "robots.txt", {"sitemap": addresses.address(site.url, addresses.SITEMAP), "site": site}
    )
    return Document(path=addresses.ROBOTS, media_type="text/plain", body=text.encode())
