"""A bundled source at one moment -> the document that its server would send. Pure.

Written by hand and not by a feed library on purpose: these are the documents of other people's
software, with its habits.
"""

import json
from datetime import datetime, timezone
from xml.sax.saxutils import escape, quoteattr

from aggregator.demo.stories import Article, Deleted, Station

LEVANTINE = (
    "كانون الثاني,شباط,آذار,نيسان,أيار,حزيران,تموز,آب,أيلول,تشرين الأول,تشرين الثاني,كانون الأول"
).split(",")
MAGHREB = "جانفي,فيفري,مارس,أفريل,ماي,جوان,جويلية,أوت,سبتمبر,أكتوبر,نوفمبر,ديسمبر".split(",")
KURMANJI = "Çile,Sibat,Adar,Nîsan,Gulan,Hezîran,Tîrmeh,Tebax,Îlon,Cotmeh,Mijdar,Kanûn".split(",")
DAYS = "Mon,Tue,Wed,Thu,Fri,Sat,Sun".split(",")
MONTHS = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec".split(",")


def render(
    station: Station,
    articles: tuple[Article, ...],
    origin: str,
    deleted: tuple[Deleted, ...] = (),
) -> tuple[bytes, str]:
    """Write the feed of a station.

    Args:
        station: the outlet.
        articles: what it has published, newest first.
        origin: scheme, host and port of its server.
        deleted: what it took back; Atom alone can say that (RFC 6721).

    Returns:
        The body and its media type.
    """
    if station.format == "json11":
        return _json(station, articles, origin), "application/feed+json"
    if station.format == "atom10":
        return _atom(station, articles, origin, deleted).encode(), "application/atom+xml"
    if station.format == "rss10":
        return _rdf(station, articles, origin).encode(), "application/rdf+xml"
    return _rss(station, articles, origin).encode(), "application/rss+xml; charset=utf-8"


def page(station: Station, article: Article) -> bytes:
    """Write the outlet's own page of an article."""
    image = f"<img src={quoteattr(article.image)} alt width=600>" if article.image else ""
    return _page(
        station,
        article.title,
        f"<p>{escape(article.standfirst)}</p><p>{escape(station.name)}</p>{image}{article.body}",
    )


def front(station: Station, articles: tuple[Article, ...]) -> bytes:
    """Write the outlet's home page."""
    links = "".join(f"<li><a href={quoteattr(a.path)}>{escape(a.title)}</a>" for a in articles)
    return _page(station, station.name, f"<p>{escape(station.tagline)}</p><ul>{links}</ul>")


def _page(station: Station, title: str, body: str) -> bytes:
    side = "rtl" if station.language in {"ar", "ckb"} else "auto"
    return (
        f"<!doctype html><html lang={station.language}><meta charset=utf-8>"
        f"<meta name=viewport content=width=device-width><title>{escape(title)}</title>"
        f"<body dir={side}><h1>{escape(title)}</h1>{body}</body></html>"
    ).encode()


def _alternates(article: Article, origin: str, element: str) -> str:
    """Name the translations of an article (RFC 4287 section 4.2.7.4)."""
    return "".join(
        f'<{element} rel="alternate" hreflang={quoteattr(language)}'
        f" href={quoteattr(origin + path)}/>"
        for language, path in article.translations
    )


def _date(moment: datetime, station: Station) -> str:
    local = moment.astimezone(timezone(station.utc_offset))
    clock = f"{local:%H:%M}"
    if station.date_style == "rfc3339":
        return local.isoformat(timespec="seconds")
    for style, months in (("levantine", LEVANTINE), ("maghreb", MAGHREB), ("kurmanji", KURMANJI)):
        if station.date_style == style:
            return f"{local.day} {months[local.month - 1]} {local.year} {clock} {local:%z}"
    day, month = DAYS[local.weekday()], MONTHS[local.month - 1]
    return f"{day}, {local.day:02} {month} {local:%Y %H:%M:%S %z}"


def _rss(station: Station, articles: tuple[Article, ...], origin: str) -> str:
    language = f"<language>{station.declares}</language>" if station.declares else ""
    rights = f"<copyright>{escape(station.copyright)}</copyright>" if station.copyright else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<title>{escape(station.name)}</title><link>{origin}/</link>"
        f"<description>{escape(station.tagline)}</description>{language}{rights}\n"
        + "\n".join(_rss_item(station, article, origin) for article in articles)
        + "\n</channel></rss>\n"
    )


def _rss_item(station: Station, article: Article, origin: str) -> str:
    creators = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in article.byline)
    categories = "".join(f"<category>{escape(name)}</category>" for name in article.categories)
    image = (
        f'<media:content url="{origin}{article.image}" medium="image"/>' if article.image else ""
    )
    date = ""
    if station.date_style != "none":
        date = f"<pubDate>{_date(article.published, station)}</pubDate>"
    body = article.body.replace("]]>", "]]]]><![CDATA[>")
    full = f"<content:encoded><![CDATA[{body}]]></content:encoded>" if body else ""
    return (
        f"<item><title>{escape(article.title)}</title><link>{origin}{article.path}</link>"
        f'<guid isPermaLink="false">{escape(article.guid)}</guid>{date}{creators}{categories}'
        f"<description>{escape(article.standfirst)}</description>{full}{image}"
        f"{_alternates(article, origin, 'atom:link')}</item>"
    )


def _rdf(station: Station, articles: tuple[Article, ...], origin: str) -> str:
    listed = "".join(f"<rdf:li rdf:resource={quoteattr(origin + a.path)}/>" for a in articles)
    items = "\n".join(
        f"<item rdf:about={quoteattr(origin + a.path)}><title>{escape(a.title)}</title>"
        f"<link>{origin}{a.path}</link><description>{escape(a.standfirst)}</description>"
        f"<content:encoded>{escape(a.body)}</content:encoded>"
        + "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in a.byline)
        + "".join(f"<dc:subject>{escape(name)}</dc:subject>" for name in a.categories)
        + f"<dc:date>{_date(a.published, station)}</dc:date></item>"
        for a in articles
    )
    language = f"<dc:language>{station.declares}</dc:language>" if station.declares else ""
    return (
        '<?xml version="1.0"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{origin}/"><title>{escape(station.name)}</title>'
        f"<link>{origin}/</link><description>{escape(station.tagline)}</description>{language}"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}\n</rdf:RDF>\n"
    )


def _atom(
    station: Station,
    articles: tuple[Article, ...],
    origin: str,
    deleted: tuple[Deleted, ...],
) -> str:
    language = f" xml:lang={quoteattr(station.declares)}" if station.declares else ""
    moments = (*(a.updated or a.published for a in articles), *(gone.when for gone in deleted))
    updated = max(moments, default=None)
    stamp = _date(updated, station) if updated else "2026-01-01T00:00:00Z"
    rights = f"<rights>{escape(station.copyright)}</rights>" if station.copyright else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom"'
        f' xmlns:at="http://purl.org/atompub/tombstones/1.0"{language}><id>tag:{station.id},2026:feed</id>'
        f"<title>{escape(station.name)}</title><subtitle>{escape(station.tagline)}</subtitle>"
        f'<link href="{origin}/"/><link rel="self" href="{origin}/feed"/>{rights}'
        f"<updated>{stamp}</updated>\n"
        + "".join(
            f"<at:deleted-entry ref={quoteattr(gone.guid)}"
            f" when={quoteattr(_date(gone.when, station))}/>\n"
            for gone in deleted
        )
        + "\n".join(_atom_entry(station, article, origin) for article in articles)
        + "\n</feed>\n"
    )


def _atom_entry(station: Station, article: Article, origin: str) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in article.byline)
    if not authors:
        authors = f"<author><name>{escape(station.name)}</name></author>"
    terms = "".join(f"<category term={quoteattr(name)}/>" for name in article.categories)
    return (
        f"<entry><id>{escape(article.guid)}</id><title>{escape(article.title)}</title>"
        f'<link href="{origin}{article.path}"/>{_alternates(article, origin, "link")}'
        f"{authors}{terms}"
        f"<published>{_date(article.published, station)}</published>"
        f"<updated>{_date(article.updated or article.published, station)}</updated>"
        f"<summary>{escape(article.standfirst)}</summary>"
        f'<content type="html">{escape(article.body)}</content></entry>'
    )


def _json(station: Station, articles: tuple[Article, ...], origin: str) -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": station.name,
        "home_page_url": f"{origin}/",
        "feed_url": f"{origin}/feed",
        "language": station.declares,
        "items": [
            {
                "id": article.guid,
                "url": f"{origin}{article.path}",
                "title": article.title,
                "summary": article.standfirst,
                "content_html": article.body,
                "date_published": _date(article.published, station),
                "date_modified": _date(article.updated or article.published, station),
                "authors": [{"name": name} for name in article.byline],
                "tags": list(article.categories),
                "image": f"{origin}{article.image}" if article.image else None,
            }
            for article in articles
        ],
    }
    return json.dumps(feed, ensure_ascii=False).encode()
