"""Names apart from mail addresses, in one string: mailboxes, and RSS's "mail (Name)".

RFC 5322 section 3.4 has `Name <mail>`, `"Name" <mail>`, `mail` and lists of them. RSS 2.0 wants
`mail (Name)`. A mail address is nobody's name: who gives only that has no name here.
"""

import re
from collections.abc import Iterator

from aggregator.model import Person

MAX_LENGTH = 1_000  # characters that are looked at

# A Fediverse handle (@name@host) and a bare "@name" are no mail addresses.
_HOST = r"(?:(?:[\w-]{1,63}\.)+[\w-]{1,63}|localhost\b|\[[\d.:]+\])"
_MAIL = rf"(?:mailto:)?(?<![\w@])(\w[\w.+%~=-]{{0,63}}@{_HOST})"
_ASKING = r"(?:\?[^\s<>()\[\]]*)?"  # ?subject=
_ADDRESS = re.compile(
    "|".join(
        rf"{opening}\s*{_MAIL}{_ASKING}\s*{closing}"
        for opening, closing in (("<", ">"), (r"\(", r"\)"), (r"\[", r"\]"), ("", ""))
    ),
    re.IGNORECASE,
)
_PIECE = re.compile(r'(?:"[^"]*"|\([^()]*\)|<[^<>]*>|[^,;،؛])+')
_EMPTY = re.compile(r"\(\s*\)|<\s*>|\[\s*\]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'\Z')
_EDGES = " <>,;:،؛|/-\u2013\u2014"


def people(written: str) -> tuple[Person, ...]:
    """Read the people that a string names; a person without a name has an address only."""
    written = " ".join(written[:MAX_LENGTH].split())
    if "@" not in written:
        return (Person(name=written),) if written else ()
    return tuple(_person(mailbox) for mailbox in _mailboxes(written))


def _mailboxes(written: str) -> Iterator[str]:
    """Split a list at its commas, those apart that do not part two addresses ("Keane, Anna")."""
    start = end = 0
    for piece in _PIECE.finditer(written):
        if _ADDRESS.search(written[start:end]) and _ADDRESS.search(piece.group()):
            yield written[start:end]
            start = piece.start()
        end = piece.end()
    yield written[start:end]


def _person(mailbox: str) -> Person:
    address = _ADDRESS.search(mailbox)
    if address is None:
        return Person(name=mailbox)
    rest = _EMPTY.sub(" ", _ADDRESS.sub(" ", mailbox))
    name = _unquoted(_unwrapped(" ".join(rest.split()).strip(_EDGES)))
    name = " ".join(name.split()).strip(_EDGES)
    return Person(
        name=name if any(map(str.isalnum, name)) else "",
        email=next(filter(None, address.groups())),
    )


def _unwrapped(name: str) -> str:
    """Take a comment that stands first out of its parentheses, closed or not."""
    depth = 0
    for place, character in enumerate(name):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return name[1:place] + name[place + 1 :] if place else name
    return name.removeprefix("(")


def _unquoted(name: str) -> str:
    quoted = _QUOTED.match(name)
    if quoted is None:
        return name
    words = next((words for words in quoted.groups() if words is not None), "")
    return re.sub(r"\\(.)", r"\1", words) + name[quoted.end() :]
