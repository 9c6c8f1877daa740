"""The site's theme: its words and numerals, and what an operator puts in front of it."""

import re
import runpy
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from lxml import html as lxml_html

from aggregator.errors import ConfigError, PublishError
from aggregator.model import OperatorPage
from aggregator.syndicate import site as pages
from aggregator.syndicate.site import load, teasers
from aggregator.syndicate.site.layout import _MENU
from aggregator.syndicate.site.tongue import machine_time

HERE = Path(__file__).parent
WORLD = runpy.run_path(str(HERE / "site_world.py"))
SITE, EDITIONS = WORLD["SITE"], WORLD["EDITIONS"]
EDITION = {edition.tag: edition for edition in EDITIONS}
SITE_FOLDER = Path(pages.__file__).parent
TEMPLATES = sorted((SITE_FOLDER / "templates").glob("*.html"))


@pytest.fixture(scope="module")
def theme():
    return pages.load_theme()


def desk_of(theme, tag="en", **changes):
    return pages.layout(theme, WORLD["frame"](EDITION[tag], **changes))


def page_of(document):
    return lxml_html.document_fromstring(document.body)


# --- words, dates, numerals -----------------------------------------------------------------


@pytest.mark.parametrize("language", load.LANGUAGES)
def test_every_word_of_the_site_is_in_every_catalog(language):
    path = SITE_FOLDER / "locales" / language / "LC_MESSAGES" / "site.po"
    catalog = read_po(BytesIO(path.read_bytes()), locale=language, abort_invalid=True)
    said = {m for t in TEMPLATES for m in re.findall(r'(?:_|say)\("([^"]+)"\)', t.read_text())}
    code = "\n".join(path.read_text() for path in SITE_FOLDER.glob("*.py"))
    said |= set(re.findall(r'say\(\s*"([^"]+)"', code))
    plurals = re.findall(r'count\(\s*"([^"]+)",\s*"([^"]+)"', code)
    said |= {*teasers._EXTENTS.values(), *teasers._IMAGES.values(), *_MENU.values()}
    known = {m.id if isinstance(m.id, str) else tuple(m.id) for m in catalog if m.id}
    assert said <= known
    assert {m for m in known if isinstance(m, str)} <= said, "no word that nothing says"
    assert {pair for pair in plurals if "{n}" in pair[1]} <= known
    for message in catalog:
        if message.id:
            forms = [message.string] if isinstance(message.string, str) else message.string
            assert all(forms), message.id
            assert not message.fuzzy
            asked = [message.id] if isinstance(message.id, str) else message.id
            for form in forms:
                places = set(re.findall(r"{(\w+)}", form))
                allowed = set(re.findall(r"{(\w+)}", asked[-1]))
                assert places == allowed or (len(asked) == 2 and places <= allowed), form


@pytest.mark.parametrize(
    ("language", "month", "day", "number", "often"),
    [
        ("en", "November 2026", "05.11.2026", "1,234", "every 2 hours"),
        ("fr", "Novembre 2026", "05.11.2026", "1\u202f234", "toutes les 2 heures"),
        ("kmr", "Mijdar 2026", "05.11.2026", "1.234", "her 2 saet"),
        ("ckb", "تشرینی دووەم ٢٠٢٦", "٠٥.١١.٢٠٢٦", "١٬٢٣٤", "هەر ٢ کاتژمێر جارێک"),
        ("ar", "تشرين الثاني 2026", "05.11.2026", "1,234", "كل ساعتين"),
    ],
)
def test_dates_and_numerals_are_the_languages_own(theme, language, month, day, number, often):
    tongue = theme.tongue(language)
    assert tongue.month(2026, 11) == month
    assert tongue.day(datetime(2026, 11, 5, tzinfo=UTC)) == day
    assert tongue.number(1234) == number
    assert tongue.every(timedelta(hours=2)) == often
    assert len(set(tongue.months)) == 12


def test_arabic_counts_in_six_ways(theme):
    tongue = theme.tongue("ar")
    said = [tongue.count("{n} article", "{n} articles", n) for n in (0, 1, 2, 3, 11, 100)]
    assert said == ["لا مقالات", "مقال واحد", "مقالان", "3 مقالات", "11 مقالًا", "100 مقال"]


def test_the_day_is_the_publishers_and_the_machine_time_is_valid_html():
    odd = timezone(timedelta(hours=3, minutes=4, seconds=5))
    moment = datetime(2026, 11, 24, 1, 0, 0, 500, tzinfo=odd)
    assert machine_time(moment) == "2026-11-23T21:55:55+00:00"


# --- the theme ------------------------------------------------------------------------------


def test_a_theme_is_overridden_file_by_file(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "templates" / "footer.html").write_text(
        "<footer><p>Ours & {{ site.title }}</p></footer>"
    )
    (tmp_path / "style.css").write_text("body { color: navy }")
    (tmp_path / "static" / "flag.svg").write_text("<svg/>")
    theme = pages.load_theme(tmp_path)
    page = page_of(pages.archive_page(desk_of(theme), ()))
    assert page.findtext(".//footer/p").startswith("Ours & Kurdistan")
    assert page.findtext(".//h1") == "Archive", "what is not overridden is ours"
    assert {f.path for f in theme.files} > {"static/flag.svg", theme.stylesheet}
    assert theme.stylesheet != pages.load_theme().stylesheet, "a new name: caches may keep the old"
    assert (
        next(f for f in theme.files if f.path == theme.stylesheet).body == b"body { color: navy }"
    )


def test_a_mistake_in_a_template_has_its_file_and_line(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "footer.html").write_text("<footer>\n{% if %}\n</footer>")
    with pytest.raises(ConfigError, match=r"footer\.html:2:1: this template cannot be read"):
        pages.load_theme(tmp_path)


def test_a_template_that_asks_for_what_is_not_there_says_so(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "footer.html").write_text("{{ nothing }}")
    with pytest.raises(PublishError, match=r"footer\.html cannot be filled in"):
        desk_of(pages.load_theme(tmp_path))


def test_a_file_that_no_server_could_show_is_refused(tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "My Logo.PNG").write_bytes(b"x")
    with pytest.raises(ConfigError, match=r"My Logo\.PNG:1:1: this file cannot be published"):
        pages.load_theme(tmp_path)


def test_an_operators_page_is_found_by_edition_then_by_interface(tmp_path):
    (tmp_path / "about.kmr.md").write_text("kmr")
    assert pages.load_pages(tmp_path, EDITION["ku"]) == {OperatorPage.ABOUT: "kmr"}
    (tmp_path / "about.ku.md").write_text("ku")
    assert pages.load_pages(tmp_path, EDITION["ku"]) == {OperatorPage.ABOUT: "ku"}
    (tmp_path / "about.ku.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        pages.load_pages(tmp_path, EDITION["ku"])


def test_the_stylesheet_is_small_and_knows_both_directions_by_logic_alone(theme):
    style = next(f for f in theme.files if f.path == theme.stylesheet).body.decode()
    assert len(style.encode()) < 15_000
    physical = (
        r"(?:margin|padding|border)-(?:left|right|top|bottom)\b|text-align:\s*(?:left|right)"
    )
    assert not re.search(physical, style)
    assert not re.search(r"float:\s*(?:left|right)|[^-]\b(?:left|right):|url\(|@import", style)
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style
