"""A small world of sources on loopback, written for the project, for a first look.

    stories     the bundled sources as data: articles that appear, are corrected   pure
    rendering   a source at one moment -> the document it would serve               pure
    server      each source on a port of its own; and the published tree on one     acts
    world       starts it all, lets it live, shows what happens                     acts

A source is a file in `sources/`; adding one needs no code. Nothing here is used outside the demo
and the tests.
"""
