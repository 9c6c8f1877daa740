"""Gathers news from configured sources and republishes it as one Atom feed per language.

The journey, in the order of the alphabet:

    gather -> judge -> store -> syndicate

Around it, from the top down; imports point down only:

    cli                     the command line
    demo                    a small world of sources on loopback
    daemon, update,         the commands: keep it going, one pass,
    listing, preview        how sources fare, what a document would become
    desk                    the queue and takedowns, on the command line
    submitting              one article taken by hand
    explaining              all that is known of one entry, in words
    showing                 what is shown over HTTP: what is published, what waits
    serve                   the server under it, and the review page
    pipeline                the journey itself, on one screen
    judging                 its middle: what a document says that is not known yet
    finding                 which entry is meant
    obtaining               a document that somebody names, for `parse` and `explain --until`
    press                   its second half: what is stored becomes files
    push                    tells WebSub hubs which feeds changed
    search                  the index that finds published articles, beside the store
    pictures                the lead images that are copied: wanted, fetched, kept, dropped
    watch                   are the pages of published articles still there?
    worker                  the bounded child process that reads and cleans
    health, logs            what happened, in numbers and lines
    config                  feeds.yaml -> Config, or every mistake in it
    text                    pure functions on strings, for every room
    model, errors           the nouns; what can go wrong
"""

__version__ = "0.1.0"
