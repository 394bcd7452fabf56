"""The design system by itself: its own little site, no tenant, no database, a strict content security policy."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import override_settings
from django.urls import include, path
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
ROOT = Path(__file__).resolve().parents[2]


class Site:
    """The url map of the little site."""

    urlpatterns = [
        path("_ui/", include("ui.urls")),
        path("accounts/", include("allauth.urls")),
        path("i18n/", include("django.conf.urls.i18n")),
    ]


def demo(request: Any) -> dict[str, Any]:
    """What the real context processor gives the sign-in page of a demo."""
    return {"demo_sign_ins": [("wang@acme.example", "Fleet manager", "http://acme.baylink.localhost:8000/")]}


@pytest.fixture(autouse=True, scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings without a database: signed cookies for sessions, Chinese compiled from the part itself."""
    locale = tmp_path_factory.mktemp("locale")
    target = locale / "zh_Hans" / "LC_MESSAGES"
    target.mkdir(parents=True)
    part = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "parts" / "ui.po"
    polib.pofile(str(part)).save_as_mofile(str(target / "django.mo"))
    engine: dict[str, Any] = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                f"{__name__}.demo",
            ]
        },
    }
    with override_settings(
        ROOT_URLCONF=Site,
        ALLOWED_HOSTS=["*"],
        LANGUAGE_CODE="en",
        LOCALE_PATHS=[locale],
        TEMPLATES=[engine],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        SESSION_COOKIE_DOMAIN=None,
        LANGUAGE_COOKIE_DOMAIN=None,
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        CONTENT_SECURITY_POLICY={
            "DIRECTIVES": {"default-src": ["'self'"], "img-src": ["'self'", "data:"], "object-src": ["'none'"]}
        },
        MIDDLEWARE=[
            "csp.middleware.CSPMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
    ):
        yield


class QuietHandler(WSGIRequestHandler):
    """Serves without writing a line a request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name in the library)
        """Nothing."""


@pytest.fixture(scope="module")
def address(site: None) -> Iterator[str]:
    """The address of the little site, served by a thread of this process."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; without one the tests that need it are left out, with this line as the reason."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip("browser tests left out: no Chromium on this machine (set CHROMIUM to its path)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; at the end of the test there must have been no complaint in its console."""
    complaints: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        """Keep what the console says, but for the status of pages that are meant to refuse."""
        refused = any(part in message.location["url"] for part in ("/_ui/error/", "/_ui/upload/"))
        if message.type in {"error", "warning"} and not refused:
            complaints.append(message.text)

    def open_(path: str, *, theme: str = "light", language: str = "en", width: int = 1440) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
