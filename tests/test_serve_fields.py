"""What answers say of themselves, what is said where nothing is, health, and memory."""

import asyncio
import contextlib
import os
import resource
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aggregator.errors import StoreError
from aggregator.serve import make_app, serving_in_thread
from aggregator.serve.fields import Policy
from aggregator.serve.files import Files
from aggregator.serve.paths import resolve

CORPUS = Path(__file__).parent / "corpus" / "serve"
CACHED = {
    "short": "public, max-age=300, must-revalidate",
    "hour": "public, max-age=3600",
    "year": "public, max-age=31536000, immutable",
}
PAGE = "<!doctype html><title>%s</title>" + "words " * 200
HUBS = ("https://hub.example/", "https://other-hub.example/push?a=1&b=2")
FEEDS = {
    "en/atom.xml": '<feed xmlns="http://www.w3.org/2005/Atom"><link href="h" rel="hub"/></feed>',
    "en/rss20.xml": '<rss version="2.0"><channel><atom:link href="h" rel="hub"/></channel></rss>',
    "en/feed.json": '{"version": "https://jsonfeed.org/version/1.1", "hubs": []}',
}


def media_rows():
    lines = (CORPUS / "media.tsv").read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


def put(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())


@contextlib.contextmanager
def client_of(root, **options):
    with (
        serving_in_thread(make_app(root, **options)) as listening,
        httpx.Client(base_url=listening.origin, trust_env=False) as client,
    ):
        yield client


# --- what is there --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    root = tmp_path_factory.mktemp("kinds")
    for path, head, _, _ in media_rows():
        put(root, path, head.replace("\\n", "\n"))
    with client_of(root) as client:
        yield client


@pytest.mark.parametrize(("path", "head", "media_type", "cached"), media_rows())
def test_every_kind_of_file_has_its_media_type_and_its_caching(
    kinds, path, head, media_type, cached
):
    answer = kinds.get(f"/{path}")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == CACHED[cached]
    assert answer.headers["accept-ranges"] == "none"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert not {"server", "set-cookie", "x-powered-by"} & set(answer.headers)


def test_a_page_says_what_a_browser_may_do_with_it(kinds):
    fields = kinds.get("/").headers
    assert "'unsafe" not in fields["content-security-policy"]
    assert "base-uri 'none'" in fields["content-security-policy"]
    assert fields["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in fields["permissions-policy"]
    assert "access-control-allow-origin" not in fields


@pytest.mark.parametrize("path", ["/en/atom.xml", "/index.html", "/nothing.html", "/healthcheck"])
def test_head_answers_like_get_without_the_body(kinds, path):
    def about(answer):
        return answer.status_code, {k: v for k, v in answer.headers.items() if k != "date"}

    head = kinds.head(path)
    assert about(head) == about(kinds.get(path))
    assert head.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "LOCK"])
def test_other_methods_are_refused_with_what_is_allowed(kinds, method):
    for path in ("/en/atom.xml", "/nothing"):
        answer = kinds.request(method, path, content=b"x" * 100_000)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_names_the_methods(kinds):
    answer = kinds.options("/en/atom.xml")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_feeds_may_be_fetched_by_readers_that_run_in_a_browser(kinds):
    for path in ("en/atom.xml", "en/rss20.xml", "en/feed.json", "feeds.opml"):
        answer = kinds.get(f"/{path}")
        assert answer.headers["access-control-allow-origin"] == "*"


def test_a_feed_names_its_hubs_and_itself_and_shared_caches_ask_each_time(tmp_path):
    for path, text in FEEDS.items():
        put(tmp_path, path, text)
        put(
            tmp_path, f"en/archive/1/{path[3:]}", text.replace('rel="hub"', "").replace("hubs", "")
        )
    put(tmp_path, "index.html", PAGE % "home")
    with client_of(tmp_path, hubs=HUBS, site="https://center.example/") as client:
        for path in FEEDS:
            answer = client.get(f"/{path}")
            assert answer.headers["link"] == (
                f'<{HUBS[0]}>; rel="hub", <{HUBS[1]}>; rel="hub", '
                f'<https://center.example/{path}>; rel="self"'
            )
            assert "s-maxage=0" in answer.headers["cache-control"]
            archive = client.get(f"/en/archive/1/{path[3:]}")
            assert archive.status_code == 200
            assert "link" not in archive.headers
        assert "link" not in client.get("/").headers
    with client_of(tmp_path) as client:
        assert "link" not in client.get("/en/atom.xml").headers


# --- what is not there ----------------------------------------------------------------------


def test_what_is_missing_gets_the_page_of_its_language_else_that_of_the_root(tmp_path):
    put(tmp_path, "404.html", PAGE % "root")
    put(tmp_path, "ku/404.html", PAGE % "ku")
    put(tmp_path, "fr/index.html", PAGE % "fr")
    with client_of(tmp_path) as client:
        pages = {
            "/x": "root",
            "/ku/x": "ku",
            "/ku/a/x": "ku",
            "/fr/x": "root",
            "/%2e%2e/x": "root",
        }
        for path, page in pages.items():
            answer = client.get(path)
            assert (answer.status_code, answer.text) == (404, PAGE % page), path
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.headers["cache-control"] == "public, max-age=60"
            assert answer.headers["content-encoding"] == "br"
            assert not {"etag", "last-modified"} & set(answer.headers)
            assert client.get(path, headers={"if-none-match": "*"}).status_code == 404


def test_without_a_page_what_is_missing_gets_a_sentence(tmp_path):
    with client_of(tmp_path) as client:
        answer = client.get("/en/atom.xml")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "404 Not Found: nothing is published here.\n"


def test_what_the_list_names_is_gone_while_nothing_stands_there(tmp_path):
    put(tmp_path, "en/index.html", "page")
    put(tmp_path, "410.txt", "# withdrawn\n/en/a.html\n  en/b/  \r\n\nku/c/index.html\n/\n")
    with client_of(tmp_path) as client:

        def status(path):
            return client.get(path).status_code

        gone = [
            "/en/a.html",
            "/en/%61.html",
            "/en/b/",
            "/en/b",
            "/en/b/index.html",
            "/ku/c/",
            "/en/a.html/",
        ]
        assert [status(path) for path in gone] == [410] * len(gone)
        for path in ("/en/a", "/en/b/x", "/", "/# withdrawn", "/410.txt"):
            assert status(path) == 404, path
        assert client.get("/en/a.html").text.startswith("410 Gone")
        put(tmp_path, "410.html", PAGE % "gone")
        assert client.get("/en/a.html").text == PAGE % "gone"
        put(tmp_path, "en/a.html", "back")
        assert client.get("/en/a.html").text == "back"
        put(tmp_path, "410.txt", "en/d.html\n")
        assert (status("/en/b/"), status("/en/d.html")) == (404, 410)
        (tmp_path / "410.txt").unlink()
        assert status("/en/d.html") == 404


@pytest.mark.anyio
async def test_a_disk_that_refuses_is_our_trouble_and_passes(tmp_path):
    """Out of descriptors: what is in memory is served, the rest asks to try again."""
    put(tmp_path, "a.txt", "a")
    put(tmp_path, "b.txt", "b")
    transport = httpx.ASGITransport(make_app(tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://center.example") as client:
        assert (await client.get("/a.txt")).text == "a"
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        free = os.open("/dev/null", os.O_RDONLY)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, before[1]))
        try:
            kept, refused = await client.get("/a.txt"), await client.get("/b.txt")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert kept.text == "a"
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.headers["cache-control"] == "no-store"
        assert (await client.get("/b.txt")).text == "b"


# --- health, routes, answers told -----------------------------------------------------------


def _failing():
    raise StoreError("database /var/lib/secret.db is corrupt")


@pytest.mark.parametrize(
    ("health", "status", "said"),
    [
        (None, 200, {"status": "ok"}),
        (lambda: (True, {"sources": 35}), 200, {"status": "ok", "sources": 35}),
        (lambda: (False, {"late": 3}), 503, {"status": "failing", "late": 3}),
        (_failing, 503, {"status": "failing", "error": "StoreError"}),
    ],
    ids=["not asked", "well", "unwell", "cannot say"],
)
def test_health_is_told_and_never_cached(tmp_path, health, status, said):
    put(tmp_path, "healthcheck", "a file of that name is not reached")
    with client_of(tmp_path, health=health) as client:
        answer = client.get("/healthcheck")
        assert (answer.status_code, answer.json()) == (status, said)
        assert answer.headers["cache-control"] == "no-store"
        assert client.post("/healthcheck").status_code == 405


def test_routes_stand_before_the_tree_and_answers_are_told(tmp_path):
    put(tmp_path, "en/index.html", "page")
    put(tmp_path, "en/search", "a file")
    told = []

    async def search(request):
        return PlainTextResponse(f"searched {request.query_params['q']}")

    routes = [Route("/en/search", search)]
    with client_of(tmp_path, routes=routes, on_answer=lambda *one: told.append(one)) as client:
        assert client.get("/en/search?q=Kobani").text == "searched Kobani"
        tag = client.get("/en/").headers["etag"]
        client.get("/en/", headers={"if-none-match": tag})
        client.get("/nothing")
    assert told == [("/en/search", 200), ("/en/", 200), ("/en/", 304), ("/nothing", 404)]


# --- memory ---------------------------------------------------------------------------------


def test_a_large_file_is_sent_from_the_disk_and_has_its_tag(tmp_path):
    body = os.urandom(1000) * 9_000
    (tmp_path / "talk.mp3").write_bytes(body)
    with client_of(tmp_path, memory=100_000) as client:
        answer = client.get("/talk.mp3")
        assert answer.content == body
        again = client.get("/talk.mp3", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        assert client.head("/talk.mp3").headers["content-length"] == str(len(body))
        (tmp_path / "talk.mp3").write_bytes(body[::-1])
        assert client.get("/talk.mp3").content == body[::-1]


@pytest.mark.anyio
async def test_what_was_not_asked_for_longest_leaves_memory_first(tmp_path):
    for n in range(20):
        put(tmp_path, f"{n}.txt", f"{n} " * 5000)
    files = Files(tmp_path, Policy(), limit=100_000)
    for n in range(20):
        file = await files.find(b"/%d.txt" % n, resolve(b"/%d.txt" % n))
        assert await files.represent(file, (b"br",))
        assert await files.represent(file, (b"gzip",))
        assert files.known(b"/0.txt"), "asked for each time, so it stays"
        assert files.bytes_kept <= 100_000
    assert files.known(b"/19.txt")
    assert not files.known(b"/1.txt")
    for n in range(20):
        (tmp_path / f"{n}.txt").unlink()
        assert await files.find(b"/%d.txt" % n, resolve(b"/%d.txt" % n)) is None
    assert files.bytes_kept == 0


@pytest.mark.anyio
async def test_a_crowd_reads_and_compresses_a_new_document_once(tmp_path):
    put(tmp_path, "a.txt", "words " * 5000)
    files, place = Files(tmp_path, Policy()), resolve(b"/a.txt")
    found = await asyncio.gather(*(files.find(b"/a.txt", place) for _ in range(50)))
    assert len(set(map(id, found))) == 1
    coded = await asyncio.gather(*(files.represent(found[0], (b"br",)) for _ in range(50)))
    assert len(set(map(id, coded))) == 1
    waiting = [asyncio.create_task(files.represent(found[0], (b"gzip",))) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert (await waiting[1]).body[:2] == b"\x1f\x8b", "one that went away ends nothing for others"
