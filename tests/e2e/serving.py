"""What the served processes of a browser test start from: the platform as it is, with the story's hour and a queue of its own.

`gunicorn tests.e2e.serving:application` and `celery -A tests.e2e.serving:app worker -Q $STORY_QUEUE`.
"""

import os
from datetime import timedelta
from typing import Any

from django.conf import settings

from config import clock
from config.celery import app

app.conf.task_default_queue = os.environ["STORY_QUEUE"]
clock.move(by=timedelta(seconds=float(os.environ["STORY_LEAD_S"])))
if os.environ.get("STORY_STATIC") == "folders":  # nobody has collected the files as they are now
    plain: dict[str, Any] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True

from config.wsgi import application  # noqa: E402  (it reads the settings as they are by now)

__all__ = ["app", "application"]
