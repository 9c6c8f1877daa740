"""What is published, over HTTP: the tree and its search, for `run`, `serve` and `demo`."""

from collections.abc import Callable

from aggregator.config import Config
from aggregator.press import Furniture, furnish
from aggregator.search import location
from aggregator.serve import App, Health, make_app, search_routes


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
