"""The centre's site: what people read -> `Document`. Pure but for `load`.

    load        the theme and the operator's pages, read from the disk    acts
    theme         templates, words and files, ready to be used
    tongue        the words, months and digits of an interface language
    addresses   where every page is
    layout      what stands around a page: head, masthead, switcher, footer
    articles    an article
      body        its text, fitted into a page
      changes     what a correction changed in it
    lists       the home page, lists of articles, the way to them, the archive
    search      what a search found
      teasers     an article in a list, and what else lists are made of
    takedowns   the public log of what was withdrawn
    standing    the operator's pages, for publishers, 404, 410, the choice of a language
      prose       Markdown -> safe HTML
    machines    sitemap and robots.txt

Values go in, views of `aggregator.model.site`, and documents come out; which articles stand on
which page is decided elsewhere. An `Item` is already cut to its rights, and templates are given
nothing else, so no theme can show more.

    theme = load_theme(folder)                      once
    desk = layout(theme, Frame(...))                once an edition
    article_page(desk, Article(item=..., path=addresses.article("en", slug)))
"""

from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.articles import article_page
from aggregator.syndicate.site.layout import CONTENT_SECURITY_POLICY, Layout, layout
from aggregator.syndicate.site.lists import (
    archive_page,
    articles_page,
    home_page,
    list_page,
    year_page,
)
from aggregator.syndicate.site.load import load_pages, load_theme
from aggregator.syndicate.site.machines import robots_txt, sitemap
from aggregator.syndicate.site.search import search_page
from aggregator.syndicate.site.standing import (
    bot_page,
    front_page,
    gone_page,
    not_found_page,
    operator_page,
)
from aggregator.syndicate.site.takedowns import takedowns_page
from aggregator.syndicate.site.theme import Theme

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "Layout",
    "Theme",
    "addresses",
    "archive_page",
    "article_page",
    "articles_page",
    "bot_page",
    "front_page",
    "gone_page",
    "home_page",
    "layout",
    "list_page",
    "load_pages",
    "load_theme",
    "not_found_page",
    "operator_page",
    "robots_txt",
    "search_page",
    "sitemap",
    "takedowns_page",
    "year_page",
]
