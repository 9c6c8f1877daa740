"""The review page: what waits for a person, on a phone or a desk, without JavaScript. Acts.

    password  the one password, from the environment (argon2)
    sessions  who is logged in, until when, and who tries too often     pure, but for chance
    forms     what a form says, and what of it is an edit               pure
    pages     the pages' HTML                                           pure
    desk      the questions and answers: the ASGI application           acts

It listens at an address of its own, this machine's by default, and changes nothing that
`aggregator queue` does not: the same rulings in the same store, with a name and a reason. What it
decides the publishing process sees in the store.
"""

from aggregator.serve.review.desk import Reviewed, review_app
from aggregator.serve.review.password import VARIABLE, Password, ReviewError, hashed

__all__ = ["VARIABLE", "Password", "ReviewError", "Reviewed", "hashed", "review_app"]
