"""What can go wrong, sorted by whose fault it is.

AggregatorError
|-- ConfigError      the operator's: reported before anything starts, exit status 2
|-- SourceError      the world's: recorded as a failed visit, backed off, never ends a run
|-- StoreError       ours: the database; nothing is lost, the command stops
|   `-- StoreLocked  another process publishes from this store
`-- PublishError     ours: a file could not be written; the old one stays in place
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AggregatorError(Exception):
    """The root of all errors that this package raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One mistake in feeds.yaml, with its place. Lines and columns count from 1."""

    line: int
    column: int
    message: str


class ConfigError(AggregatorError):
    """The operator's file cannot be used; `mistakes` holds all of them, in file order."""

    def __init__(self, path: str, mistakes: tuple[Mistake, ...]) -> None:
        self.path = path
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(self.lines()))

    def lines(self) -> tuple[str, ...]:
        """One line a mistake: ``feeds.yaml:LINE:COLUMN: what is wrong, what was wanted``."""
        return tuple(f"{self.path}:{m.line}:{m.column}: {m.message}" for m in self.mistakes)


class FailureKind(StrEnum):
    """Why a visit failed, in words that stay the same in logs, database and metrics."""

    UNREACHABLE = "unreachable"  # no DNS, refused, reset, TLS
    TIMEOUT = "timeout"  # the total deadline passed
    FORBIDDEN_ADDRESS = "forbidden-address"  # an inside address, or a scheme but http(s)
    REDIRECT = "redirect"  # a loop, too many, a downgrade, no Location
    HTTP_STATUS = "http-status"  # 4xx and 5xx but the three below
    GONE = "gone"  # 410
    RATE_LIMITED = "rate-limited"  # 429, or 503 with Retry-After
    TOO_LARGE = "too-large"  # a byte cap, before or after inflation
    BAD_ENCODING = "bad-encoding"  # stacked, unknown or truncated content coding
    PROTOCOL = "protocol"  # broken HTTP: unasked 206 or 304, wrong length
    EMPTY = "empty"  # a 200 without a body
    LOGIN_PAGE = "login-page"
    CHALLENGE_PAGE = "challenge-page"
    WEB_PAGE = "web-page"  # HTML, neither of the two above
    NOT_A_FEED = "not-a-feed"  # some other document
    UNFIT_PICTURE = "unfit-picture"  # no raster image, broken, or too small to show
    TRUNCATED = "truncated"  # the root element never ends
    TOO_COSTLY = "too-costly"  # the bounded child ran out of time or memory
    INTERNAL = "internal"  # a defect of ours met at the grammar door


class SourceError(AggregatorError):
    """The world failed us: becomes a `Visit` with outcome *failed* at one place.

    Args:
        kind: the reason as a stable word.
        message: a sentence for the operator: what was found and what was wanted.
        status: the HTTP status, where one was received.
        retry_at: the earliest moment the server allows another request (Retry-After).
        received: bytes of the body that came over the wire before the failure.
        host: whose answer `retry_at` is, where another than the one asked first may have given
            it: a redirect leads to other hosts.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        status: int | None = None,
        retry_at: datetime | None = None,
        received: int = 0,
        host: str | None = None,
    ) -> None:
        self.kind = kind
        self.message = message
        self.status = status
        self.retry_at = retry_at
        self.received = received
        self.host = host
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the keyword arguments when the bounded child hands the error over."""
        return _restore_source_error, (
            str(self.kind),
            self.message,
            self.status,
            self.retry_at,
            self.received,
            self.host,
        )


def _restore_source_error(
    kind: str,
    message: str,
    status: int | None,
    retry_at: datetime | None,
    received: int,
    host: str | None,
) -> SourceError:
    return SourceError(
        FailureKind(kind),
        message,
        status=status,
        retry_at=retry_at,
        received=received,
        host=host,
    )


class StoreError(AggregatorError):
    """The database cannot be used as it is: corrupt, from the future, unreachable."""


class StoreBusy(StoreError):  # noqa: N818 - reads as the state it reports
    """Another process was writing for seconds; nothing was written, and trying again may do."""


class StoreLocked(StoreError):  # noqa: N818 - reads as the state it reports
    """Another process holds the store; `pid` is that process where it is known."""

    def __init__(self, message: str, *, pid: int | None = None) -> None:
        self.pid = pid
        super().__init__(message)


class PublishError(AggregatorError):
    """A document could not be written; what stood there before still stands.

    Args:
        message: which, and why.
        changed: the paths of other documents whose bytes changed all the same.
    """

    def __init__(self, message: str, *, changed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.changed = changed
