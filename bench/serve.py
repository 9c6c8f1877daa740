"""How fast a feed is served: `aggregator serve` and nginx, the same files, in the same run.

    python bench/serve.py [--rounds 5] [--seconds 4] [--connections 32] [--json FILE]

Needs wrk; nginx is compared where it is installed (Debian: `apt-get install wrk nginx-light`).
Everything on loopback. See bench/README.md for what is measured and what is not.
"""

import argparse
import contextlib
import gzip
import http.client
import json
import os
import platform
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path

FEED = "en/atom.xml"
ENTRIES = 60
HOST = "127.0.0.1"
KINDS = ("200 plain", "200 gzip", "304")

_ROW = "{:28}{:10} {:>11} {:>18} {:>7} {:>5} {:>10}"

OURS = """\
import sys
from pathlib import Path
from aggregator.logs import configure_logs
from aggregator.serve import make_app, run
configure_logs("warning")
run(make_app(Path(sys.argv[1])), port=int(sys.argv[2]))
"""

NGINX = """\
worker_processes {workers};
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=1000;
    open_file_cache_valid 1s;
    gzip_static on;
    gzip_vary on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ application/atom+xml xml; }}
    server {{
        listen {host}:{port};
        root {root};
        add_header Cache-Control "public, max-age=300, must-revalidate";
        add_header X-Content-Type-Options nosniff;
        add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'";
        add_header Access-Control-Allow-Origin "*";
    }}
}}
"""


@dataclass
class Server:
    """A running server; `etags` by request kind."""

    name: str
    port: int
    pid: int
    etags: dict[str, str] = field(default_factory=dict)


@dataclass
class Measured:
    """One run of wrk."""

    server: str
    kind: str
    per_second: float
    p99_ms: float
    server_cpu: float  # seconds of CPU a second
    per_cpu_second: float


# --- the tree -------------------------------------------------------------------------------


def make_feed(entries: int = ENTRIES) -> bytes:
    """An Atom feed like those that are published: excerpts, some 100 kB. The same each time."""
    chance = random.Random(2026)
    words = "Qamishlo Hewler Amed water talks council border court price school said new".split()

    def text(length: int) -> str:
        return " ".join(chance.choice(words) + str(chance.randrange(90)) for _ in range(length))

    items = "".join(
        f"<entry><id>tag:press.example,2026:{n}</id><title>{text(9)}</title>"
        f"<updated>2026-11-24T08:{n:02}:00Z</updated>"
        f'<link rel="alternate" href="https://press.example/a/{n}"/>'
        f'<content type="html">&lt;p&gt;{text(180)}&lt;/p&gt;</content></entry>\n'
        for n in range(entries)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>https://center.example/en/atom.xml</id><title>Bench</title>{items}</feed>\n"
    ).encode()


def make_tree(root: Path) -> bytes:
    body = make_feed()
    (root / FEED).parent.mkdir(parents=True)
    (root / FEED).write_bytes(body)
    (root / f"{FEED}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    for path in (root.parent, root, root / "en"):
        path.chmod(0o755)
    return body


# --- the servers ----------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(name: str, command: list[str], port: int) -> Iterator[Server]:
    with subprocess.Popen(command) as process:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
                    break
                time.sleep(0.1)
            else:
                sys.exit(f"{name} does not answer")
            yield Server(name, port, process.pid)
        finally:
            process.terminate()
            process.wait(10)


def ours(root: Path) -> AbstractContextManager[Server]:
    port = free_port()
    return started(
        "aggregator serve, 1 process", [sys.executable, "-c", OURS, str(root), str(port)], port
    )


def nginx(root: Path, workers: int) -> AbstractContextManager[Server]:
    port = free_port()
    folder = root.parent / f"nginx-{workers}"
    folder.mkdir()
    config = folder / "nginx.conf"
    user = "user nobody nogroup;" if os.geteuid() == 0 else ""
    config.write_text(
        NGINX.format(workers=workers, folder=folder, root=root, host=HOST, port=port, user=user)
    )
    command = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(config)]
    return started(f"nginx, {workers} worker{'s'[: workers - 1]}", command, port)


def check(server: Server, body: bytes) -> None:
    """See that each kind of request gets the answer it is named after."""
    for kind, coding in (("200 plain", "identity"), ("200 gzip", "gzip")):
        status, fields, sent = ask(server, {"Accept-Encoding": coding})
        unpacked = gzip.decompress(sent) if coding == "gzip" else sent
        assert (status, unpacked) == (200, body), (server.name, kind)
        assert (fields.get("content-encoding") == "gzip") == (coding == "gzip")
        assert fields["content-type"] == "application/atom+xml"
        server.etags[kind] = fields["etag"]
    tag = server.etags["200 plain"]
    assert ask(server, {"If-None-Match": tag})[0] == 304, server.name
    assert ask(server, {"If-None-Match": '"another"'})[0] == 200, server.name


def ask(server: Server, fields: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=5)
    connection.request("GET", f"/{FEED}", headers=fields)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body


# --- measuring ------------------------------------------------------------------------------


def fields_of(server: Server, kind: str) -> list[str]:
    return {
        "200 plain": [],
        "200 gzip": ["Accept-Encoding: gzip"],
        "304": [f"If-None-Match: {server.etags['200 plain']}"],
    }[kind]


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and of its children that live."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == pid or int(words[1]) == pid:
                ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(server: Server, kind: str, seconds: int, connections: int) -> Measured:
    fields = [word for one in fields_of(server, kind) for word in ("-H", one)]
    before, began = cpu_seconds(server.pid), time.monotonic()
    said = subprocess.run(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
            *fields,
            f"http://{HOST}:{server.port}/{FEED}",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    cpu = (cpu_seconds(server.pid) - before) / (time.monotonic() - began)
    assert "Non-2xx or 3xx" not in said, said
    assert "Socket errors" not in said, said
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return Measured(server.name, kind, rate, p99, round(cpu, 3), round(rate / cpu) if cpu else 0)


def table(measured: list[Measured]) -> str:
    lines = [_ROW.format("", "", "requests/s", "(least - most)", "p99 ms", "CPU", "per CPU s")]
    for kind in KINDS:
        for server in dict.fromkeys(one.server for one in measured):
            some = [one for one in measured if (one.kind, one.server) == (kind, server)]
            rates = [one.per_second for one in some]
            lines.append(
                _ROW.format(
                    server,
                    kind,
                    f"{statistics.median(rates):,.0f}",
                    f"({min(rates):,.0f} - {max(rates):,.0f})",
                    f"{statistics.median(one.p99_ms for one in some):.1f}",
                    f"{statistics.median(one.server_cpu for one in some):.2f}",
                    f"{statistics.median(one.per_cpu_second for one in some):,.0f}",
                )
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is needed (Debian: apt-get install wrk)")
    measured: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="bench-serve-") as name, contextlib.ExitStack() as up:
        root = Path(name) / "public"
        body = make_tree(root)
        servers = [up.enter_context(ours(root))]
        if shutil.which("nginx"):
            servers += [up.enter_context(nginx(root, workers)) for workers in (1, 2)]
        for server in servers:
            check(server, body)
        packed = (root / f"{FEED}.gz").stat().st_size
        print(
            f"{FEED}: {len(body):,} bytes, gzip {packed:,}; {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}; "
            f"wrk -t1 -c{options.connections} -d{options.seconds}s, {options.rounds} rounds"
        )
        for number in range(options.rounds):
            turn = number % len(servers)
            measured += [
                measure(server, kind, options.seconds, options.connections)
                for kind in KINDS
                for server in servers[turn:] + servers[:turn]
            ]
    print(table(measured))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n")


if __name__ == "__main__":
    main()
