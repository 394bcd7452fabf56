"""Celery: the broker is a wake-up call, the database holds the work. Options stand in config/settings.py."""

import os
import sys
from pathlib import Path

from celery import Celery

ROOT = Path(__file__).resolve().parents[2]
for folder in (str(ROOT), str(ROOT / "platform")):
    if folder not in sys.path:
        sys.path.insert(0, folder)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("baylink")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
