"""Walks through every page that a person's own links lead to, one page of each kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Page

ID = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}")
NUMBER = re.compile(r"/\d+(?=/|$)")
# downloads, the API's own pages, the way out, and what only changes how a page is shown
SKIPPED = re.compile(r"\.(csv|xlsx|zip|pdf|json)$|^/(api|files|static|accounts|language|_ui)/|logout")
LINKS = "links => links.map(link => link.href)"


@dataclass
class Crawl:
    """What has been seen, and what is still to see: the first address of each kind of page; and what did not open."""

    page: Page
    host: str
    queue: list[str]
    seen: set[str] = field(default_factory=set)
    closed: dict[str, int] = field(default_factory=dict)

    def pages(self, *, most: int) -> Iterator[str]:
        """Open page after page; gives the kind of each, such as /orders/<id>/."""
        while self.queue and len(self.seen) < most:
            address = self.queue.pop(0)
            kind = kind_of(address)
            if kind in self.seen:
                continue
            self.seen.add(kind)
            answer = self.page.goto(address)
            if answer is None or not answer.ok:
                self.closed[kind] = answer.status if answer else 0
                continue
            yield kind
            for link in self.page.eval_on_selector_all("a[href]", LINKS):
                if self.leads_on(link):
                    self.queue.append(urldefrag(link).url)

    def leads_on(self, link: str) -> bool:
        """Whether a link leads to a page of this host that was not seen."""
        parts = urlsplit(link)
        return parts.netloc == self.host and not SKIPPED.search(parts.path) and kind_of(link) not in self.seen


def kind_of(address: str) -> str:
    """The path without the ids in it; what follows the question mark shows the same page otherwise."""
    return NUMBER.sub("/<n>", ID.sub("<id>", urlsplit(address).path))
