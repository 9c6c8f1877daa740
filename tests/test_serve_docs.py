"""The nginx configuration in docs/serving.md does what it says."""

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

DOCS = Path(__file__).parent.parent / "docs" / "serving.md"
WANTED = {
    "/": (200, "text/html; charset=utf-8"),
    "/en/": (200, "text/html; charset=utf-8"),
    "/en": (301, None),
    "/en/atom.xml": (200, "application/atom+xml"),
    "/en/rss20.xml": (200, "application/rss+xml"),
    "/en/feed.json": (200, "application/feed+json"),
    "/feeds.opml": (200, "text/x-opml; charset=utf-8"),
    "/sitemap.xml": (200, "application/xml"),
    "/robots.txt": (200, "text/plain; charset=utf-8"),
    "/static/style.3f9a1b2c4d5e.css": (200, "text/css; charset=utf-8"),
    "/nothing": (404, "text/html; charset=utf-8"),
    "/.hidden.txt": (404, "text/html; charset=utf-8"),
    "/410.txt": (404, "text/html; charset=utf-8"),
    "/empty/": (403, None),
    "/link.txt": (403, None),
}


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.trial
def test_nginx_shows_the_folder_as_the_page_for_operators_says(tmp_path):
    root = tmp_path / "public"
    (root / "en").mkdir(parents=True)
    (root / "static").mkdir()
    (root / "empty").mkdir()
    for path in (*WANTED, "/index.html", "/en/index.html", "/404.html"):
        if not path.endswith("/") and path not in {"/en", "/nothing", "/link.txt"}:
            (root / path[1:]).write_text("<title>words</title>" * 200)
    (tmp_path / "secret.txt").write_text("CANARY")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    block = re.search(r"with this block\. -->\n```nginx\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]
    block = block.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    block = block.replace("/opt/aggregator/store/public", str(root))
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; events {{}} http {{ access_log off; {paths} {block} }}"
    )
    command = ["nginx", "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    with (
        subprocess.Popen(command) as nginx,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        try:
            _wait_for(port)
            for path, (status, media_type) in WANTED.items():
                answer = client.get(path)
                assert answer.status_code == status, path
                assert media_type in {None, answer.headers["content-type"]}, path
                assert "CANARY" not in answer.text
                if status == 200:
                    caching = answer.headers["cache-control"]
                    assert caching.endswith("immutable" if "static" in path else "must-revalidate")
                    assert answer.headers["x-content-type-options"] == "nosniff"
            feed = client.get("/en/atom.xml")
            assert feed.headers["content-encoding"] == "gzip"
            fields = {"if-none-match": feed.headers["etag"]}
            assert client.get("/en/atom.xml", headers=fields).status_code == 304
        finally:
            nginx.terminate()


def _wait_for(port):
    for _ in range(50):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("nginx does not answer")
