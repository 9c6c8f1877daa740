"""Flask-WebSub's hub as a process: `python flask_hub.py PORT DATABASE`; see test_push_trial.py.

Wants `Flask-WebSub[celery]`. Its worker is a thread here, its queue is in memory.
"""

import sys

from celery import Celery
from celery.contrib.testing.worker import start_worker
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage

if __name__ == "__main__":
    port, database = int(sys.argv[1]), sys.argv[2]
    celery = Celery("hub", broker="memory://", backend="cache+memory://")
    app = Flask("hub")
    app.config["PUBLISH_SUPPORTED"] = True  # off by default: anybody may then make it fetch
    hub = Hub(SQLite3HubStorage(database), celery, BACKOFF_BASE=0.1)
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    with start_worker(celery, perform_ping_check=False):
        app.run(host="127.0.0.1", port=port)
