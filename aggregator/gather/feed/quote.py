"""What messages quote of a document: printable, on one line, and short."""

_TAIL = 40  # characters of a document's end
_LATEST = 25  # characters of these that may go, so that the rest begins with a word or a tag


def printable(text: str, length: int) -> str:
    """Return the first words of a text, `length` characters at most."""
    words = _words(text[: length * 4])
    return words if len(words) <= length else words[: length - 1] + "…"


def tail(text: str) -> str:
    """Return how a text ends, from the beginning of a word or tag on."""
    words = _words(text[-4 * _TAIL :])
    start = len(words) - _TAIL
    if start <= 0:
        return words
    beginnings = (
        place
        for place in range(start, start + _LATEST)
        if words[place] == "<" or words[place - 1] in " >"
    )
    return "…" + words[next(beginnings, start) :].lstrip()


def _words(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
