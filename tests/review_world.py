"""A store with articles that wait, in five languages, and the review page over it."""

import runpy
from datetime import timedelta
from pathlib import Path

from aggregator.model import Html, Ruling, Verdict
from aggregator.serve.review import Password, Reviewed, hashed, review_app

WORLD = runpy.run_path(str(Path(__file__).parent / "store" / "conftest.py"))["World"]
PASSWORD = "four words of ours"
HASH = hashed(PASSWORD)
OUTLETS = {"alpha": "The Tigris Herald", "beta": "ڕۆژنامەی زاگرۆس"}
LANGUAGES = {
    "en": "English",
    "fr": "français",
    "kmr": "kurmancî",
    "ckb": "سۆرانی",
    "ar": "العربية",
}
DOUBT = Verdict(ruling=Ruling.HOLD, reasons=("language in doubt: 12 letters are too few",))
HELD = Verdict(ruling=Ruling.HOLD, reasons=("every article of this source waits for a person",))
TITLES = {
    "en": "Farmers on the Khabur go back to their fields",
    "fr": "À Qamichli, les écoles rouvrent après l’hiver",
    "kmr": "Li Amedê festîvala çîrokan dest pê kir",
    "ckb": "کتێبخانەی سلێمانی دوای نۆژەنکردنەوە کرایەوە",
    "ar": "مزارعو الخابور يعودون إلى حقولهم بعد المطر",
}
HOSTILE = "<p>Text <script>alert(1)</script><img src='https://pixel.example/1.gif'></p>"


class Desk:
    """What waits, and the application that shows it; time stands still until it is moved."""

    def __init__(self, store):
        self.store = store
        self.world = WORLD(store)
        self.world.follow("alpha", "beta")
        self.entries = {}
        for code, title in TITLES.items():
            source = "beta" if code in {"ckb", "ar"} else "alpha"
            entry = self.world.entry(
                source,
                code,
                language=None if code == "fr" else code,
                title=title,
                standfirst=f"{title}.",
                body=Html(f"<p>{title}.</p>"),
                categories=("News",),
            )
            verdict = DOUBT if code == "fr" else HELD
            self.world.bring(source, self.world.change(entry, verdict=verdict))
            self.entries[code] = entry
        self.ids = {
            code: next(h.entry_id for h in store.queue() if h.entry.title == title)
            for code, title in TITLES.items()
        }
        about = Reviewed(title="Test Center", outlets=OUTLETS, languages=LANGUAGES)
        self.app = review_app(about, store, Password(HASH), clock=lambda: self.world.now)

    def later(self, **time):
        self.world.now += timedelta(**time)

    def state(self, code):
        return self.store.dossier(self.ids[code])
