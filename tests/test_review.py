"""The review page over HTTP: who gets in, what a form may do, what is decided."""

import asyncio
import re
import runpy
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.model import Ruling
from aggregator.serve.review import Password, ReviewError, hashed
from aggregator.store import Store

WORLD = runpy.run_path(str(Path(__file__).parent / "review_world.py"))
PASSWORD = WORLD["PASSWORD"]
ORIGIN = "http://127.0.0.1:8081"


@pytest.fixture
def desk(tmp_path):
    world = WORLD["WORLD"](None)
    with Store.open(str(tmp_path / "store.db"), now=world.now) as store:
        yield WORLD["Desk"](store)


class Browser:
    """A client with cookies, that says where its forms come from, as browsers do."""

    def __init__(self, desk, **headers):
        self._transport = httpx.ASGITransport(app=desk.app)
        self.cookies = httpx.Cookies()
        self.headers = {"sec-fetch-site": "same-origin", "origin": ORIGIN, **headers}

    def _ask(self, method, path, **more):
        async def ask():
            async with httpx.AsyncClient(
                transport=self._transport, base_url=ORIGIN, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, headers=self.headers, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path="/review/"):
        return self._ask("GET", path)

    def post(self, path, **form):
        return self._ask("POST", path, data=form)

    def login(self, password=PASSWORD, who="Berîvan"):
        return self.post("/review/login", password=password, who=who)

    def form(self, path):
        """What a browser would send of the page's form, by name."""
        page = self.get(path).text
        fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
        fields |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)<', page))
        return fields

    def decide(self, entry_id, action, **more):
        path = f"/review/entry/{entry_id}"
        return self.post(path, **{**self.form(path), "action": action, **more})


@pytest.fixture
def browser(desk):
    browser = Browser(desk)
    assert browser.login().status_code == 303
    return browser


# --- who gets in ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/review", "/review/", "/review/entry/1"])
def test_without_a_session_nothing_is_shown(desk, path):
    answer = Browser(desk).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] in {"/review/", "/review/login"}
    assert "Khabur" not in answer.text


def test_a_wrong_password_lets_nobody_in_and_says_so(desk):
    browser = Browser(desk)
    answer = browser.login(password="something else")
    assert answer.status_code == 403
    assert "The password is wrong." in answer.text
    assert not browser.cookies
    assert browser.get().status_code == 303


def test_a_name_is_wanted(desk):
    answer = Browser(desk).login(who=" \u200b ")
    assert answer.status_code == 422
    assert "Write your name" in answer.text


def test_many_wrong_passwords_close_the_door_for_a_while_for_the_right_one_too(desk):
    browser = Browser(desk)
    assert [browser.login(password="no").status_code for _ in range(10)] == [403] * 10
    assert browser.login().status_code == 429
    desk.later(minutes=10)
    assert browser.login().status_code == 303


def test_the_cookie_is_for_this_page_alone_and_no_script_reads_it(desk):
    cookie = Browser(desk).login().headers["set-cookie"]
    assert {"HttpOnly", "Path=/review", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    https = Browser(desk, **{"x-forwarded-proto": "https"}).login().headers["set-cookie"]
    assert "Secure" in https


def test_a_session_ends_after_an_hour_without_a_request_and_after_twelve_in_any_case(desk):
    browser = Browser(desk)
    browser.login()
    desk.later(minutes=59)
    assert browser.get().status_code == 200
    desk.later(minutes=61)
    assert browser.get().status_code == 303
    browser.login()
    for _ in range(13):
        desk.later(minutes=55)
        browser.get()
    desk.later(minutes=10)
    assert browser.get().status_code == 303


def test_what_is_sent_after_the_session_ended_changes_nothing_and_says_so(desk, browser):
    form = browser.form(f"/review/entry/{desk.ids['en']}")
    desk.later(hours=2)
    answer = browser.post(f"/review/entry/{desk.ids['en']}", **form, action="approve")
    assert answer.status_code == 403
    assert "nothing was changed" in answer.text
    assert desk.state("en").verdict.ruling is Ruling.HOLD


def test_who_logs_out_is_out(desk, browser):
    form = browser.form("/review/")
    assert browser.post("/review/logout", token="wrong").status_code == 403
    kept = httpx.Cookies(browser.cookies)
    assert browser.post("/review/logout", token=form["token"]).status_code == 303
    browser.cookies = kept
    assert browser.get().status_code == 303


# --- what a form may do ---------------------------------------------------------------------

FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": None, "origin": "https://evil.example"},
    {"sec-fetch-site": None, "origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_of_another_site_is_refused(desk, browser, headers):
    form = browser.form(f"/review/entry/{desk.ids['en']}")
    browser.headers = {k: v for k, v in (browser.headers | headers).items() if v is not None}
    answer = browser.post(f"/review/entry/{desk.ids['en']}", **form, action="approve")
    assert answer.status_code == 403
    assert browser.login().status_code == 403
    assert desk.state("en").verdict.ruling is Ruling.HOLD


@pytest.mark.parametrize("token", ["", "x" * 43, "ü"])
def test_a_form_without_the_sessions_token_is_refused(desk, browser, token):
    path = f"/review/entry/{desk.ids['en']}"
    answer = browser.post(path, **{**browser.form(path), "token": token, "action": "approve"})
    assert answer.status_code == 403
    assert desk.state("en").verdict.ruling is Ruling.HOLD


def test_another_sessions_token_is_no_ones(desk, browser):
    other = Browser(desk)
    other.login(who="Somebody else")
    path = f"/review/entry/{desk.ids['en']}"
    form = {**browser.form(path), "token": other.form(path)["token"]}
    assert browser.post(path, **form, action="approve").status_code == 403


def test_a_get_decides_nothing(desk, browser):
    form = browser.form(f"/review/entry/{desk.ids['en']}")
    query = httpx.QueryParams({**form, "action": "approve"})
    browser.get(f"/review/entry/{desk.ids['en']}?{query}")
    assert desk.state("en").verdict.ruling is Ruling.HOLD


@pytest.mark.parametrize(
    "more",
    [
        {
            "content": b"x" * 70_000,
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
        {"content": b"a=%ff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"&".join([b"a=1"] * 60)},
        {"json": {"action": "approve"}},
        {"files": {"action": b"approve"}},
    ],
)
def test_what_is_no_form_of_ours_is_refused(desk, browser, more):
    more = dict(more)
    browser.headers = browser.headers | more.pop("headers", {})
    answer = browser._ask("POST", f"/review/entry/{desk.ids['en']}", **more)
    assert answer.status_code == 403


def test_every_answer_is_kept_by_nobody_and_framed_by_nobody(desk, browser):
    for path in (
        "/review/",
        "/review/login",
        f"/review/entry/{desk.ids['ckb']}",
        "/review/entry/9",
    ):
        answer = browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


# --- what is decided ------------------------------------------------------------------------


def test_what_waits_is_listed_each_in_its_language_and_direction_with_the_reason(desk, browser):
    page = browser.get().text
    assert "5 articles wait" in page
    for code, title in WORLD["TITLES"].items():
        side = "rtl" if code in {"ckb", "ar"} else "ltr"
        lang = "" if code == "fr" else code
        assert f'<h2 lang="{lang}" dir="{side}"' in page
        assert title in page
    assert "language in doubt: 12 letters are too few" in page
    of_one = browser.get("/review/?source=beta").text
    assert "2 articles wait" in of_one
    assert "Khabur" not in of_one


def test_an_article_stands_beside_the_address_of_its_original(desk, browser):
    page = browser.get(f"/review/entry/{desk.ids['ckb']}").text
    assert '<article lang="ckb" dir="rtl">' in page
    assert f'href="{desk.entries["ckb"].link}"' in page
    assert "every article of this source waits for a person" in page


def test_approving_publishes_with_name_reason_and_time(desk, browser):
    answer = browser.decide(desk.ids["en"], "approve", why="good reporting")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/?done=approve")
    assert "Approved." in browser.get("/review/?done=approve").text
    dossier = desk.state("en")
    assert dossier.verdict.ruling is Ruling.PUBLISH
    (ruling,) = dossier.rulings
    assert (ruling.who, ruling.why, ruling.at) == ("Berîvan", "good reporting", desk.world.now)
    assert "4 articles wait" in browser.get().text


def test_rejecting_lets_it_never_appear(desk, browser):
    browser.decide(desk.ids["ar"], "reject")
    assert desk.state("ar").verdict.ruling is Ruling.DROP
    assert "4 articles wait" in browser.get().text


def test_a_language_in_doubt_must_be_said_before_it_is_published(desk, browser):
    answer = browser.decide(desk.ids["fr"], "approve")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert desk.state("fr").verdict.ruling is Ruling.HOLD
    assert browser.decide(desk.ids["fr"], "approve", language="fr").status_code == 303
    assert desk.state("fr").language == "fr"
    assert browser.decide(desk.ids["kmr"], "approve", language="xx").status_code == 403


def test_edits_are_kept_and_what_was_not_touched_stays_the_publishers(desk, browser):
    title = "Li Amedê festîvala çîrokan dest pê kir: 40 çîrokbêj"
    answer = browser.decide(desk.ids["kmr"], "save", title=title, categories="Çand، Huner, Çand")
    assert answer.headers["location"] == f"/review/entry/{desk.ids['kmr']}?done=save"
    dossier = desk.state("kmr")
    assert dossier.entry.title == title
    assert dossier.entry.categories == ("Çand", "Huner")
    assert dossier.edits.standfirst is None
    assert dossier.verdict.ruling is Ruling.HOLD
    assert title in browser.get(f"/review/entry/{desk.ids['kmr']}").text


def test_who_decides_on_what_changed_meanwhile_is_asked_again(desk, browser):
    path = f"/review/entry/{desk.ids['en']}"
    form = browser.form(path)
    desk.world.correct(desk.entries["en"], title="Farmers leave the Khabur", digest="1:other")
    answer = browser.post(path, **form, action="approve")
    assert answer.status_code == 409
    assert "It changed while you were reading" in answer.text
    assert "Farmers leave the Khabur" in answer.text


def test_what_a_publisher_writes_is_text_and_loads_nothing(desk, browser):
    entry = desk.world.entry(
        "alpha", "hostile", title='"><script>x</script>', body=WORLD["HOSTILE"], language="en"
    )
    desk.world.bring("alpha", desk.world.change(entry, verdict=WORLD["HELD"]))
    held = desk.store.queue()[0]
    for path in ("/review/", f"/review/entry/{held.entry_id}"):
        page = browser.get(path).text
        assert "<script>x" not in page
        assert "pixel.example" not in page


def test_what_appears_by_itself_later_is_listed_apart_with_its_time_and_can_be_rejected(
    desk, browser
):
    entry = desk.world.entry("alpha", "later", title="Trains to the coast again", language="en")
    at = desk.world.now + timedelta(hours=2)
    desk.world.bring("alpha", desk.world.change(entry, publish_at=at))
    page = browser.get().text
    assert "5 articles wait" in page
    assert "appears 01.03.2026 14:00 UTC" in page
    (one,) = desk.store.delayed(desk.world.now)
    browser.decide(one.entry_id, "reject")
    assert "Trains to the coast again" not in browser.get().text


# --- the password ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "has no AGGREGATOR_REVIEW_PASSWORD"),
        ({"AGGREGATOR_REVIEW_PASSWORD": "short"}, "has 5 characters"),
        ({"AGGREGATOR_REVIEW_PASSWORD": "$argon2id$v=19$m"}, "is none; put it in single quotes"),
    ],
)
def test_a_password_that_cannot_be_used_is_told(environment, told):
    with pytest.raises(ReviewError, match=re.escape(told)):
        Password.from_environment(environment)


def test_the_environment_holds_the_password_or_its_hash():
    for value in (PASSWORD, hashed(PASSWORD)):
        password = Password.from_environment({"AGGREGATOR_REVIEW_PASSWORD": value})
        assert password.is_right(PASSWORD)
        assert not password.is_right(value + " ")
