"""Stories on a committed world, told through browsers on the hosts and workers called by hand."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from events.ids import read_public_id
from fleet.tasks import check_batch, open_batch
from tenants.models import Tenant
from tenants.people.models import User
from tests.world import PASSWORD, demo_world, story, tenant_of

__all__ = ["demo_world", "story"]


class Person:
    """Somebody with a browser: one session for every host of ours."""

    def __init__(self, email: str, *, host: str = "", language: str = "en") -> None:
        self.email, self.host = email, host
        self.client = Client(headers={"accept-language": language})

    def sign_in(self) -> Any:
        """By the form on the root host."""
        answer = self.client.post(
            "/accounts/login/", {"login": self.email, "password": PASSWORD}, headers={"host": settings.BASE_DOMAIN}
        )
        assert answer.status_code == 302, words_of(answer)
        return answer

    def enter(self) -> "Person":
        """As somebody who has signed in."""
        self.client.force_login(User.objects.get(email=self.email))
        return self

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers={"host": self.where(), **headers})

    def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = False, **headers: str) -> Any:
        return self.client.post(path, data or {}, headers={"host": self.where(), **headers}, follow=follow)

    def where(self) -> str:
        return f"{self.host}.{settings.BASE_DOMAIN}" if self.host else settings.BASE_DOMAIN

    def read(self, path: str) -> str:
        """The words of a page."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {words_of(answer)[:400]}"
        return words_of(answer)

    def speaks(self, language: str) -> None:
        """Switch the language, as the button does."""
        assert self.post("/language/", {"language": language, "next": "/"}).status_code == 302

    def upload(self, name: str, content: bytes, *, policy: str = "accept_valid") -> str:
        """Send a file, let the worker check it; the batch's page."""
        file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
        answer = self.post("/batches/receive/", {"file": file, "policy": policy})
        assert answer.status_code == 302, words_of(answer)
        page = str(answer["Location"])
        check_batch(*batch_key(self.host, page))
        return page

    def submit(self, page: str) -> None:
        """Submit, and let the worker make the orders."""
        answer = self.post(f"{page}submit/")
        assert (answer.status_code, answer["Location"]) == (302, page), words_of(answer)
        open_batch(*batch_key(self.host, page))


def batch_key(slug: str, page: str) -> tuple[str, str]:
    """The arguments of a worker's task for the batch of this page."""
    return str(tenant_of(slug).pk), str(read_public_id("bat", page.rstrip("/").rsplit("/", 1)[1]))


class Words(HTMLParser):
    """The text of a page, without scripts, styles and the head."""

    SILENT = frozenset({"script", "style", "head", "svg"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag in self.SILENT

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in self.SILENT

    def handle_data(self, data: str) -> None:
        if not self.depth and data.strip():
            self.found.append(data.strip())


def words_of(answer: Any) -> str:
    """What a person reads on a page, on one line."""
    reader = Words()
    reader.feed(answer.content.decode())
    return re.sub(r"\s+", " ", " ".join(reader.found))


@pytest.fixture(autouse=True)
def plain_pages(story: None) -> Iterator[None]:
    """Static files without a manifest; nobody is counted from an earlier test."""
    cache.clear()
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages):
        yield


@pytest.fixture
def acme(story: None) -> Tenant:
    return tenant_of("acme")


@pytest.fixture
def pacific(story: None) -> Tenant:
    return tenant_of("pacific")


@pytest.fixture
def manager(story: None) -> Person:
    """acme's fleet manager, in acme's portal."""
    return Person("manager@acme.example", host="acme")


@pytest.fixture
def insurer(story: None) -> Person:
    """pacific's administrator, in pacific's portal."""
    return Person("claims@pacific.example", host="pacific").enter()


@pytest.fixture
def dispatcher(story: None) -> Person:
    """At the operator's console."""
    return Person("dispatcher@baylink.example", host="ops").enter()
