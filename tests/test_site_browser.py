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
from collections import Counter
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
        return next((path for path in paths if re.fullmatch(pattern, path)), None)

    found = {
        "home": f"{tag}/index.html",
        **{f"article-{n}": path for n, path in enumerate(filter(is_article, paths))},
        "page": f"{tag}/page/7.html",
        "language": first(r".*/language/ckb/index\.html"),  # an edition of one has none
        "source": first(r".*/source/[^/]+/index\.html"),
        "category": first(r".*/category/[^/]+/index\.html"),
        "year": f"{tag}/archive/2026/index.html",
        "month": f"{tag}/archive/2026/11/index.html",
        "empty": f"{tag}/archive/2026/12/index.html",
        "articles": f"{tag}/articles/index.html",
        "archive": f"{tag}/archive/index.html",
        "contact": f"{tag}/contact.html",
        "about": f"{tag}/about.html",
        "bot": f"{tag}/bot.html",
        "takedowns": f"{tag}/takedowns/index.html",
        **{f"search-{n}": path for n, path in enumerate(p for p in paths if "/search" in p)},
    }
    return {kind: path for kind, path in found.items() if path}


def is_article(path):
    """Whether it is the page of an article that is unlike the others."""
    return re.fullmatch(r"[a-z]+/articles/(?!index|more-)[^/]+\.html", path)


@pytest.fixture(scope="module")
def documents():
    return WORLD["world"]()


@pytest.fixture(scope="module")
def host(documents):
    """Serves the documents as any web server would; what has a query, by its whole address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.removeprefix("/")
            path += "index.html" if path.endswith("/") or not path else ""
            found = documents.get(path) or documents.get(path.removesuffix("?q="))
            self.send_response(200 if found else 404)
            found = found or documents["404.html"]
            self.send_header("Content-Type", f"{found.media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(found.body)))
            if found.path.startswith("static/"):
                self.send_header("Cache-Control", "max-age=60")
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class Reader:
    """Somebody at a browser, and all that its pages say and ask for."""

    def __init__(self, page, host):
        self.page, self.host = page, host
        self.said, self.strange = [], []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request):
        if not request.url.startswith(self.host + "/"):
            self.strange.append(request.url)

    def open(self, path, *, width, scheme="light"):
        self.said.clear()
        self.strange.clear()
        self.page.set_viewport_size({"width": width, "height": 844})
        self.page.emulate_media(color_scheme=scheme)
        self.page.goto(f"{self.host}/{path.removesuffix('index.html')}", wait_until="load")
        return self.page

    def picture(self, name):
        if SCREENSHOTS:
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)


@pytest.fixture(scope="module")
def reader(host):
    """One browser with one window for all tests: opening them is what takes the time."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.is_file():
        pytest.skip(f"there is no Chromium at {CHROMIUM}; CHROMIUM names another")
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield Reader(chromium.new_page(), host)
        chromium.close()


# --- every kind of page in every language ---------------------------------------------------

LOOK = """() => ({
    lang: document.documentElement.lang,
    direction: getComputedStyle(document.body).direction,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    titles: document.querySelectorAll("h1").length,
})"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("tag", TAGS)
def test_every_kind_of_page_is_quiet_whole_and_in_its_direction(reader, documents, tag, width):
    wanted = {
        "lang": LANGUAGES[tag],
        "direction": "rtl" if tag in RIGHT_TO_LEFT else "ltr",
        "sideways": 0,
        "titles": 1,
    }
    for kind, path in kinds(tag, documents).items():
        page, where = reader.open(path, width=WIDTHS[width]), f"{path} at {width}"
        assert page.evaluate(LOOK) == wanted, where
        assert not reader.said, where
        assert not reader.strange, where
        reader.picture(f"{tag}-{kind}-{width}")


# What the keyboard reaches is written down as it is reached, with the outline it is given.
WATCH = """() => {
    window.reached = [];
    addEventListener("focusin", ({target}) => {
        const seen = target.getBoundingClientRect();
        window.reached.push([
            target.tagName, target.className, getComputedStyle(target).outlineStyle, seen.width
        ]);
    });
    return document.querySelectorAll("a[href], input, button, summary").length;
}"""


@pytest.mark.parametrize("tag", TAGS)
def test_all_that_can_be_done_can_be_done_with_the_keyboard(reader, documents, tag):
    for path in kinds(tag, documents).values():
        page = reader.open(path, width=1280)
        stops = page.evaluate(WATCH)
        for _ in range(stops):
            page.keyboard.press("Tab")
        reached = page.evaluate("window.reached")
        name, kind, _, size = reached[0]
        assert (name, kind) == ("A", "skip"), path
        assert size > 40, "the skip link shows itself"
        assert len(reached) == stops, path
        assert {outline for _, _, outline, _ in reached} == {"solid"}, "focus can be seen"
        met = Counter(name for name, *_ in reached)
        assert met["INPUT"] == met["BUTTON"] == 1, f"{path} has its search box"


def test_the_skip_link_leads_to_the_content(reader):
    page = reader.open("en/", width=390)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("tag", [*TAGS, ""])
def test_axe_finds_nothing(reader, documents, tag):
    """In full by daylight on a telephone; then what the dark and a wide window can change."""
    axe = npm("axe-core/axe.min.js").read_text(encoding="utf-8")
    paths = kinds(tag, documents) if tag else {"front": "", "404": "404.html", "410": "410.html"}
    everything = 'rules: {"target-size": {enabled: true}}'
    colors = 'runOnly: ["color-contrast"]'
    sizes = 'runOnly: ["color-contrast", "target-size"]'

    def ask(asked):
        run = f'axe.run({{resultTypes: ["violations"], {asked}}})'
        found = reader.page.evaluate(f"{run}.then(found => found.violations)")
        told = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found]
        assert not told, f"{path}: {told}"

    for kind, path in paths.items():
        page = reader.open(path, width=390)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        page.evaluate(axe)
        ask(everything)
        page.set_viewport_size({"width": 1280, "height": 844})
        ask(sizes)
        page.emulate_media(color_scheme="dark")
        ask(colors)
        reader.picture(f"{tag or 'all'}-{kind}-dark")


CHANGES = """() => [...document.querySelectorAll(".changes :is(del, ins)")].map(one => {
    const said = one.querySelector("span").getBoundingClientRect();
    return [one.tagName, getComputedStyle(one).textDecorationLine, said.width * said.height <= 1];
})"""


@pytest.mark.parametrize(
    ("tag", "slug"), [("en", "neighbors-renew-ties"), ("ckb", "baran"), ("ku", "du-cinar")]
)
def test_what_a_correction_changed_is_opened_with_the_keyboard_and_read_without_color(
    reader, tag, slug
):
    page = reader.open(f"{tag}/articles/{slug}.html", width=390)
    assert not page.locator(".changes del, .changes ins").first.is_visible()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".changes del, .changes ins").first.is_visible()
    seen = {tuple(one) for one in page.evaluate(CHANGES)}
    assert seen <= {("DEL", "line-through", True), ("INS", "underline", True)}
    assert ("INS", "underline", True) in seen
    assert page.evaluate(LOOK)["sideways"] == 0
    reader.picture(f"{tag}-changes")


# --- what readers do ------------------------------------------------------------------------


def test_the_language_switcher_keeps_the_reader_where_they_are(reader, host):
    page = reader.open("en/archive/", width=390)
    page.get_by_role("link", name="سۆرانی").click()
    assert page.url == f"{host}/ckb/archive/"
    page.get_by_role("link", name="English").click()
    assert page.url == f"{host}/en/archive/"
    page.goto(f"{host}/en/articles/neighbors-renew-ties.html")
    page.locator(".languages").get_by_role("link", name="Français").click()
    assert page.url == f"{host}/fr/articles/deux-voisins.html"
    page.locator(".languages").get_by_role("link", name="العربية").click()
    assert page.url == f"{host}/ar/", "no Arabic translation: its home page"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_search_is_asked_from_any_page_and_goes_along_into_other_languages(reader, host, width):
    page = reader.open("en/archive/2026/", width=WIDTHS[width])
    page.get_by_role("search").get_by_label("Search the articles").fill("two neighbors")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{host}/en/search?q=two+neighbors")
    assert page.get_by_role("searchbox").input_value() == "two neighbors"
    assert page.get_by_text("3 articles found").is_visible()
    page.locator(".languages").get_by_role("link", name="العربية").click()
    assert page.url == f"{host}/ar/search?q=two+neighbors"
    assert page.get_by_role("searchbox").input_value() == "two neighbors"
    page = reader.open("en/search", width=WIDTHS[width])
    page.get_by_role("button").click()
    page.wait_for_url(f"{host}/en/search?q=")
    assert page.get_by_role("article").count() == 0


def test_an_edition_of_two_languages_is_read_in_one_of_them(reader, host):
    page = reader.open("ku/", width=390)
    page.locator(".filter").get_by_role("link", name="سۆرانی").click()
    assert page.url == f"{host}/ku/language/ckb/"
    assert page.locator("article:not([lang=ckb])").count() == 0
    page.get_by_role("navigation", name="Hûn li vir in").get_by_role("link").click()
    assert page.url == f"{host}/ku/articles/"


@pytest.mark.parametrize("path", ["", "404.html", "410.html", "nowhere/at/all.html"])
def test_the_pages_of_all_languages_stand_anywhere(reader, path):
    page = reader.open(path, width=390)
    assert not reader.strange
    assert [said for said in reader.said if "404" not in said] == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "styled"


def test_the_nu_html_checker_finds_nothing(documents, tmp_path):
    jar = npm("vnu-jar/build/dist/vnu.jar")
    if not shutil.which("java"):
        pytest.skip("there is no Java for the Nu HTML checker")
    for number, document in enumerate(documents.values()):
        if document.media_type in {"text/html", "text/css"}:
            ending = document.media_type.removeprefix("text/")
            (tmp_path / f"{number}.{ending}").write_bytes(document.body)
    command = ["java", "-Xss2m", "-jar", str(jar), "--also-check-css", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.stderr.strip() == ""
    assert checked.returncode == 0
