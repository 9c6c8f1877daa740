"""What is answered from the published tree, over real sockets: tests/corpus/serve/*.tsv and more."""

import contextlib
import gzip
import os
import socket
import time
from email.utils import formatdate
from pathlib import Path

import brotli
import httpx
import pytest

from aggregator.model import Document
from aggregator.serve import make_app, serving_in_thread
from aggregator.syndicate.publish import write

CORPUS = Path(__file__).parent / "corpus" / "serve"
GOLDEN = Path(__file__).parent / "golden"
CANARY = b"CANARY: this stands outside"
ATOM = b'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">%s</feed>' % (
    b"".join(b"<title>Ankara, Qamishlo, Hewler: %d</title>" % n for n in range(200))
)
MODIFIED = 1_750_000_000


def rows(name):
    lines = (CORPUS / name).read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


def put(root, path, body, *, modified=MODIFIED):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body if isinstance(body, bytes) else body.encode())
    os.utime(file, (modified, modified))


def make_tree(folder):
    """A published root with everything beside and in it that must not come out."""
    root = folder / "public"
    for path in ("index.html", "en/index.html", "ku/index.html", "Upper_Case-1.v2.txt"):
        put(root, path, f"<!doctype html><title>{path}</title>")
    put(root, "en/atom.xml", ATOM)
    for path in ("secret.txt", "outside/secret.txt", "outside/index.html"):
        put(folder, path, CANARY)
    for path in (".hidden.txt", ".git/config", ".well-known/secret.txt", "en/.atom.xml.new"):
        put(root, path, CANARY)
    put(
        root,
        "410.txt",
        b"# withdrawn " + CANARY + b"\n/en/withdrawn.html\nen/gone/\n\nku/gone.html\n",
    )
    (root / "empty").mkdir()
    (root / "link-file.txt").symlink_to(folder / "secret.txt")
    (root / "link-folder").symlink_to(folder / "outside")
    (root / "link-inside.xml").symlink_to(root / "en/atom.xml")
    (root / "link-loop").symlink_to(root / "link-loop")
    (root / "link-root").symlink_to(root)
    os.mkfifo(root / "fifo")
    with contextlib.chdir(root), socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket")
    return root


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = make_tree(tmp_path_factory.mktemp("served"))
    with serving_in_thread(make_app(root)) as listening:
        yield listening


@pytest.fixture
def root(tmp_path):
    return tmp_path / "public"


@contextlib.contextmanager
def client_of(root, **options):
    with (
        serving_in_thread(make_app(root, **options)) as listening,
        httpx.Client(
            base_url=listening.origin, trust_env=False, headers={"accept-encoding": "identity"}
        ) as client,
    ):
        yield client


def ask(listening, target, *fields, method="GET"):
    """Send a request as it is written here; return status, header fields and body."""
    raw = target.encode("latin-1").decode("unicode_escape").encode("latin-1")
    lines = [method.encode() + b" " + raw + b" HTTP/1.1", b"Host: center.example"]
    lines += [field.encode("latin-1") for field in fields]
    with socket.create_connection((listening.host, listening.port), timeout=10) as connection:
        connection.sendall(b"\r\n".join([*lines, b"Connection: close", b"", b""]))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *sent = head.decode("latin-1").split("\r\n")
    return (
        int(status.split()[1]),
        {k.lower(): v for k, v in (f.split(": ", 1) for f in sent)},
        body,
    )


# --- paths ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "why"), rows("refused.tsv"))
def test_nothing_but_what_is_published_comes_out(tree, target, why):
    # A backslash that is no escape of ours is doubled on its way through `ask`.
    written = target if "\\x" in target else target.replace("\\", "\\\\")
    status, fields, body = ask(tree, written)
    assert status in {400, 404}, why
    assert b"CANARY" not in body
    assert "location" not in fields
    assert "set-cookie" not in fields


@pytest.mark.parametrize(("target", "path", "why"), rows("reached.tsv"))
def test_every_spelling_of_an_address_reaches_its_file(tree, target, path, why):
    status, _, body = ask(tree, target)
    assert status == 200, why
    assert body == (
        ATOM if path == "en/atom.xml" else f"<!doctype html><title>{path}</title>".encode()
    )


def test_a_folder_without_its_slash_is_redirected_relatively(tree):
    status, fields, body = ask(tree, "/en?x=1")
    assert (status, fields["location"], body) == (301, "en/", b"")


def test_a_name_longer_than_file_systems_take_is_not_there(tree):
    for target in ("/" + "a" * 300, "/" + "a/" * 600, "/" + "a" * 20_000):
        assert ask(tree, target)[0] == 404


def test_a_root_that_is_made_later_and_one_that_is_a_link_are_served(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "public")
    with client_of(tmp_path / "link") as client:
        assert client.get("/en/atom.xml").status_code == 404
        put(tmp_path / "public", "en/atom.xml", ATOM)
        assert client.get("/en/atom.xml").content == ATOM


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path, root):
    put(root, "en/atom.xml", ATOM)
    put(tmp_path, "outside/atom.xml", CANARY)
    with client_of(root) as client:
        assert client.get("/en/atom.xml").status_code == 200
        (root / "en/atom.xml").unlink()
        (root / "en/atom.xml").symlink_to(tmp_path / "outside/atom.xml")
        assert client.get("/en/atom.xml").status_code == 404
        (root / "en").rename(root / "old")
        (root / "en").symlink_to(tmp_path / "outside")
        assert client.get("/en/atom.xml").status_code == 404


def test_a_site_in_a_folder_is_found_with_and_without_it(root):
    put(root, "en/atom.xml", ATOM)
    put(root, "en/index.html", "page")
    with client_of(root, site="https://center.example/news/") as client:
        assert client.get("/news/en/atom.xml").content == client.get("/en/atom.xml").content
        assert client.get("/news/en/").text == "page"
        assert client.get("/newsen/atom.xml").status_code == 404
        assert client.get("/news/../secret").status_code == 404


# --- codings and conditions -----------------------------------------------------------------


@pytest.mark.parametrize(("accept", "coding", "why"), rows("codings.tsv"))
def test_the_coding_is_the_one_the_client_likes_best(tree, accept, coding, why):
    fields = () if accept == "-" else (f"Accept-Encoding: {accept}",)
    status, sent, body = ask(tree, "/en/atom.xml", *fields)
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, "identity": bytes}[coding]
    assert (status, sent.get("content-encoding", "identity")) == (200, coding), why
    assert unpack(body) == ATOM
    assert sent["vary"] == "Accept-Encoding"
    assert int(sent["content-length"]) == len(body)


@pytest.mark.parametrize(("written", "status", "why"), rows("conditions.tsv"))
def test_conditions_are_evaluated_as_the_rfc_says(tree, written, status, why):
    plain = ask(tree, "/en/atom.xml")[1]
    packed = ask(tree, "/en/atom.xml", "Accept-Encoding: gzip")[1]
    asked = written.format(
        **{"etag": plain["etag"], "bare": plain["etag"].strip('"'), "gzip-etag": packed["etag"]},
        modified=plain["last-modified"],
        earlier=formatdate(MODIFIED - 1, usegmt=True),
        later=formatdate(MODIFIED + 1, usegmt=True),
        asctime=time.asctime(time.gmtime(MODIFIED)),
    )
    found, fields, body = ask(tree, "/en/atom.xml", *asked.split(" | "))
    assert found == int(status), why
    assert bool(body) == (found == 200)
    if found == 304:  # RFC 9110 section 15.4.5
        assert {"date", "etag", "cache-control", "vary"} <= fields.keys()
        assert not {"content-type", "content-length", "content-encoding"} & fields.keys()


def test_every_coding_has_a_tag_of_its_own_and_keeps_it_over_a_restart(root):
    put(root, "en/atom.xml", ATOM)
    tags = []
    for _ in range(2):
        with client_of(root) as client:
            answers = [
                client.get("/en/atom.xml", headers={"accept-encoding": coding})
                for coding in ("identity", "gzip", "br")
            ]
        tags.append([answer.headers["etag"] for answer in answers])
        assert [answer.content for answer in answers] == [ATOM] * 3
    assert tags[0] == tags[1]
    assert len(set(tags[0])) == 3
    assert not any(tag.startswith("W/") for tag in tags[0])


def test_a_neighbor_is_sent_where_it_unpacks_to_the_very_bytes(root):
    put(root, "en/atom.xml", ATOM)
    packed = {"gzip": gzip.compress(ATOM, 9, mtime=7), "br": brotli.compress(ATOM, quality=11)}
    put(root, "en/atom.xml.gz", packed["gzip"])
    put(root, "en/atom.xml.br", packed["br"])
    with client_of(root) as client:
        for coding, body in packed.items():
            with client.stream(
                "GET", "/en/atom.xml", headers={"accept-encoding": coding}
            ) as answer:
                assert b"".join(answer.iter_raw()) == body
                assert answer.headers["content-type"] == "application/atom+xml"


@pytest.mark.parametrize(
    "neighbor",
    {
        "of the version before": lambda pack: pack(ATOM.replace(b"Ankara", b"Amed")),
        "with something behind it": lambda pack: pack(ATOM) + b"tail",
        "cut short": lambda pack: pack(ATOM)[:-9],
        "that is none": lambda pack: b"not packed at all",
        "that is a bomb": lambda pack: pack(bytes(3_000_000)),
        "that is empty": lambda pack: b"",
    }.items(),
    ids=lambda case: case[0],
)
def test_a_neighbor_that_is_not_the_same_is_passed_over(root, neighbor):
    put(root, "en/atom.xml", ATOM)
    put(root, "en/atom.xml.gz", neighbor[1](gzip.compress))
    put(root, "en/atom.xml.br", neighbor[1](brotli.compress))
    with client_of(root) as client:
        for coding in ("gzip", "br"):
            answer = client.get("/en/atom.xml", headers={"accept-encoding": coding})
            assert (answer.headers["content-encoding"], answer.content) == (coding, ATOM)


def test_what_does_not_become_smaller_is_sent_plain(root):
    noise = os.urandom(4000)
    put(root, "a.txt", noise)
    put(root, "a.jpg", bytes(4000))
    put(root, "short.txt", b"a" * 100)
    with client_of(root) as client:
        for path in ("a.txt", "a.jpg", "short.txt"):
            answer = client.get(f"/{path}", headers={"accept-encoding": "br, gzip"})
            assert "content-encoding" not in answer.headers
            assert answer.content == (root / path).read_bytes()


# --- versions -------------------------------------------------------------------------------


def test_a_new_version_is_served_by_the_next_request(root):
    with client_of(root) as client:
        seen = []
        for text in (b"one", b"two"):
            write(root, Document(path="en/atom.xml", media_type="", body=ATOM + text))
            answer = client.get("/en/atom.xml", headers={"accept-encoding": "br"})
            assert answer.content == ATOM + text
            seen.append((answer.headers["etag"], answer.headers["last-modified"]))
        assert seen[0][0] != seen[1][0]
        assert seen[0][1] != seen[1][1]
        (root / "en/atom.xml").unlink()
        assert client.get("/en/atom.xml").status_code == 404


def test_a_file_that_was_touched_keeps_its_tag(root):
    put(root, "en/atom.xml", ATOM)
    with client_of(root) as client:
        wanted = {"accept-encoding": "gzip"}
        before = client.get("/en/atom.xml", headers=wanted).headers
        put(root, "en/atom.xml", ATOM, modified=MODIFIED + 60)
        after = client.get("/en/atom.xml", headers=wanted).headers
    assert after["etag"] == before["etag"]
    assert after["last-modified"] == formatdate(MODIFIED + 60, usegmt=True)


def test_a_reader_never_sees_half_a_document_while_versions_change(root):
    versions = [b"%d " % n * (2000 + 500 * n) for n in range(40)]
    (root / "en").mkdir(parents=True)

    def publish(body):
        (root / "en/.new").write_bytes(body)
        (root / "en/.new").rename(root / "en/atom.xml")

    publish(versions[0])
    with client_of(root) as client:
        tags = {}
        for body in versions:
            publish(body)
            for coding in ("identity", "br"):
                answer = client.get("/en/atom.xml", headers={"accept-encoding": coding})
                assert answer.content == body
                assert tags.setdefault(answer.headers["etag"], body) == body


def test_the_golden_documents_are_served_as_what_they_are(root):
    kinds = {
        ".atom.xml": "application/atom+xml",
        ".rss20.xml": "application/rss+xml",
        ".feed.json": "application/feed+json",
        ".opml": "text/x-opml; charset=utf-8",
    }
    documents = [
        (path, t) for path in GOLDEN.iterdir() for s, t in kinds.items() if path.name.endswith(s)
    ]
    assert documents
    for path, _ in documents:
        put(root, path.name, path.read_bytes())
    with client_of(root) as client:
        for path, media_type in documents:
            assert client.get(f"/{path.name}").headers["content-type"] == media_type, path.name
