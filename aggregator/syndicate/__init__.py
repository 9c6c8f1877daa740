"""The world out: published entries become pages, documents and files -> `Document`.

The steps, which do not know each other:

- `editions`: which entries stand in an edition, cut to their rights -> `Page`
- `atom`, `rss`, `jsonfeed`: a page as an Atom, RSS 2.0 or JSON Feed document -> `Document`
- `opml`: the sources as an outline that feed readers import -> `Document`
- `site`: the pages that people read -> `Document`
- `publish`: a document becomes a file, whole or not at all; acts

What they stand on:

- `cutting`: an entry cut to what may be shown of it -> `Item`
- `series`: which lists an entry stands in for ever, and what is cut from each
- `mint`: which IRI names an entry, or the feed it came from
- `article`: the article format as the HTML of an entry, the same in every format
- `metadata`: what a document and its items say of themselves, the same in every format
- `credit`: who is credited: the first publisher, who brought it, who else has it
"""
