"""The review page as editors meet it: in Chromium, on a phone and a desk, without JavaScript."""

import runpy
from pathlib import Path

import pytest

from aggregator.model import Ruling
from aggregator.serve import serving_in_thread
from aggregator.store import Store

HERE = Path(__file__).parent
WORLD = runpy.run_path(str(HERE / "review_world.py"))
SITE = runpy.run_path(str(HERE / "test_site_browser.py"))
CHROMIUM, SCREENSHOTS, npm = SITE["CHROMIUM"], SITE["SCREENSHOTS"], SITE["npm"]
PASSWORD = WORLD["PASSWORD"]
WIDTHS = {"phone": 390, "desk": 1280}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chromium():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.is_file():
        pytest.skip(f"there is no Chromium at {CHROMIUM}; CHROMIUM names another")
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def desk(tmp_path):
    world = WORLD["WORLD"](None)
    with Store.open(str(tmp_path / "store.db"), now=world.now) as store:
        desk = WORLD["Desk"](store)
        with serving_in_thread(desk.app) as listening:
            desk.origin = listening.origin
            yield desk


@pytest.fixture(params=WIDTHS)
def page(request, chromium, desk):
    """A window without JavaScript; what it asks of anybody else is told."""
    context = chromium.new_context(
        java_script_enabled=False,
        viewport={"width": WIDTHS[request.param], "height": 844},
        base_url=desk.origin,
    )
    page = context.new_page()
    page.strange, page.said = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on(
        "request",
        lambda asked: asked.url.startswith(desk.origin + "/") or page.strange.append(asked.url),
    )
    page.size = request.param
    yield page
    assert not page.strange
    context.close()


def log_in(page, password=PASSWORD, who="Berîvan"):
    page.goto("/")
    page.get_by_label("Your name").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def open_entry(page, code):
    page.get_by_role("link", name=WORLD["TITLES"][code]).click()


def picture(page, name):
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/review-{name}-{page.size}.png", full_page=True)


def test_a_wrong_password_is_told_and_the_right_one_shows_what_waits(page):
    log_in(page, password="something else")
    assert page.get_by_role("alert").inner_text() == "The password is wrong."
    picture(page, "login")
    assert page.get_by_label("Your name").input_value() == "Berîvan"
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="5 articles wait").wait_for()
    assert page.get_by_role("listitem").count() == 5
    picture(page, "queue")


def test_approving_goes_back_to_what_still_waits(page, desk):
    log_in(page)
    open_entry(page, "ckb")
    picture(page, "entry-ckb")
    assert page.locator("article").evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.locator("a.original").get_attribute("href") == desk.entries["ckb"].link
    page.get_by_label("Why").fill("باشە")
    page.get_by_role("button", name="Approve").click()
    assert "Approved." in page.get_by_role("status").inner_text()
    assert page.get_by_role("listitem").count() == 4
    (ruling,) = desk.state("ckb").rulings
    assert (ruling.ruling, ruling.who, ruling.why) == (Ruling.PUBLISH, "Berîvan", "باشە")


def test_rejecting(page, desk):
    log_in(page)
    open_entry(page, "ar")
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("status").wait_for()
    assert page.get_by_role("listitem").count() == 4
    assert desk.state("ar").verdict.ruling is Ruling.DROP


def test_editing_and_choosing_a_language(page, desk):
    log_in(page)
    open_entry(page, "fr")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("alert").wait_for()
    picture(page, "entry-fr-problem")
    page.get_by_label("Language").select_option(label="français")
    page.get_by_label("Title").fill("Qamichli rouvre ses écoles")
    page.get_by_role("button", name="Save").click()
    assert "Saved." in page.get_by_role("status").inner_text()
    assert page.locator("article h1").inner_text() == "Qamichli rouvre ses écoles"
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("listitem").first.wait_for()
    dossier = desk.state("fr")
    assert dossier.verdict.ruling is Ruling.PUBLISH
    assert (dossier.language, dossier.entry.title) == ("fr", "Qamichli rouvre ses écoles")


def test_a_session_that_ended_asks_for_the_password_and_changes_nothing(page, desk):
    log_in(page)
    open_entry(page, "en")
    desk.later(hours=2)
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("nothing was changed").wait_for()
    page.goto("/review/")
    assert page.get_by_role("button", name="Log in").is_visible()
    assert desk.state("en").verdict.ruling is Ruling.HOLD


def test_a_form_of_another_site_is_refused(page, desk, chromium):
    """A page elsewhere sends a form here, with the cookie's owner at the browser."""
    log_in(page)
    body = f"""<form method="post" action="{desk.origin}/review/entry/{desk.ids["en"]}">
        <input name="action" value="approve"><input name="token" value="guess">
        <button>Win a prize</button></form>"""
    page.route(
        "http://evil.example/", lambda route: route.fulfill(body=body, content_type="text/html")
    )
    page.goto("http://evil.example/")
    page.strange.clear()
    page.get_by_role("button", name="Win a prize").click()
    page.get_by_text("nothing was changed").wait_for()
    assert page.locator("h1").inner_text() in {"Refused", "Logged out"}
    assert desk.state("en").verdict.ruling is Ruling.HOLD


def test_nothing_goes_over_the_edge_and_what_is_tapped_is_large_enough(page, chromium, desk):
    context = page.context
    log_in(page)
    cookies = context.cookies()
    with_script = chromium.new_context(
        viewport={"width": WIDTHS[page.size], "height": 844}, base_url=desk.origin
    )
    with_script.add_cookies(cookies)
    window = with_script.new_page()
    for path in ("/review/", f"/review/entry/{desk.ids['ckb']}"):
        window.goto(path)
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert window.evaluate(over) == 0, path
        sizes = window.evaluate(
            "[...document.querySelectorAll('button, input:not([type=hidden]), select')]"
            ".map(one => one.getBoundingClientRect().height)"
        )
        assert min(sizes) >= 44, path
    with_script.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say(chromium, desk, scheme):
    axe = npm("axe-core/axe.min.js").read_text(encoding="utf-8")
    context = chromium.new_context(
        base_url=desk.origin, color_scheme=scheme, bypass_csp=True, viewport=None
    )
    page = context.new_page()
    page.goto("/review/login")
    pages = ["/review/login", "/review/", f"/review/entry/{desk.ids['ckb']}", "/review/entry/99"]
    for path in pages:
        page.goto(path)
        page.evaluate(axe)
        found = page.evaluate("axe.run()")["violations"]
        assert not found, (path, [(one["id"], one["nodes"][0]["html"]) for one in found])
        if path.endswith("login"):
            log_in(page)
    context.close()
