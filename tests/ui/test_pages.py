"""Whole pages: they render, in both languages, and hold to the content security policy."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.account.forms import LoginForm
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

UI = Path(__file__).resolve().parents[2] / "platform" / "ui"
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\son[a-z]+=\"|\sstyle=\"|<style|javascript:",
    re.IGNORECASE,
)
PAGES = [
    "/_ui/",
    "/_ui/?toasts=1",
    "/_ui/print/",
    "/_ui/dialog/",
    "/_ui/drawer/",
    "/accounts/login/",
    "/accounts/password/reset/",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_renders_without_anything_inline(path: str, language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get(path)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert INLINE.findall(html) == []
    if "<html" in html:
        assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in html


@pytest.mark.parametrize("code", [400, 403, 404, 409, 500])
def test_error_pages_need_no_request(code: int) -> None:
    html = render_to_string(f"{code}.html")
    assert f">{code}<" in html and "<h1" in html
    assert INLINE.findall(html) == []


def test_an_error_page_says_what_the_view_says() -> None:
    html = render_to_string(
        "ui/error.html", {"status": 403, "title": "Not allowed", "text": "<Ask>", "request_id": "01JD8Z6T3M"}
    )
    assert ">403<" in html and "Not allowed" in html and "&lt;Ask&gt;" in html and "01JD8Z6T3M" in html


def test_the_language_switch_remembers_and_returns() -> None:
    client = Client()
    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/_ui/"})
    assert answer.status_code == 302 and answer["Location"] == "/_ui/"
    assert "组件" in client.get("/_ui/").content.decode()


def test_the_sign_in_page_offers_demo_sign_ins_when_there_are_some() -> None:
    request = RequestFactory().get("/accounts/login/")
    person = [("wang@acme.example", "Fleet manager", "http://acme.baylink.localhost/")]
    html = render_to_string("account/login.html", {"form": LoginForm(), "demo_sign_ins": person}, request=request)
    assert 'value="wang@acme.example"' in html and 'data-ui-fill="id_login"' in html
    html = render_to_string("account/login.html", {"form": LoginForm(), "demo_sign_ins": []}, request=request)
    assert "data-ui-fill" not in html


@pytest.mark.parametrize(
    "name",
    ["account/logout.html", "account/signup_closed.html", "mfa/index.html", "mfa/webauthn/authenticator_list.html"],
)
def test_account_pages_use_the_house_elements(name: str) -> None:
    request = RequestFactory().get("/accounts/2fa/")
    request.user = SimpleNamespace(is_authenticated=True)  # type: ignore[assignment]
    html = render_to_string(name, {"MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"]}, request=request)
    assert "ui-plain-card" in html and "ui-plain-title" in html and 'class="btn' in html
    assert INLINE.findall(html) == []


def test_every_static_file_is_ours_or_on_the_list() -> None:
    """A manifest refuses a page that names a file which is not there."""
    targets = [
        line.partition("->")[2].strip()
        for line in (UI / "assets.txt").read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    sources = "\n".join(file.read_text() for file in (UI / "templates").rglob("*.html"))
    named = set(re.findall(r"{% static '([^']+)' %}", sources))
    assert {name for name in named if name.startswith("vendor/")} <= set(targets)
    assert [name for name in named if name.startswith("ui/") and not (UI / "static" / name).exists()] == []
    assert named
