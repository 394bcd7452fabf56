"""Processes of their own, for what only the death of a process shows."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
SET_UP = """
import os, signal
import django
django.setup()
from config import clock
from tenants.actors import system_actor
from tenants.models import Tenant
from tests.events.toys import fill
acme = Tenant.objects.get(slug="acme")
who = {"actor": system_actor("child"), "now": clock.now()}

def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)

"""


def run_child(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process that uses this test's database; returns how it ended."""
    name = settings.DATABASES["default"]["NAME"]
    urls = {key: urlsplit(os.environ[key])._replace(path=f"/{name}") for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    extra = {
        **{key: urlunsplit(url) for key, url in urls.items()},
        "PYTHONPATH": path,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-c", SET_UP + code], env={**os.environ, **extra}, cwd=ROOT,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
