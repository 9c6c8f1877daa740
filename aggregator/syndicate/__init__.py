"""The world out: published entries become pages, documents and files -> `Document`.

The steps, which do not know each other:

- `editions`: which entries stand in an edition, cut to their rights -> `Page`
- `atom`: a page as an Atom document -> `Document`
- `publish`: a document becomes a file, whole or not at all; acts

What they stand on:

- `mint`: which IRI names an entry, or the feed it came from
- `article`: the article format as the HTML of an entry, the same in every format
"""
