"""A WebSub hub and a subscriber on loopback, by the book: https://www.w3.org/TR/websub/.

Section numbers are the recommendation's. Both are ASGI applications in the running loop; the hub
takes what section 6 leaves open the way Google's hub does: `hub.mode=publish`, `hub.url`.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from lxml import etree
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator.serve import serving

LEASE = 864_000  # section 8.2: ten days are a good default
SHORTEST, LONGEST = 60, 2_592_000
RETRIES = (0.02, 0.05, 0.1)  # seconds between deliveries that fail
ATOM = "{http://www.w3.org/2005/Atom}"
_LINK = re.compile(r'<([^>]*)>\s*;\s*rel="?([a-z]+)"?')


def header_links(response):
    """Section 4: the Link fields, as (relation, address)."""
    fields = response.headers.get_list("link")
    return [(rel, where) for one in fields for where, rel in _LINK.findall(one)]


def embedded_links(body):
    """Section 4: what the document says, Atom, RSS or (by its own words) JSON Feed."""
    if body.lstrip().startswith(b"{"):
        feed = json.loads(body)
        hubs = [("hub", hub["url"]) for hub in feed.get("hubs", ()) if hub["type"] == "WebSub"]
        return [*hubs, ("self", feed["feed_url"])]
    root = etree.fromstring(body)
    head = root.find("channel") if root.tag == "rss" else root
    return [(link.get("rel"), link.get("href")) for link in head.findall(f"{ATOM}link")]


def discovered(links):
    """The hubs and the one self."""
    hubs = [where for rel, where in links if rel == "hub"]
    (own,) = [where for rel, where in links if rel == "self"]
    return hubs, own


@dataclass
class Subscription:
    secret: str | None
    ends: float


@dataclass
class Trouble:
    """What a hub does with one request of a publisher instead of taking it."""

    status: int = 202
    fields: dict = field(default_factory=dict)
    after: float = 0.0  # seconds


class Hub:
    def __init__(self, *, clock=time.time):
        self.clock = clock
        self.subscriptions = {}  # (topic, callback) -> Subscription
        self.pings = []  # what publishers sent: the pairs of each form, in order
        self.pinged = asyncio.Event()
        self.troubles = []  # for the requests of publishers that come next
        self.wants = {}  # topic -> the status with which it is refused
        self.url = ""
        self._delivered = {}  # topic -> digest of what subscribers have
        self._work = set()
        self._client = None
        self.app = Starlette(routes=[Route("/", self._endpoint, methods=["POST"])])

    @contextlib.asynccontextmanager
    async def running(self, port=0):
        client = httpx.AsyncClient(trust_env=False, timeout=5)
        async with client as self._client, serving(self.app, port=port) as listening:
            self.url = f"{listening.origin}/"
            try:
                yield self
            finally:
                await self.settled()

    async def settled(self):
        """Wait until everything that was taken is delivered or given up."""
        while self._work:
            await asyncio.gather(*self._work)

    async def _endpoint(self, request):
        if request.headers.get("content-type") != "application/x-www-form-urlencoded":
            return PlainTextResponse("wanted a form", 415)
        pairs = parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True)
        form = dict(pairs)
        if form.get("hub.mode") == "publish":
            return await self._publish(pairs)
        if form.get("hub.mode") in {"subscribe", "unsubscribe"}:
            return self._subscribe(form)
        return PlainTextResponse("hub.mode: subscribe, unsubscribe or publish", 400)

    def _start(self, work):
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    # --- section 5: subscribing ---------------------------------------------------------------

    def _subscribe(self, form):
        addresses = [form.get("hub.callback", ""), form.get("hub.topic", "")]
        if not all(urlsplit(one).scheme in {"http", "https"} for one in addresses):
            return PlainTextResponse("hub.callback and hub.topic: two addresses", 400)
        if len(form.get("hub.secret", "").encode()) >= 200:
            return PlainTextResponse("hub.secret: less than 200 bytes", 400)
        lease = form.get("hub.lease_seconds", str(LEASE))
        if not lease.isdigit():
            return PlainTextResponse("hub.lease_seconds: a positive integer", 400)
        lease = min(max(int(lease), SHORTEST), LONGEST)
        # Section 5.1.2: the answer does not depend on the verification.
        self._start(self._verify(form, lease))
        return Response(status_code=202)

    async def _verify(self, form, lease):
        """Section 5.3: only who echoes the challenge asked for this."""
        mode, topic, callback = (form[f"hub.{name}"] for name in ("mode", "topic", "callback"))
        challenge = secrets.token_urlsafe(16)
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        if mode == "subscribe":
            query["hub.lease_seconds"] = lease
        joint = "&" if urlsplit(callback).query else "?"
        began = self.clock()
        answer = await self._client.get(callback + joint + urlencode(query))
        if not (answer.is_success and answer.text == challenge):
            return
        if mode == "subscribe":
            subscription = Subscription(form.get("hub.secret"), began + lease)
            self.subscriptions[topic, callback] = subscription
        else:
            self.subscriptions.pop((topic, callback), None)

    # --- sections 6 and 7: publishing, distribution -------------------------------------------

    async def _publish(self, pairs):
        self.pings.append(pairs)
        self.pinged.set()
        topics = [value for name, value in pairs if name == "hub.url"]
        if self.troubles:
            trouble = self.troubles.pop(0)
            await asyncio.sleep(trouble.after)
            if trouble.status >= 300:
                return Response(status_code=trouble.status, headers=trouble.fields)
        if not topics:
            return PlainTextResponse("hub.url: at least one topic", 400)
        if refused := [self.wants[topic] for topic in topics if topic in self.wants]:
            return Response(status_code=refused[0])
        for topic in topics:
            self._start(self._distribute(topic))
        return Response(status_code=204)

    async def _distribute(self, topic):
        try:
            fresh = await self._client.get(topic, headers={"Cache-Control": "no-cache"})
        except httpx.TransportError:
            return
        if not fresh.is_success:
            return
        hubs, own = discovered(header_links(fresh) or embedded_links(fresh.content))
        digest = hashlib.sha256(fresh.content).digest()
        if self._delivered.get(own) == digest:
            return
        self._delivered[own] = digest
        links = [*(f'<{hub}>; rel="hub"' for hub in hubs), f'<{own}>; rel="self"']
        fields = {"Content-Type": fresh.headers["content-type"], "Link": ", ".join(links)}
        for (subscribed, callback), one in tuple(self.subscriptions.items()):
            if subscribed != own:
                continue
            if one.ends <= self.clock():  # section 5.3.1: leases end
                del self.subscriptions[subscribed, callback]
                continue
            if one.secret is not None:  # section 7.1
                mark = hmac.new(one.secret.encode(), fresh.content, "sha256").hexdigest()
                fields["X-Hub-Signature"] = f"sha256={mark}"
            self._start(self._deliver(own, callback, dict(fields), fresh.content))
            fields.pop("X-Hub-Signature", None)

    async def _deliver(self, topic, callback, fields, body):
        for pause in (*RETRIES, None):
            answer = await self._client.post(callback, headers=fields, content=body)
            if answer.is_success:
                return
            if answer.status_code == 410:
                self.subscriptions.pop((topic, callback), None)
                return
            if pause is not None:
                await asyncio.sleep(pause)


@dataclass
class Delivery:
    topic: str
    content_type: str
    links: list
    body: bytes


class Subscriber:
    """Section 5.1, 5.3 and 7.1.2: subscribes to what it discovers, keeps what is authentic."""

    def __init__(self):
        self.deliveries = []
        self.discarded = 0  # whose signature was missing or wrong
        self.answers = []  # statuses for the next deliveries, instead of 204
        self.origin = ""
        self._wanted = {}  # path of the callback -> (mode, topic, secret)
        path = "/{key}"
        self.app = Starlette(routes=[Route(path, self._callback, methods=["GET", "POST"])])

    @contextlib.asynccontextmanager
    async def running(self):
        client = httpx.AsyncClient(trust_env=False, timeout=5)
        async with client as self._client, serving(self.app, port=0) as listening:
            self.origin = listening.origin
            yield self

    async def get(self, address):
        return await self._client.get(address)

    async def subscribe(self, address, **options):
        """Discover the hubs of a feed and its own address, and subscribe at the first hub."""
        feed = await self.get(address)
        hubs, own = discovered(header_links(feed) or embedded_links(feed.content))
        key, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        self._wanted[key] = ("subscribe", own, secret)
        form = {
            "hub.mode": "subscribe",
            "hub.topic": own,
            "hub.callback": f"{self.origin}/{key}?kept=1",
            "hub.secret": secret,
            **{f"hub.{name}": value for name, value in options.items()},
        }
        answer = await self._client.post(hubs[0], data=form)
        assert answer.status_code == 202, answer.text
        return own

    async def _callback(self, request):
        mode, topic, secret = self._wanted.get(request.path_params["key"], ("", "", ""))
        given = request.query_params
        if request.method == "GET":
            agreed = (given.get("hub.mode"), given.get("hub.topic")) == (mode, topic)
            if not (agreed and given.get("kept") == "1"):
                return Response(status_code=404)
            return PlainTextResponse(given["hub.challenge"])
        if self.answers:
            return Response(status_code=self.answers.pop(0))
        body = await request.body()
        method, _, mark = request.headers.get("x-hub-signature", "").partition("=")
        made = hmac.new(secret.encode(), body, method).hexdigest() if method else ""
        if mark and hmac.compare_digest(made, mark):
            links = _LINK.findall(request.headers["link"])
            kind = request.headers["content-type"]
            self.deliveries.append(Delivery(topic, kind, links, body))
        else:
            self.discarded += 1
        return Response(status_code=204)
