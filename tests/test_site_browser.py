"""The site as people meet it: in Chromium, with axe, and before the Nu HTML checker.

Chromium is the system's; axe and the checker are npm's `axe-core` and `vnu-jar`, looked for in
`node_modules` here and in NODE_PATH. What is not there is skipped, saying so.
"""

import os
import re
import runpy
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WORLD = runpy.run_path(str(HERE / "site_world.py"))
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SCREENSHOTS = os.environ.get("SITE_SCREENSHOTS")  # a folder to look into

TAGS = [edition.tag for edition in WORLD["EDITIONS"]]
LANGUAGES = {edition.tag: edition.words for edition in WORLD["EDITIONS"]}
RIGHT_TO_LEFT = {"ckb", "ar"}
WIDTHS = {"phone": 390, "desktop": 1280}

pytestmark = pytest.mark.slow


def npm(name):
    folders = [HERE.parent / "node_modules", *os.environ.get("NODE_PATH", "").split(os.pathsep)]
    found = [path for folder in folders if folder and (path := Path(folder) / name).is_file()]
    if not found:
        pytest.skip(f"{name} is in no node_modules: npm install --no-save {name.split('/')[0]}")
    return found[0]


def kinds(tag, documents):
    """One address of every kind of page in an edition."""
    paths = [path for path in documents if path.startswith(f"{tag}/")]

    def first(pattern):
        return next(path for path in paths if re.fullmatch(pattern, path))

    return {
        "home": f"{tag}/index.html",
        **{f"article-{n}": p for n, p in enumerate(x for x in paths if is_article(x))},
        "page": f"{tag}/page/7.html",
        "source": first(r".*/source/[^/]+/index\.html"),
        "category": first(r".*/category/[^/]+/index\.html"),
        "month": f"{tag}/archive/2026/11/index.html",
        "empty": f"{tag}/archive/2026/12/index.html",
        "articles": f"{tag}/articles/index.html",
        "archive": f"{tag}/archive/index.html",
        "contact": f"{tag}/contact.html",
        "about": f"{tag}/about.html",
        "bot": f"{tag}/bot.html",
    }


def is_article(path):
    return re.fullmatch(r"[a-z]+/articles/(?!index)[^/]+\.html", path)


@pytest.fixture(scope="module")
def documents():
    return WORLD["world"]()


@pytest.fixture(scope="module")
def host(documents):
    """Serves the documents as any web server would."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.removeprefix("/")
            path += "index.html" if path.endswith("/") or not path else ""
            found = documents.get(path)
            self.send_response(200 if found else 404)
            found = found or documents["404.html"]
            self.send_header("Content-Type", f"{found.media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.is_file():
        pytest.skip(f"there is no Chromium at {CHROMIUM}; CHROMIUM names another")
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """A page that was opened, and all that it said and asked for."""

    def __init__(self, browser, url, host, width, scheme="light"):
        self.page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        self.said, self.strange = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on(
            "request",
            lambda r: r.url.startswith(host + "/") or self.strange.append(r.url),
        )
        self.page.goto(url, wait_until="load")

    def picture(self, name):
        if SCREENSHOTS:
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("tag", TAGS)
def test_every_kind_of_page_is_quiet_whole_and_in_its_direction(
    browser, host, documents, tag, width
):
    for kind, path in kinds(tag, documents).items():
        visit = Visit(browser, f"{host}/{path.removesuffix('index.html')}", host, WIDTHS[width])
        page, where = visit.page, f"{path} at {width}"
        assert not visit.said, where
        assert not visit.strange, where
        root = page.locator("html")
        assert root.get_attribute("lang") == LANGUAGES[tag], where
        side = "rtl" if tag in RIGHT_TO_LEFT else "ltr"
        assert page.evaluate("getComputedStyle(document.body).direction") == side, where
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, f"{where} can be scrolled sideways"
        assert page.locator("h1").count() == 1, where
        visit.picture(f"{tag}-{kind}-{width}")
        page.close()


@pytest.mark.parametrize("tag", TAGS)
def test_all_that_can_be_done_can_be_done_with_the_keyboard(browser, host, documents, tag):
    for path in kinds(tag, documents).values():
        page = Visit(browser, f"{host}/{path}", host, 1280).page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".skip").bounding_box()["width"] > 40, "the skip link shows itself"
        links = page.locator("a[href]").count()
        reached = 1
        for _ in range(links - 1):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.tagName") == "A", path
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) == "solid", "focus can be seen"
            reached += 1
        assert reached == links
        page.goto(f"{host}/{path}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.close()


def test_the_language_switcher_keeps_the_reader_where_they_are(browser, host):
    page = Visit(browser, f"{host}/en/archive/", host, 390).page
    page.get_by_role("link", name="سۆرانی").click()
    assert page.url == f"{host}/ckb/archive/"
    page.get_by_role("link", name="English").click()
    assert page.url == f"{host}/en/archive/"
    page.goto(f"{host}/en/articles/neighbors-renew-ties.html")
    page.locator(".languages").get_by_role("link", name="Français").click()
    assert page.url == f"{host}/fr/articles/deux-voisins.html"
    page.locator(".languages").get_by_role("link", name="العربية").click()
    assert page.url == f"{host}/ar/", "no Arabic translation: its home page"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tag", [*TAGS, ""])
def test_axe_finds_nothing(browser, host, documents, tag, scheme):
    axe = npm("axe-core/axe.min.js").read_text(encoding="utf-8")
    paths = kinds(tag, documents) if tag else {"front": "", "404": "404.html", "410": "410.html"}
    for kind, path in paths.items():
        visit = Visit(browser, f"{host}/{path}", host, 390, scheme)
        visit.page.evaluate(axe)
        found = visit.page.evaluate("axe.run()")
        told = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]]
        assert not told, f"{path}: {told}"
        visit.picture(f"{tag or 'all'}-{kind}-{scheme}")
        visit.page.close()


@pytest.mark.parametrize("path", ["", "404.html", "410.html", "nowhere/at/all.html"])
def test_the_pages_of_all_languages_stand_anywhere(browser, host, path):
    visit = Visit(browser, f"{host}/{path}", host, 390)
    assert not visit.strange
    assert [said for said in visit.said if "404" not in said] == []
    assert visit.page.locator("h1").count() == 1
    assert visit.page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "styled"
    visit.page.close()


def test_the_nu_html_checker_finds_nothing(documents, tmp_path):
    jar = npm("vnu-jar/build/dist/vnu.jar")
    if not shutil.which("java"):
        pytest.skip("there is no Java for the Nu HTML checker")
    for path, document in documents.items():
        if path.endswith((".html", ".css")):
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(document.body)
    command = ["java", "-Xss2m", "-jar", str(jar), "--also-check-css", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.stderr.strip() == ""
    assert checked.returncode == 0
