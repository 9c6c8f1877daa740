"""How the log looks: lines for a person on a terminal, JSON for a machine elsewhere. Acts."""

import logging
import sys

import structlog


def configure_logs(level: str = "info") -> None:
    """Send the log to standard error, from `level` on; UTC, one line an event."""
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # APScheduler logs each tick; what matters of it is in our own lines.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
