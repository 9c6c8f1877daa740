"""Addresses: made absolute and valid, freed of tracking, and compared.

RFC 3986 is the grammar of what comes out. What goes in is what publishers write, and that is
read as browsers read it (the URL Standard, url.spec.whatwg.org): backslashes, missing slashes,
spaces, raw Arabic, ports out of range. No library did all of it: `urllib.parse` splits but does
not repair, httpx's parser refuses what browsers accept, and both keep user names.
"""

import ipaddress
import re
from functools import cache
from urllib.parse import quote, urljoin, urlsplit

import idna
from publicsuffixlist import PublicSuffixList

# Longer addresses exist only as attacks and mistakes: servers commonly refuse beyond 8 kB.
_LONGEST = 8192

# Whitespace, controls and invisible marks that copying leaves at the ends of an address.
_EDGES = (
    "".join(map(chr, range(0x21)))
    + "\x7f\x85\xa0\u3000\ufeff"
    + "".join(map(chr, (*range(0x200B, 0x2010), *range(0x2028, 0x2030), *range(0x2060, 0x206A))))
)
# Tabs and line breaks may stand anywhere (URL Standard 4.4); other controls mean nothing.
_NOTHING = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

# "https://https://host", "http://https//host": an address pasted into a field with a prefix.
_DOUBLED = re.compile(r"(?:https?:?/{1,3})+(?=https?:?//)", re.IGNORECASE)
_WEB_SCHEME = re.compile(r"(https?)(?::/*|//)", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# href="www.example.org/x": relative by the letter, never by intent.
_BARE_HOST = re.compile(r"www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=[/?#:]|$)", re.IGNORECASE)
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")

_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = "%/:@!$&'()*+,;=~"  # pchar and the slash (RFC 3986 section 3.3)
_IN_QUERY = _IN_PATH + "?"  # sections 3.4 and 3.5: query and fragment alike
_PORTS = {"http": 80, "https": 443}

# Parameters that say where a reader came from and never which page is meant, with who sets
# them. Lower case. A name is in here only if no site is known to address pages by it: that is
# why `ref`, `source`, `id`, `sid`, `cid` and `p` are not.
_TRACKING = {
    "_ga": "Google Analytics, cross-domain linker",
    "_gl": "Google Analytics, cross-domain linker",
    "gclid": "Google Ads click",
    "gclsrc": "Google Ads click",
    "dclid": "Google Display click",
    "gbraid": "Google Ads, iOS",
    "wbraid": "Google Ads, iOS",
    "gad_source": "Google Ads",
    "gad_campaignid": "Google Ads",
    "srsltid": "Google Merchant Center",
    "fbclid": "Facebook click",
    "fb_action_ids": "Facebook Open Graph",
    "fb_action_types": "Facebook Open Graph",
    "fb_ref": "Facebook Open Graph",
    "fb_source": "Facebook Open Graph",
    "igshid": "Instagram share",
    "igsh": "Instagram share",
    "msclkid": "Microsoft Advertising click",
    "twclid": "X click",
    "ref_src": "X, embedded posts",
    "ref_url": "X, embedded posts",
    "ttclid": "TikTok click",
    "li_fat_id": "LinkedIn click",
    "yclid": "Yandex Direct click",
    "ysclid": "Yandex search click",
    "_openstat": "Openstat (Yandex, Rambler)",
    "mc_cid": "Mailchimp campaign",
    "mc_eid": "Mailchimp subscriber",
    "mkt_tok": "Marketo",
    "_hsenc": "HubSpot",
    "_hsmi": "HubSpot",
    "__hssc": "HubSpot",
    "__hstc": "HubSpot",
    "__hsfp": "HubSpot",
    "hsctatracking": "HubSpot",
    "vero_id": "Vero",
    "vero_conv": "Vero",
    "oly_enc_id": "Omeda",
    "oly_anon_id": "Omeda",
    "wickedid": "Wicked Reports",
    "s_cid": "Adobe Analytics",
    "xtor": "AT Internet: French outlets' feeds (xtor=RSS-...)",
    "xtref": "AT Internet",
    "xtcr": "AT Internet",
    "ocid": "BBC World Service feeds and MSN",
    "maca": "DW feeds (maca=ar-rss-...-xml-mrss)",
    "traffic_source": "Al Jazeera feeds (traffic_source=rss)",
    "smid": "New York Times share",
    "ito": "Daily Mail feeds",
    "__twitter_impression": "AMP pages opened from X",
    "guccounter": "Yahoo consent",
    "guce_referrer": "Yahoo consent",
    "guce_referrer_sig": "Yahoo consent",
    "phpsessid": "PHP, a visitor's session",
    "jsessionid": "Java servlets, a visitor's session",
}
_TRACKING_PREFIXES = {
    "utm_": "Google Analytics (Urchin), and everyone since",
    "at_": "Piano Analytics, once AT Internet: BBC (at_medium=RSS&at_campaign=KARANGA)",
    "ns_": "Comscore (ns_mchannel, ns_campaign, ns_source, ns_linkname, ns_fee)",
    "hsa_": "HubSpot Ads",
    "pk_": "Piwik, now Matomo",
    "piwik_": "Piwik, now Matomo",
    "mtm_": "Matomo",
    "matomo_": "Matomo",
    "wt.": "Webtrends (WT.mc_id)",
    "wt_": "Webtrends and Mapp (wt_mc, wt_zmc)",
    "itm_": "internal campaigns, named after utm_",
}

# Other addresses of the same page, asked for by a parameter.
_AMP_PARAMETERS = frozenset({"amp", "amp=", "amp=1", "amp=true", "outputtype=amp", "output=amp"})
_ALIAS_LABELS = frozenset({"www", "m", "mobile", "amp"})
_ALIAS_PATH = re.compile(r"/(?:index\.(?:html?|php)|amp)$|\.amp(?=\.html$|$)", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
# First segments that only choose a language: the front page of a section.
_LANGUAGE_SEGMENTS = frozenset(
    {"ar", "arabic", "ckb", "de", "en", "english", "es", "fa", "fr", "francais", "french", "kmr"}
    | {"kr", "ku", "kurdi", "kurdish", "kurmanci", "kurmanji", "so", "sorani", "tr", "turkish"}
)


def absolute(url: str | None, base: str | None) -> str | None:
    """Return `url` as an absolute http or https URI, or None if it is no such thing.

    Valid by RFC 3986 and in ASCII: spaces, quotes, brackets and everything beyond ASCII are
    percent-encoded as UTF-8, `%XX` stays as it is, hosts go through IDNA (UTS 46). User names
    and default ports are dropped; a port, host or length that cannot be gives None.

    Args:
        url: an address or relative reference; character references are already decoded.
        base: what relative references resolve against (RFC 3986 section 5); may be missing or
            unusable, then they give None. `//host/path` gets https without one.
    """
    if not url or len(url) > _LONGEST:
        return None
    text = _NOTHING.sub("", url.strip(_EDGES))
    # A backslash is a slash up to the query (URL Standard 4.4).
    head = re.split(r"[?#]", text, maxsplit=1)[0]
    text = head.replace("\\", "/") + text[len(head) :]
    if doubled := _DOUBLED.match(text):
        text = text[doubled.end() :]
    if web := _WEB_SCHEME.match(text):
        text = f"{web[1].lower()}://{text[web.end() :]}"
    elif _ANY_SCHEME.match(text) or not text:
        return None
    elif bare := _BARE_HOST.match(text):
        text = "https://" + bare.string
    else:
        root = absolute(base, None)
        if root is None and not text.startswith("//"):
            return None
        try:
            text = urljoin(root or "https://", text)
        except ValueError:  # a bracket that is no IPv6 address
            return None
    return _valid(text)


def _valid(url: str) -> str | None:
    """Repair the parts of a URL whose shape is known to be scheme://authority/..."""
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return None
    scheme, authority, path, query, fragment = parts.groups(default="")
    authority = authority.rpartition("@")[2]
    if authority.startswith("["):
        host, bracket, port = authority.partition("]")
        named, port = _ipv6(host[1:]) if bracket else None, port.removeprefix(":")
    else:
        host, _, port = authority.partition(":")
        named = _named(host)
    if named is None or (port and not (port.isascii() and port.isdigit())):
        return None
    number = int(port[:6]) if port else _PORTS[scheme]
    if not 0 < number < 65536:
        return None
    at = "" if number == _PORTS[scheme] else f":{number}"
    # The leading "?" and "#" are part of query and fragment, and may not be encoded.
    tail = (
        query[:1] + _quoted(query[1:], _IN_QUERY) + fragment[:1] + _quoted(fragment[1:], _IN_QUERY)
    )
    whole = f"{scheme}://{named}{at}{_quoted(_undotted(path), _IN_PATH)}{tail}"
    return whole if len(whole) <= _LONGEST else None


def _named(host: str) -> str | None:
    """A registered name or IPv4 address in lower-case ASCII, or None."""
    if "%" in host:
        host = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), host)
        try:
            host = host.encode("latin-1").decode()
        except UnicodeError:
            return None
    if not host.isascii() and len(host) < 256:
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except UnicodeError:  # idna.IDNAError is one
            return None
    host = host.lower()
    if host in _PORTS:  # "https://http//...": a scheme, not a host
        return None
    return host if len(host) <= 254 and _HOST.fullmatch(host) else None


def _ipv6(host: str) -> str | None:
    """An IPv6 address with its brackets, without a zone: that is of one machine only."""
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return None
    return None if address.scope_id else f"[{address.compressed}]"


def _quoted(text: str, safe: str) -> str:
    """Percent-encode what may not stand here; never encodes an escape again."""
    return quote(_STRAY_PERCENT.sub("%25", text), safe)


def _undotted(path: str) -> str:
    """Remove dot segments (RFC 3986 section 5.2.4), as every browser does before it asks."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def without_tracking(url: str) -> str:
    """Drop the parameters of `url` that only track its reader; every other byte stays.

    The fragment goes too if it is made of such parameters alone ("#xtor=RSS-1").
    """
    address, hash_, fragment = url.partition("#")
    if hash_ and fragment and all(map(_tracks, fragment.split("&"))):
        hash_ = fragment = ""
    address, mark, query = address.partition("?")
    if mark:
        pairs = query.split("&")
        kept = [pair for pair in pairs if not _tracks(pair)]
        if len(kept) < len(pairs):
            query = "&".join(kept)
            mark = "?" if query else ""
    return f"{address}{mark}{query}{hash_}{fragment}"


def _tracks(pair: str) -> bool:
    # "amp;utm_source": what a double-escaped ampersand leaves behind.
    name = pair.partition("=")[0].lower().removeprefix("amp;")
    return name in _TRACKING or name.startswith(tuple(_TRACKING_PREFIXES))


def canonical(url: str) -> str:
    """Return a key that is equal for two addresses of one article of one source.

    It is for comparing, never for following: no scheme, no `www.`, `m.`, `mobile.` or `amp.` in
    front of the host, no default port, trailing slash, AMP marker, index document, tracking or
    session parameter, no fragment but a client-side route (`#!...`, `#/...`); escapes in one
    form, so that a slug is the same raw and encoded; parameters sorted by name. Anything else
    in a query may be what names the article (`?p=123`) and stays, and so does the case of
    letters. An address that is not http(s) is its own key.
    """
    whole = absolute(url, None)
    if whole is None:
        return url.strip()
    parts = urlsplit(without_tracking(whole))
    host = (parts.hostname or "").rstrip(".")
    port = f":{parts.port}" if parts.port else ""
    label, _, rest = host.partition(".")
    while label in _ALIAS_LABELS and "." in rest:  # "m.com" and "amp.dev" are domains themselves
        host = rest
        label, _, rest = host.partition(".")
    path = _SESSION.sub("", _one_form(parts.path)).rstrip("/")
    path = _ALIAS_PATH.sub("", path).rstrip("/")
    pairs = [p for p in parts.query.split("&") if p and p.lower() not in _AMP_PARAMETERS]
    pairs.sort(key=lambda pair: pair.partition("=")[0])  # stable: repeated names keep their order
    query = "?" + _one_form("&".join(pairs)) if pairs else ""
    route = "#" + _one_form(parts.fragment) if parts.fragment.startswith(("!", "/")) else ""
    return f"{host}{port}{path}{query}{route}"


def _one_form(text: str) -> str:
    """Decode escaped unreserved characters, upper-case the rest (RFC 3986 section 6.2.2)."""

    def form(escape: re.Match[str]) -> str:
        byte = int(escape[1], 16)
        return chr(byte) if byte in _UNRESERVED else escape[0].upper()

    return _ESCAPE.sub(form, text)


@cache
def _suffixes() -> PublicSuffixList:
    """The list with its private section, loaded at the first question: it takes 80 ms."""
    return PublicSuffixList()


def registrable_domain(host: str) -> str:
    """Return the domain that one party registered: `news.bbc.co.uk` gives `bbc.co.uk`.

    Private suffixes count (`a.github.io` and `b.github.io` are strangers). An IP address, a
    single label such as `localhost` and a bare public suffix are returned as they are.
    """
    name = host.strip().rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return _suffixes().privatesuffix(name) or name


def is_homepage(url: str) -> bool:
    """Whether `url` is a site's front page, or that of one of its languages, not an article."""
    if absolute(url, None) is None:
        return False
    key = canonical(url)
    path = key.partition("/")[2].lower()
    return "?" not in key and "#" not in key and (not path or path in _LANGUAGE_SEGMENTS)
