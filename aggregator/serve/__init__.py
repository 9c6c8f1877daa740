"""Answers over HTTP with what is published: the tree, and nothing beside it. Acts.

    paths        a request's path -> names below the root, or a refusal          pure
    negotiation  which coding, and whether the client has it already             pure
    fields       media type, caching, security and Link of an answer             pure
    codings      a body in gzip or brotli: the file beside it, or compressed here acts
    disk         opens and reads below the root, following no link               acts
    files        the tree: read once, kept in memory, looked at on each request  acts
    review       the page where people decide what waits; at an address of its own  acts
    search       the page that answers a search, from the index beside the store acts
    app          the ASGI application                                            acts
    protocol     uvicorn's HTTP, with an end to what a client may send           acts
    server       uvicorn: listening, patience with clients, stopping             acts

A file that stands in memory is answered by a few dictionary look-ups and one `stat`; all else
(what is missing, gone, computed, or asked by another method) goes through Starlette's router.
"""

from aggregator.serve.app import App, Health, make_app
from aggregator.serve.search import search_routes
from aggregator.serve.server import Listening, ServeError, run, serve, serving, serving_in_thread

__all__ = [
    "App",
    "Health",
    "Listening",
    "ServeError",
    "make_app",
    "run",
    "search_routes",
    "serve",
    "serving",
    "serving_in_thread",
]
