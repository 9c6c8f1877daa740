"""The command `aggregator`. Acts: reads arguments, starts things, sets the exit status.

    app        what all commands share
    commands   gather, publish, show
    articles   submit and explain: about one article
    desk       the queue, takedowns

Exit status: 0 done, 1 ours (the store, a file that cannot be written), 2 the operator's
(feeds.yaml, the command line), 130 interrupted.
"""

import sys

from rich.markup import escape

from aggregator.cli import articles, commands, desk
from aggregator.cli.app import app, err
from aggregator.errors import AggregatorError, ConfigError

__all__ = ["app", "articles", "commands", "desk", "main"]


def main() -> None:
    """Run the command line; every error of ours is a sentence and an exit status."""
    try:
        app()
    except ConfigError as error:
        for line in error.lines():
            print(line, file=sys.stderr)  # noqa: T201 - exact lines, for editors to jump to
        sys.exit(2)
    except AggregatorError as error:
        err.print(f"[red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
