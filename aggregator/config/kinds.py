"""The kinds of values in feeds.yaml: what is accepted, and the sentence for what is not.  Pure.

Each kind takes a scalar node, since only the node knows how the value was written. The sentences
name what was found and what is wanted; `words.py` puts the key in front.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from aggregator.config import languages
from aggregator.config.addresses import address_problem, literal
from aggregator.config.nodes import Scalar
from aggregator.gather.fetch.addresses import AllowList
from aggregator.model import Images, Ruling, Status
from aggregator.text.words import WORDS

LONGEST_LINE = 300

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_EMAIL = re.compile(r"[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE | re.ASCII)
_NOT_IN_A_LINE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


def wrong(sentence: str) -> PydanticCustomError:
    """A refusal. The sentence is handed over as it is: it may hold braces of the operator."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


def shown(text: str) -> str:
    """What was found, in quotation marks and not too long."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= 60 else f'"{line[:59]}…"'


def did_you_mean(guess: str | None) -> str:
    """The end of a sentence."""
    return f"; did you mean {guess}?" if guess else ""


def nearest(word: str, known: list[str], *, cutoff: float = 0.6) -> str | None:
    """The known word that looks most like this one, where one does."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=cutoff)
    return close[0] if close else None


def text(value: Any, wanted: str = "a text", *, quotable: bool = False) -> str:
    """The text of a scalar, or a refusal of everything that YAML takes for something else.

    Args:
        value: a scalar node, or a string that is a default of ours.
        wanted: what is to stand here, within a sentence.
        quotable: whether what was written could be meant, and wants quotation marks only.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        raise wrong(f"a list stands here; wanted: {wanted}")
    if not isinstance(value, Scalar):
        raise wrong(f"a group of keys stands here; wanted: {wanted}")
    kind = value.reads_as
    if kind == "text" and value.text.strip():
        return value.text
    if kind in {"nothing", "text"}:
        raise wrong(f"there is nothing after the colon; write {wanted}")
    if not quotable:
        raise wrong(f"{value.text} stands here; wanted: {wanted}")
    read_as = {"true": '"true"', "false": '"false"', "time": "a number of seconds"}
    raise wrong(
        f"{value.text}, written without quotes, is read as {read_as.get(kind, 'a number')} by "
        f'many programs; put it in quotes: "{value.text}"'
    )


def line(value: Any, wanted: str = "a text") -> str:
    """A text on one line, without invisible signs that turn the text around it."""
    said = text(value, wanted, quotable=True).strip()
    if "\n" in said:
        raise wrong("the text goes on over several lines; write it on one")
    found = _NOT_IN_A_LINE.search(said)
    if found:
        raise wrong(f"an invisible sign (U+{ord(found[0]):04X}) is in the text; type it again")
    if len(said) > LONGEST_LINE:
        raise wrong(f"the text has {len(said)} characters; at most {LONGEST_LINE} fit")
    return said


def note(value: Any) -> str:
    """A text of any length and shape."""
    return text(value, quotable=True)


def name(value: Any) -> str:
    """An id or tag: it becomes part of file names and identities."""
    wanted = "a short name of a-z, 0-9 and -, such as north-press"
    said = text(value, wanted, quotable=True)
    if _ID.fullmatch(said):
        return said
    if len(said) > 64:
        raise wrong(f"{shown(said)} has {len(said)} characters; at most 64 fit")
    raise wrong(f"{shown(said)} cannot be used; write {wanted}{did_you_mean(simple(said))}")


def simple(said: str) -> str | None:
    """An id made from what was written, where enough of it is Latin."""
    latin = unicodedata.normalize("NFKD", said)
    bare = "".join(sign for sign in latin if not unicodedata.combining(sign))
    made = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")
    return made if _ID.fullmatch(made) else None


def tag(value: Any) -> str:
    """What an edition is called, where the short form names its language."""
    _not_several(value)
    return name(value)


def _not_several(value: Any) -> None:
    codes = languages.several(value.text) if isinstance(value, Scalar) else ()
    if codes:
        raise wrong(f"{shown(value.text)}: separate with a comma: [{', '.join(codes)}]")


def language(value: Any) -> str:
    """A language code of ours."""
    wanted = "a language code such as en, fr, kmr (Kurmanji), ckb (Sorani) or ar"
    if isinstance(value, Scalar) and value.reads_as == "false" and value.text.lower() == "no":
        raise wrong(
            'no, written without quotes, is read as "false" by many programs; if you mean '
            'Norwegian, put it in quotes: "no"'
        )
    said = text(value, wanted)
    if said in languages.NAMES:
        return said
    guess = languages.guess(said)
    if guess:
        guess = f"{guess} ({languages.NAMES[guess]})"
    raise wrong(f"{shown(said)} is not a language code; write {wanted}{did_you_mean(guess)}")


def listed(value: Any) -> str:
    """A language code in a list of them."""
    _not_several(value)
    return language(value)


def words(value: Any) -> str:
    """A language that the program has words of its own in."""
    code = language(value)
    if code in WORDS:
        return code
    raise wrong(
        f"the program has no words in {languages.NAMES[code]}; write one of {', '.join(WORDS)}"
    )


def address(value: Any, such_as: str = "https://www.example.org/feed") -> str:
    """An http or https address of a feed or page."""
    wanted = f"a web address such as {such_as}"
    said = text(value, wanted).strip()
    found = address_problem(said)
    if found:
        problem, guess = found
        raise wrong(f"{shown(said)} {problem}; write {wanted}{did_you_mean(guess)}")
    return said


def site_address(value: Any) -> str:
    """The address of the operator's own site: no query, and no slash at the end."""
    said = address(value)
    if "?" in said or "#" in said:
        raise wrong(f"{shown(said)} has a ? or # in it; write the site's address without")
    return said.rstrip("/")


def hub(value: Any) -> str:
    """The address of a hub (WebSub section 3.1)."""
    return address(value, such_as="https://hub.example.org/")


def article(value: Any) -> str:
    """The address of an article's own page."""
    return address(value, such_as="https://www.example.org/en/news-of-today")


def host(value: Any) -> str:
    """What a server listens on: an IP address of this machine, or a name of it."""
    wanted = "an address of this machine, such as 127.0.0.1"
    said = text(value, wanted).strip()
    if _is_host(said):
        return said
    guess = _host_within(said)
    port = " (the port goes into `port`)" if guess and re.search(r":\d+/?$", said) else ""
    raise wrong(f"{shown(said)} cannot be listened on; write {wanted}{port}{did_you_mean(guess)}")


def _host_within(said: str) -> str | None:
    if said == "*":
        return "0.0.0.0"  # noqa: S104 - offered to someone who asked for it
    try:
        found = urlsplit(said if "://" in said else f"//{said}").hostname or ""
    except ValueError:
        return None
    return found if _is_host(found) and (literal(found) or "." in found) else None


def _is_host(said: str) -> bool:
    is_name = re.fullmatch(r"[\w.-]+", said) and not address_problem(f"http://{said}/")
    return bool(is_name or literal(said))


def switch(port: int) -> Callable[[Any], bool]:
    """On or off, in the place of a group: a key with nothing after it is on.

    Args:
        port: the usual one of what is switched on, for the example.
    """

    def check(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        assert isinstance(value, Scalar)
        if value.reads_as in {"nothing", "true"}:
            return True
        if value.reads_as == "false":
            return False
        found = re.fullmatch(r"(?:(?P<host>[\d.]+|localhost):)?(?P<port>\d{1,5})", value.text)
        named = found.groupdict() if found else {}
        guess = ", ".join(f"{key}: {part}" for key, part in named.items() if part)
        raise wrong(
            f"{shown(value.text)} stands here; wanted: true, or keys of its own, such as "
            f"{{host: 127.0.0.1, port: {port}}}{did_you_mean(guess and f'{{{guess}}}')}"
        )

    return check


def email(value: Any) -> str:
    """An address that answers; it is sent along with every request (RFC 9110 section 10.1.2)."""
    said = text(value, "an e-mail address such as news@example.org").strip()
    if not _EMAIL.fullmatch(said):
        raise wrong(
            f"{shown(said)} is not an e-mail address; write one alone, such as news@example.org"
        )
    return said


def flag(value: Any) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    how = "true or false"
    if isinstance(value, Scalar) and value.reads_as in {"true", "false"}:
        return value.reads_as == "true"
    raise wrong(f"{shown(text(value, how))} is neither yes nor no; write {how}")


def store(value: Any) -> str:
    """Where the database is: a path, or the address of a PostgreSQL database."""
    said = path(value)
    scheme = re.match(r"([a-z0-9+]+)://", said, re.IGNORECASE)
    if scheme and scheme[1].lower() not in {"postgresql", "postgresql+psycopg"}:
        guess = said.removeprefix("sqlite:///") if said.startswith("sqlite:///") else None
        raise wrong(
            f"{shown(said)} is no database that can be used; write a path such as "
            f"store/aggregator.db, or an address postgresql://...{did_you_mean(guess)}"
        )
    return said


def path(value: Any) -> str:
    """A path; relative ones are relative to the folder of feeds.yaml."""
    said = line(value, "a path such as store/public")
    if said.startswith("~"):
        raise wrong(
            f"{shown(said)} begins with ~, which is not understood here; write the path out"
        )
    return said


def opening(value: Any) -> str:
    """An entry of network.allow, in the form that the fetcher reads."""
    said = text(value, "an address with its port, such as 127.0.0.1:8000")
    try:
        AllowList.parse((said,))
    except ValueError as error:
        raise wrong(str(error)) from error
    return said


def one_of(choices: type[StrEnum]) -> Callable[[Any], Any]:
    """One word of a few."""
    known = [str(choice) for choice in choices]
    how = f"{', '.join(known[:-1])} or {known[-1]}"

    def check(value: Any) -> StrEnum:
        said = text(value, how)
        if said in known:
            return choices(said)
        guess = nearest(said, known)
        raise wrong(f"{shown(said)} is not known here; write {how}{did_you_mean(guess)}")

    return check


def _schema(**more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **more})


Line = Annotated[str, BeforeValidator(line), _schema(minLength=1, maxLength=LONGEST_LINE)]
Note = Annotated[str, BeforeValidator(note), _schema()]
Name = Annotated[str, BeforeValidator(name), _schema(pattern=f"^{_ID.pattern}$")]
Tag = Annotated[str, BeforeValidator(tag), _schema(pattern=f"^{_ID.pattern}$")]
LANGUAGE_SCHEMA = {"type": "string", "enum": list(languages.NAMES)}
Language = Annotated[str, BeforeValidator(language), WithJsonSchema(LANGUAGE_SCHEMA)]
ListedLanguage = Annotated[str, BeforeValidator(listed), WithJsonSchema(LANGUAGE_SCHEMA)]
InterfaceLanguage = Annotated[str, BeforeValidator(words), _schema(enum=list(WORDS))]
Address = Annotated[str, BeforeValidator(address), _schema(format="uri", pattern="^https?://")]
Hub = Annotated[str, BeforeValidator(hub), _schema(format="uri", pattern="^https?://")]
Article = Annotated[str, BeforeValidator(article), _schema(format="uri", pattern="^https?://")]
Host = Annotated[str, BeforeValidator(host), _schema(minLength=1)]
SiteAddress = Annotated[
    str, BeforeValidator(site_address), _schema(format="uri", pattern="^https?://")
]
Email = Annotated[str, BeforeValidator(email), _schema(format="email")]
Path = Annotated[str, BeforeValidator(path), _schema(minLength=1)]
Store = Annotated[str, BeforeValidator(store), _schema(minLength=1)]
Opening = Annotated[str, BeforeValidator(opening), _schema(examples=["127.0.0.1:8000"])]
Flag = Annotated[bool, BeforeValidator(flag)]
MayShow = Annotated[Images, BeforeValidator(one_of(Images)), _schema(enum=[*map(str, Images)])]
HowItStands = Annotated[Status, BeforeValidator(one_of(Status)), _schema(enum=[*map(str, Status)])]
Then = Annotated[Ruling, BeforeValidator(one_of(Ruling)), _schema(enum=[*map(str, Ruling)])]
