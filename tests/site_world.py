"""A whole site of `corpus/site`, for the tests of its pages: every kind of page, every edition."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps
from pydantic import TypeAdapter

from aggregator.model import (
    Article,
    Bot,
    Counterpart,
    Document,
    Edition,
    Frame,
    Home,
    Item,
    Listing,
    ListKind,
    Month,
    Search,
    Shelf,
    Site,
    SitemapEntry,
    Source,
    Withdrawn,
)
from aggregator.syndicate import site as pages
from aggregator.syndicate.site import addresses
from aggregator.text import difference

CORPUS = Path(__file__).parent / "corpus" / "site"
FLAG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#486"/><path d="M0 9 5 3l4 4 3-3 4 5z" fill="#253"/></svg>'
PICTURE = "images/3f2a9c07d1e84b5560ab.jpg"

GIVEN = json.loads((CORPUS / "site.json").read_text(encoding="utf-8"))
SITE = TypeAdapter(Site).validate_python(GIVEN["site"])
EDITIONS = TypeAdapter(tuple[Edition, ...]).validate_python(GIVEN["editions"])
SOURCES = {
    one.id: one for one in TypeAdapter(tuple[Source, ...]).validate_python(GIVEN["sources"])
}
MONTHS = ((2025, 1, 3), (2026, 12, 1), (2026, 11, 120), (2025, 12, 2))
WITHDRAWN = TypeAdapter(tuple[Withdrawn, ...]).validate_python(GIVEN["withdrawn"])
QUERIES = {
    "found": "two neighbors",
    "turned": "R&D <b> index.html",
    "nothing": "ئاو zzz",
    "asked": "",
}
USER_AGENT = f"aggregator/0.1.0 (+{SITE.url}/bot; {SITE.owner_email})"


def item(given):
    """An item as `editions.cut` would hand it over."""
    source = SOURCES[given["source"]]
    names = given["authors"] or [source.name]
    return TypeAdapter(Item).validate_python(
        {
            "id": f"tag:center.example,2026:{given['slug']}",
            "title": given["title"],
            "link": given.get("link"),
            "language": given["language"],
            "published": given["published"],
            "updated": given["published"],
            "authors": [{"name": name} for name in names],
            "source": source,
            "source_meta": {"link": source.homepage},
            "source_updated": None,
            "extent": given.get("extent") or ("full" if given.get("body") else "excerpt"),
            "summary": given.get("summary", ""),
            "opening": given.get("opening", ""),
            "body": given.get("body", ""),
            "enclosures": [],
            "picture": given.get("picture"),
            "categories": given.get("categories", []),
            "rights": None,
            "license": given.get("license"),
            "origin": None,
            **{name: given[name] for name in ("outlet", "via", "also") if name in given},
            "credit": source.rights.credit,
        }
    )


def slug(name):
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-") or (
        f"c{sum(map(ord, name))}"
    )


def article(given, tag):
    found = difference.differences(**given["changed"]) if "changed" in given else ()
    return Article(
        item=item(given),
        path=addresses.article(tag, given["slug"]),
        corrected=datetime.fromisoformat(given["corrected"]) if "corrected" in given else None,
        categories=tuple(
            Shelf(name=name, path=addresses.category(tag, slug(name)))
            for name in given.get("categories", [])
        ),
        counterparts=tuple(
            Counterpart(tag=other, path=path, language=language)
            for other, path, language in given.get("translations", [])
        ),
        changes=() if difference.is_rewritten(found) else difference.changed(found),
        rewritten=bool(found) and difference.is_rewritten(found),
    )


def articles(tag):
    given = json.loads((CORPUS / f"{tag}.json").read_text(encoding="utf-8"))
    shown = (article(one, tag) for one in given)
    return tuple(sorted(shown, key=lambda one: one.item.published, reverse=True))


def frame(edition, **changes):
    own = pages.load_pages(CORPUS / "pages", edition)
    around = {"pages": tuple(own), "search": True, "takedowns": True, **changes}
    return Frame(site=SITE, edition=edition, editions=EDITIONS, **around)


def same(path_of, tag):
    return tuple(Counterpart(tag=e.tag, path=path_of(e.tag)) for e in EDITIONS if e.tag != tag)


def photograph():
    """Hills in the evening, as large as copies are."""
    sky = ImageOps.colorize(Image.linear_gradient("L"), "#31506e", "#e9b98a").resize((1200, 675))
    draw = ImageDraw.Draw(sky)
    draw.polygon(
        [(0, 560), (330, 300), (620, 520), (860, 350), (1200, 600), (1200, 675), (0, 675)],
        "#4a4f3f",
    )
    draw.polygon([(0, 640), (500, 480), (1200, 660), (1200, 675), (0, 675)], "#2c3128")
    made = BytesIO()
    sky.save(made, "JPEG", quality=82)
    return made.getvalue()


def world(theme=None, **changes):
    """Every document of the site, by path."""
    theme = theme or pages.load_theme()
    found = [
        *theme.files,
        pages.front_page(theme, SITE, EDITIONS),
        pages.not_found_page(theme, SITE, EDITIONS),
        pages.gone_page(theme, SITE, EDITIONS, takedowns=True),
        pages.robots_txt(theme, SITE),
        Document(path=PICTURE, media_type="image/jpeg", body=photograph()),
        Document(path="static/flag.svg", media_type="image/svg+xml", body=FLAG),
    ]
    for edition in EDITIONS:
        found += edition_pages(pages.layout(theme, frame(edition, **changes)))
    own = [d for d in found if d.media_type == "text/html" and b'content="noindex"' not in d.body]
    found += pages.sitemap(SITE, [SitemapEntry(path=document.path) for document in own])
    return {document.path: document for document in found}


def edition_pages(desk):
    edition = desk.frame.edition
    tag, shown = edition.tag, articles(edition.tag)
    sources = tuple(
        Shelf(name=one.name, path=addresses.source(tag, one.id), count=1234 * n)
        for n, one in enumerate({a.item.source.id: a.item.source for a in shown}.values(), 1)
    )
    categories = tuple({s.name: s for a in shown for s in a.categories}.values())
    languages = tuple(
        Shelf(name=code, path=addresses.language(tag, code), count=1200 + n)
        for n, code in enumerate(edition.languages)
        if len(edition.languages) > 1
    )
    months = tuple(
        Month(year=year, month=month, path=addresses.month(tag, year, month), count=count)
        for year, month, count in MONTHS
    )
    yield pages.home_page(
        desk,
        Home(
            articles=shown,
            languages=languages,
            sources=sources,
            categories=categories,
            months=tuple(sorted(months, key=lambda m: (m.year, m.month), reverse=True)),
            older=addresses.page(tag, 7),
        ),
    )
    yield from (pages.article_page(desk, one) for one in shown)
    yield pages.articles_page(
        desk, sources, categories, same(addresses.articles, tag), languages=languages
    )
    yield pages.archive_page(desk, months, same(addresses.archive, tag))
    for year in (2025, 2026):
        others = same(lambda other, year=year: addresses.year(other, year), tag)
        yield pages.year_page(desk, year, tuple(m for m in months if m.year == year), others)
    yield from listings(desk, shown)
    yield from searches(desk, shown)
    own = pages.load_pages(CORPUS / "pages", edition)
    for name, text in own.items():
        others = tuple(
            Counterpart(tag=e.tag, path=addresses.operator_page(e.tag, name))
            for e in EDITIONS
            if e.tag != tag and name in pages.load_pages(CORPUS / "pages", e)
        )
        yield pages.operator_page(desk, name, text, others)
    yield pages.takedowns_page(desk, WITHDRAWN, same(addresses.takedowns, tag))
    for path in (addresses.bot(tag), *((addresses.BOT,) if tag == "en" else ())):
        yield pages.bot_page(
            desk,
            Bot(
                user_agent=USER_AGENT,
                spacing=timedelta(seconds=2),
                sources=tuple(SOURCES.values()),
                path=path,
                counterparts=same(addresses.bot, tag),
            ),
        )


def listings(desk, shown):
    tag = desk.frame.edition.tag
    yield pages.list_page(
        desk,
        Listing(
            kind=ListKind.ALL,
            path=addresses.page(tag, 7),
            articles=shown,
            page=7,
            newer=addresses.home(tag),
            older=addresses.page(tag, 6),
        ),
    )
    for source in {a.item.source.id: a.item.source for a in shown}.values():
        yield pages.list_page(
            desk,
            Listing(
                kind=ListKind.SOURCE,
                path=addresses.source(tag, source.id),
                articles=tuple(a for a in shown if a.item.source == source),
                source=source,
                older=addresses.source(tag, source.id, 2),
                feeds=f"{tag}/source/{source.id}",
            ),
        )
    for name in sorted({name for a in shown for name in a.item.categories}):
        yield pages.list_page(
            desk,
            Listing(
                kind=ListKind.CATEGORY,
                path=addresses.category(tag, slug(name)),
                articles=tuple(a for a in shown if name in a.item.categories),
                category=name,
                feeds=f"{tag}/category/{slug(name)}",
            ),
        )
    yield from by_language(desk, shown)
    yield from by_month(desk, shown)


def by_language(desk, shown):
    tag = desk.frame.edition.tag
    for code in desk.frame.edition.languages:
        if len(desk.frame.edition.languages) > 1:
            yield pages.list_page(
                desk,
                Listing(
                    kind=ListKind.LANGUAGE,
                    path=addresses.language(tag, code),
                    articles=tuple(a for a in shown if a.item.language == code),
                    language=code,
                    older=addresses.language(tag, code, 2),
                    feeds=f"{tag}/language/{code}",
                ),
            )


def by_month(desk, shown):
    tag = desk.frame.edition.tag
    for year, number, _ in MONTHS:
        month = date(year, number, 1)
        on_it = shown if (year, number) == (2026, 11) else ()
        yield pages.list_page(
            desk,
            Listing(
                kind=ListKind.MONTH,
                path=addresses.month(tag, month.year, month.month),
                articles=on_it,
                month=month,
            ),
        )


def searches(desk, shown):
    """What `serve` would answer, each under the address that asks for it."""
    tag = desk.frame.edition.tag
    for search in (
        Search(query="two neighbors", articles=shown[:3], total=3),
        Search(query="R&D <b> index.html", articles=shown, total=57, page=2, pages=3),
        Search(query="ئاو zzz", articles=(), total=0),
        Search(query="", articles=(), total=0),
    ):
        path = addresses.search(tag, search.query, search.page)
        yield replace(pages.search_page(desk, search), path=path)
