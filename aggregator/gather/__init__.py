"""The world in: feeds are fetched, read and brought into the article format -> `Entry`.

schedule     when is a feed next due, and at which address         pure
fetch        pulled, politely -> Fetched, NotModified              acts: all that calls out
feed         RSS, Atom, RDF, JSON Feed -> ParsedFeed               pure
identify     which entry is this: key and digest -> Identified     pure
normalize    the article format -> Entry                           pure
robots       may a page be asked for: robots.txt (RFC 9309)         acts by what it is given
webpage      an article's own page -> ParsedFeed                   pure
picture      an image file -> the copy that we serve               pure
"""
