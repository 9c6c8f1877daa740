"""A small world of sources on loopback, written for the project, for a first look.

    stories     the bundled sources as data: articles appear, are corrected, taken back   pure
    rendering   a source at one moment -> the document it would serve                      pure
    server      each source on a port of its own                                           acts
    desk        the review page, and what the demo's own desk takes down                   acts
    world       starts it all, lets it live, shows the site and what happens               acts

A source is a file in `sources/`; adding one needs no code. Their lead images are in `pictures/`,
drawn for the demo; `pages/` has the pages that the operator of the demo center wrote. Nothing here
is used outside the demo and the tests.
"""
