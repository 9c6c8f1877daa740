"""A WebSub hub that others wrote, and that the W3C lists among its implementations.

A trial: Flask-WebSub (PyPI) is used where it is installed, beside the project or, as the variable
AGGREGATOR_HUB_PYTHON says, in another environment, and said to be missing where it is not.
"""

import asyncio
import contextlib
import os
import runpy
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
PYTHON = os.environ.get("AGGREGATOR_HUB_PYTHON", sys.executable)
INSTALLED = not subprocess.run(
    [
        PYTHON,
        "-c",
        "import importlib.util as u; u.find_spec('flask_websub').name; u.find_spec('celery').name",
    ],
    capture_output=True,
    check=False,
).returncode
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.trial,
    pytest.mark.skipif(
        not INSTALLED, reason="Flask-WebSub[celery] is not installed: this trial was not run"
    ),
]
WORLD = runpy.run_path(str(HERE / "push_world.py"))
Subscriber = runpy.run_path(str(HERE / "hub.py"))["Subscriber"]


async def until(condition):
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("this did not happen within twenty seconds")


class FlaskHub:
    def __init__(self, folder):
        self.database = folder / "hub.db"
        self.log = folder / "hub.log"
        self.port = WORLD["unused_port"]()
        self.url = f"http://127.0.0.1:{self.port}/hub"

    @contextlib.asynccontextmanager
    async def running(self):
        command = [PYTHON, str(HERE / "flask_hub.py"), str(self.port), str(self.database)]
        with self.log.open("w") as log:
            process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
            try:
                await until(self.answers)
                yield self
            finally:
                process.kill()
                await process.wait()

    def answers(self):
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(self.url, trust_env=False).status_code == 405
        return False

    def subscribed(self):
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            return database.execute("select topic_url from hub").fetchall()


@pytest.mark.parametrize("name", ["atom.xml", "rss20.xml", "feed.json"])
async def test_it_brings_a_subscriber_the_new_bytes_of_the_feed(tmp_path, laid_out, name):
    center = WORLD["Center"](tmp_path, laid_out)
    async with FlaskHub(tmp_path).running() as hub, Subscriber().running() as subscriber:
        center.hubs = (hub.url,)
        async with center.served(), center.process() as pusher:
            center.publish("ku", without=1)
            address = await subscriber.subscribe(center.address(f"ku/{name}"))
            await until(hub.subscribed)
            assert hub.subscribed() == [(address,)]

            pusher.announce(center.publish("ku"))
            assert await pusher.push() == 3
            assert center.waiting() == []
            await until(lambda: subscriber.deliveries)
            (delivery,) = subscriber.deliveries
            assert delivery.body == (center.root / f"ku/{name}").read_bytes()
            assert sorted(delivery.links) == sorted([(hub.url, "hub"), (address, "self")])
            assert subscriber.discarded == 0  # its signature was right
