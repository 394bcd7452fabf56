"""A real browser on the real hosts: gunicorn and a Celery worker as processes of their own, over a story's database."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, sync_playwright

from config import clock
from config.celery import app
from devtools.static import STAMP, fingerprint
from tests.ui.conftest import FLAGS
from tests.world import ROOT, demo_world, story

__all__ = ["demo_world", "story"]

STARTS_WITHIN_S = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are left out, and say so in one line."""
    if not find_chromium():
        here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
        for item in here:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine (set CHROMIUM to its path)"))


def find_chromium() -> str | None:
    """The browser's program."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def with_database(url: str, name: str) -> str:
    """The same login at another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@contextmanager
def process(*command: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, ended with the block."""
    with log.open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server listens."""
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture
def port(story: None, tmp_path: Path) -> Iterator[int]:
    """The platform served over the story's database: web and worker, as the application's login. Gives the port."""
    cache.clear()
    found = free_port()
    name = str(settings.DATABASES["default"]["NAME"])
    queue = f"story-{name}"
    env = os.environ | {
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], name),
        "FILE_STORAGE_URL": f"file://{tmp_path}/files",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "PORT": str(found), "DEMO": "1", "STORY_QUEUE": queue,
        "STORY_LEAD_S": str((clock.now() - datetime.now(UTC)).total_seconds()),
        "STORY_STATIC": "collected" if STAMP.exists() and STAMP.read_text() == fingerprint() else "folders",
    }  # fmt: skip
    env.pop("DATABASE_OWNER_URL", None)  # whoever serves a request has the application's login alone
    web = ("gunicorn", "tests.e2e.serving:application", "--bind", f"127.0.0.1:{found}", "--worker-class", "gthread",
           "--threads", "8", "--no-control-socket")  # fmt: skip
    worker = ("celery", "--quiet", "--app", "tests.e2e.serving:app", "worker", "--queues", queue, "--concurrency", "1",
              "--loglevel", "WARNING", "--without-gossip", "--without-mingle")  # fmt: skip
    logs = tmp_path / "web.log", tmp_path / "worker.log"
    with process(*web, env=env, log=logs[0]) as child, process(*worker, env=env, log=logs[1]):
        wait_for(found, child, logs[0])
        yield found
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        channel.queue_delete(queue)


def aside(act: Callable[[], Any]) -> Any:
    """Do something with the database while a browser is open: in a thread of its own, for the browser's loop holds this one."""

    def work() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@dataclass
class Visitor:
    """A person at a browser; whatever its console complains of fails the test."""

    page: Page
    port: int
    complaints: list[str]

    def url(self, path: str = "/", *, slug: str = "") -> str:
        host = f"{slug}.{settings.BASE_DOMAIN}" if slug else settings.BASE_DOMAIN
        return f"http://{host}:{self.port}{path}"

    def look(self) -> None:
        """The page as it is now: nothing wrong for axe in light and in dark, nothing wider than the screen."""
        self.page.wait_for_load_state("networkidle")
        self.page.add_style_tag(content="* { transition: none !important; }")  # no colour on its way to another
        for theme in ("dark", "light"):
            self.page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
            found = Axe().run(self.page).response["violations"]
            wrong = [(rule["id"], node["target"], node["failureSummary"]) for rule in found for node in rule["nodes"]]
            assert wrong == [], f"{self.page.url} {theme}"
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, self.page.url

    def sign_in(self, email: str, password: str) -> None:
        """By the form on the root host."""
        self.page.goto(self.url("/accounts/login/"))
        self.page.fill("#id_login", email)
        self.page.fill("#id_password", password)


@pytest.fixture
def visit(port: int) -> Iterator[Callable[..., Visitor]]:
    """visit(width=390): a browser of a person's own."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)

        def open_browser(*, width: int = 1440) -> Visitor:
            context: BrowserContext = chromium.new_context(
                viewport={"width": width, "height": 900}, reduced_motion="reduce", locale="en-GB"
            )
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.on("console", note)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return Visitor(page, port, complaints)

        def note(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                complaints.append(f"{message.location['url']}: {message.text}")

        yield open_browser
        chromium.close()
    assert complaints == []
