"""Reads the theme: our own files, with a folder of the operator's in front. Acts: disk.

Every file of a theme can be replaced alone: the operator's folder is looked into first under the
same name, ours has the rest. All of it is read and compiled here, once; a mistake in it is an
error before anything is published.
"""

import hashlib
import io
import re
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateSyntaxError

from aggregator.errors import ConfigError, Mistake
from aggregator.model import Document, Edition, OperatorPage
from aggregator.syndicate.site.theme import Theme, fill
from aggregator.syndicate.site.tongue import Tongue, tongue

OURS = Path(__file__).parent
LANGUAGES = ("en", "fr", "kmr", "ckb", "ar")
"""The languages that we have words in: `locales/<language>/LC_MESSAGES/site.po`."""

_STATIC = "static"
_NAME = re.compile(r"(?:[a-z0-9-]+/)*[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_MEDIA_TYPES = {
    ".avif": "image/avif",
    ".css": "text/css",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


def load_theme(folder: Path | None = None) -> Theme:
    """Read and compile a theme.

    Args:
        folder: the operator's; None, or a folder that lacks a file, leaves that to ours.

    Raises:
        ConfigError: a file of the folder cannot be used, with its line.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        auto_reload=False,
        loader=DictLoader(_templates(folder)),
    )
    environment.filters["fill"] = fill
    templates = {}
    for name in environment.list_templates():
        try:
            templates[name] = environment.get_template(name)
        except TemplateSyntaxError as error:
            raise _mistake(
                _found(f"templates/{error.name or name}", folder),
                error.lineno,
                f"this template cannot be read: {error.message}",
            ) from error
    style, icon = _file("style.css", folder), _file("icon.svg", folder)
    stylesheet = Document(
        path=f"{_STATIC}/style.{_fingerprint(style)}.css", media_type="text/css", body=style
    )
    favicon = Document(
        path=f"{_STATIC}/icon.{_fingerprint(icon)}.svg", media_type="image/svg+xml", body=icon
    )
    return Theme(
        templates=templates,
        tongues={language: _tongue(language, folder) for language in LANGUAGES},
        stylesheet=stylesheet.path,
        favicon=favicon.path,
        files=(stylesheet, favicon, *_statics(folder)),
    )


def load_pages(folder: Path, edition: Edition) -> dict[OperatorPage, str]:
    """Read the Markdown of an edition's contact, books and about-us pages.

    `contact.en.md` is looked for under the edition's tag first, then under the language of its
    interface. What is not there is not published.

    Raises:
        ConfigError: a file is not UTF-8 text, or the disk refuses it.
    """
    pages = {}
    for name in OperatorPage:
        for language in dict.fromkeys((edition.tag, edition.words)):
            path = folder / f"{name}.{language}.md"
            if path.is_file():
                pages[name] = _text(path)
                break
    return pages


# --- file by file ---------------------------------------------------------------------------


def _found(name: str, folder: Path | None) -> Path:
    own = folder / name if folder else None
    return own if own and own.is_file() else OURS / name


def _file(name: str, folder: Path | None) -> bytes:
    path = _found(name, folder)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _mistake(path, 1, f"this file cannot be read: {error.strerror}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _mistake(path, 1, f"this file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _mistake(path, 1, "this file is not UTF-8 text; save it as UTF-8") from error


def _templates(folder: Path | None) -> dict[str, str]:
    names = {path.name for path in (OURS / "templates").iterdir() if path.is_file()}
    if folder and (folder / "templates").is_dir():
        names |= {path.name for path in (folder / "templates").glob("*.html")}
    return {name: _text(_found(f"templates/{name}", folder)) for name in sorted(names)}


def _tongue(language: str, folder: Path | None) -> Tongue:
    path = _found(f"locales/{language}/LC_MESSAGES/site.po", folder)
    try:
        catalog = read_po(io.StringIO(_text(path)), locale=language, abort_invalid=True)
    except PoFileError as error:
        raise _mistake(path, error.lineno + 1, f"this catalog cannot be read: {error}") from error
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return tongue(language, GNUTranslations(compiled))


def _statics(folder: Path | None) -> tuple[Document, ...]:
    """Take the operator's own files, for templates and pages to name."""
    if folder is None or not (folder / _STATIC).is_dir():
        return ()
    found = []
    for path in sorted(p for p in (folder / _STATIC).rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        media_type = _MEDIA_TYPES.get(path.suffix)
        if not _NAME.fullmatch(name) or media_type is None:
            kinds = " ".join(_MEDIA_TYPES)
            raise _mistake(
                path,
                1,
                "this file cannot be published: its name may have a-z, 0-9 and '-', and must end "
                f"in one of {kinds}",
            )
        found.append(Document(path=name, media_type=media_type, body=_file(name, folder)))
    return tuple(found)


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _mistake(path: Path, line: int, message: str) -> ConfigError:
    return ConfigError(str(path), (Mistake(line=line, column=1, message=message),))
