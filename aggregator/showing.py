"""What is shown over HTTP, for `run`, `serve` and `demo`: what is published, and what waits."""

from collections.abc import Callable
from datetime import datetime

from aggregator.config import Config
from aggregator.config.languages import own_name
from aggregator.press import Furniture, furnish
from aggregator.search import location
from aggregator.serve import App, Health, make_app, search_routes
from aggregator.serve.review import Password, Reviewed, review_app
from aggregator.store import Store


def showing(
    config: Config,
    *,
    furniture: Furniture | None = None,
    health: Health | None = None,
    on_answer: Callable[[str, int], None] | None = None,
) -> App:
    """Make the application that answers with what a configuration publishes.

    Args:
        config: what is published, and where.
        furniture: what its pages are rendered with; None: read from the disk here.
        health: asked by `/healthcheck`.
        on_answer: told the path and the status of each answer.

    Raises:
        ConfigError: a file of the operator's theme cannot be used.
    """
    routes = None
    if config.search:
        layouts = (furniture or furnish(config)).layouts.values()
        routes = search_routes(layouts, location(config.store, config.publish_to))
    return make_app(
        config.publish_to,
        hubs=config.hubs,
        site=config.site.url,
        health=health,
        routes=routes or (),
        on_answer=on_answer,
    )


def reviewing(
    config: Config,
    store: Store,
    *,
    clock: Callable[[], datetime],
    password: Password | None = None,
) -> App:
    """Make the application where people decide what waits.

    Args:
        config: what is followed, and in which languages it is published.
        store: where the queue is.
        clock: the time, aware.
        password: the one that lets in; None: the environment has it.

    Raises:
        ReviewError: the environment has no password that can be used.
    """
    codes = dict.fromkeys(code for edition in config.editions for code in edition.languages)
    outlets = {source.id: source.name for source in (*config.sources, *config.disabled)}
    about = Reviewed(
        title=config.site.title,
        outlets=outlets,
        languages={code: own_name(code) for code in codes},
    )
    return review_app(about, store, password or Password.from_environment(), clock=clock)
