"""Who is logged in at the review page, until when; and who tries passwords too often.

Sessions are in memory: after a restart one logs in again. The clock is an argument; tokens come
from the system's chance.
"""

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

IDLE: Final = timedelta(hours=1)  # without a request
LONGEST: Final = timedelta(hours=12)
MOST: Final = 100  # sessions; the oldest makes way
FAILURES: Final = 10  # wrong passwords ...
WITHIN: Final = timedelta(minutes=10)  # ... in this time: nobody is let in until it has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person who is logged in."""

    token: str
    form_token: str  # what their forms carry, and no other site can know
    who: str  # as they call themselves
    begun: datetime
    used: datetime

    def owns(self, form_token: str) -> bool:
        """Whether a form is one of this session's."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode())


class Sessions:
    """All who are logged in."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}

    def begin(self, who: str, now: datetime) -> Session:
        """Let a person in."""
        while len(self._open) >= MOST:
            del self._open[min(self._open.values(), key=lambda one: one.used).token]
        session = Session(
            token=secrets.token_urlsafe(32),
            form_token=secrets.token_urlsafe(32),
            who=who,
            begun=now,
            used=now,
        )
        self._open[session.token] = session
        return session

    def find(self, token: str, now: datetime) -> Session | None:
        """Return the session of a token, which is used by that; None where it is over."""
        session = self._open.get(token)
        if session is None:
            return None
        if now - session.used > IDLE or now - session.begun > LONGEST:
            del self._open[token]
            return None
        self._open[token] = session = replace(session, used=max(now, session.used))
        return session

    def end(self, token: str) -> None:
        """Log a person out."""
        self._open.pop(token, None)


class Patience:
    """Counts wrong passwords. There is one password, so it counts for all who try together."""

    def __init__(self) -> None:
        self._failures: deque[datetime] = deque(maxlen=FAILURES)

    def is_over(self, now: datetime) -> bool:
        """Whether no password is looked at now."""
        full = len(self._failures) == FAILURES
        return full and now - self._failures[0] < WITHIN

    def fail(self, now: datetime) -> None:
        """Count a wrong one."""
        self._failures.append(now)

    def forget(self) -> None:
        """Begin anew: a right one came."""
        self._failures.clear()
