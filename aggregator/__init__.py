"""Gathers news from configured sources and republishes it as one Atom feed per language.

The journey, in the order of the alphabet:

    gather -> judge -> store -> syndicate

Around it, from the top down; imports point down only:

    cli                     the command line
    demo                    a small world of sources on loopback
    daemon, update,         the commands: keep it going, one pass,
    listing, preview        how sources fare, what a document would become
    showing                 what is published, over HTTP: the tree and its search
    serve                   the server under it
    pipeline                the journey itself, on one screen
    press                   its second half: what is stored becomes files
    push                    tells WebSub hubs which feeds changed
    search                  the index that finds published articles, beside the store
    pictures                the lead images that are copied: wanted, fetched, kept, dropped
    worker                  the bounded child process that reads and cleans
    health, logs            what happened, in numbers and lines
    config                  feeds.yaml -> Config, or every mistake in it
    text                    pure functions on strings, for every room
    model, errors           the nouns; what can go wrong
"""

__version__ = "0.1.0"
