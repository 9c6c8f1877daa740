"""The page that a server answers a search with. Pure."""

from aggregator.model import Counterpart, Document, Search
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.layout import NOINDEX, SEARCH, Head, Layout, render
from aggregator.syndicate.site.teasers import teaser

_TITLE = 60  # characters of a query in the page's title


def search_page(layout: Layout, search: Search) -> Document:
    """Lay out what a search found. Without a query there is just the box.

    The query goes with the reader: to the other pages of results and to the other editions.
    """
    tongue, tag, query = layout.tongue, layout.frame.edition.tag, search.query.strip()
    shown = query if len(query) <= _TITLE else query[:_TITLE].rstrip() + "…"
    title = tongue.say("Search")

    def turned(number: int) -> str:
        return layout.href(addresses.search(tag, query, number))

    return render(
        layout,
        "search.html",
        Head(
            title=f"{title}: {shown}" if query else title,
            path=addresses.search(tag),
            current=SEARCH,
            robots=NOINDEX,
            counterparts=tuple(
                Counterpart(tag=one.tag, path=addresses.search(one.tag, query))
                for one in layout.frame.editions
            ),
            translated=False,
        ),
        query=query,
        found=_found(layout, search) if query else "",
        ready=search.ready,
        number=tongue.plain_number(search.page) if search.page > 1 else "",
        teasers=[teaser(layout, article) for article in search.articles],
        articles=layout.href(addresses.articles(tag)),
        archive=layout.href(addresses.archive(tag)),
        previous=turned(search.page - 1) if search.page > 1 else "",
        following=turned(search.page + 1) if search.page < search.pages else "",
    )


def _found(layout: Layout, search: Search) -> str:
    if not search.ready:
        return layout.tongue.say("The search is being prepared. Try again in a few minutes.")
    if not search.total:
        return layout.tongue.say("No article was found.")
    return layout.tongue.count("{n} article found", "{n} articles found", search.total)
