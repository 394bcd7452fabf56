"""Every page that a person can reach by links, in a real browser: it answers, fits the screen, has no fault for axe in light
and dark, complains of nothing in the console, and speaks the language that was chosen."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from playwright.sync_api import Page

from config import clock
from config.simulation.running import Simulation
from fleet.services.receiving import receive_batch
from fleet.services.submitting import submit_batch
from fleet.tasks import check_batch, open_batch
from tenants.context import tenant_context
from tests.e2e.conftest import Visitor, aside
from tests.e2e.crawling import Crawl
from tests.world import PASSWORD, as_csv, member, sample_rows, tenant_of

MANAGER: Final = "manager@acme.example"
# Two Latin words in a row: what is a name, an address or a code of its own stands in ALLOWED.
ENGLISH: Final = re.compile(r"\b[A-Za-z]{3,} [a-z]{2,}\b")
ALLOWED: Final = re.compile(r"@|://|Baylink|ACME|Pacific|Model [3Y]|[A-Z]{2,}")


def place_orders(first: int, last: int) -> None:
    """These rows of the sample file as orders of acme."""
    acme, actor, now = tenant_of("acme"), member(MANAGER), clock.now()
    batch = receive_batch(
        name=f"orders-{first}.csv", content=as_csv(sample_rows()[first:last]), policy="accept_valid", channel="portal",
        content_type="text/csv", actor=actor, now=now,
    )  # fmt: skip
    check_batch(str(acme.pk), str(batch.pk))
    with transaction.atomic(), tenant_context(acme):
        submit_batch(batch_id=batch.pk, actor=actor, now=now)
    open_batch(str(acme.pk), str(batch.pk))


def play() -> None:
    """Orders in every state from the first to the last."""
    for number in range(4):
        place_orders(number * 8, number * 8 + 8)
        Simulation(speed=0, progress=lambda _line: None).run(rounds=4)


def enter(person: Visitor, email: str, slug: str) -> Crawl:
    """Sign in, and stand at the home of a host."""
    person.sign_in(email, PASSWORD)
    person.page.get_by_role("button", name=re.compile("^(Sign in|登录)$"), exact=True).click()
    person.page.wait_for_url(lambda url: "/accounts/login" not in url)
    home = person.url(slug=slug)
    return Crawl(page=person.page, host=urlsplit(home).netloc, queue=[home])


def english_on(page: Page) -> list[str]:
    """Texts that look English."""
    script = """() => { const found = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { const holder = walk.currentNode.parentElement;
            if (holder.closest("script, style, noscript, code, [lang=en], svg, option")) continue;
            found.push(walk.currentNode.textContent.trim()); } return found; }"""
    texts: list[Any] = page.evaluate(script)
    return sorted({text for text in texts if ENGLISH.search(text) and not ALLOWED.search(text)})


def test_every_page(visit: Callable[..., Visitor]) -> None:
    aside(play)
    wrong: dict[str, str] = {}
    for width, language in ((1440, "en"), (390, "zh-hans")):
        for email, slug in PEOPLE:
            wrong |= look_around(visit(width=width), email, slug, language)
    assert not wrong, "\n" + "\n".join(f"{place}: {what}" for place, what in sorted(wrong.items()))


def look_around(person: Visitor, email: str, slug: str, language: str) -> dict[str, str]:
    """What is wrong with the pages that this person can reach, by page."""
    wrong: dict[str, str] = {}
    if language != "en":
        person.page.context.add_cookies(
            [{"name": "django_language", "value": language, "domain": f".{settings.BASE_DOMAIN}", "path": "/"}]
        )
    crawl = enter(person, email, slug)
    for kind in crawl.pages(most=60):
        try:
            person.look()
        except AssertionError as error:
            wrong[f"{email} {language} {kind}"] = str(error)[:600]
        if language != "en" and (english := english_on(person.page)):
            wrong[f"{email} {kind} speaks English"] = " | ".join(english)[:600]
    assert len(crawl.seen) > 1, (email, crawl.seen)
    person.page.context.close()
    return wrong | {f"{email} {kind} is linked": f"and answers {status}" for kind, status in crawl.closed.items()}


PEOPLE: Final = (
    (MANAGER, "acme"),
    ("viewer@acme.example", "acme"),
    ("claims@pacific.example", "pacific"),
    ("lead@baylink.example", "ops"),
    ("workshop01@baylink.example", "ops"),
    ("inspector@baylink.example", "ops"),
    ("agent01@baylink.example", "ops"),
)
