"""Every url of a url map, and addresses made from its patterns."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from tenants.marks import Wall, wall_of

PART = re.compile(r"<(?:(?P<kind>[^>:]+):)?(?P<name>\w+)>")

NUMBERS = {"seq": str(10**9)}  # of the entry in tests/tenants/belongings.py; all else there is number 1


def fill(part: re.Match[str], ref: str) -> str:
    """What stands in the place of one argument."""
    return NUMBERS.get(part["name"], "1") if part["kind"] == "int" else ref


@dataclass(frozen=True)
class Url:
    """One pattern: its whole route, its view, and which kinds of argument stand in it."""

    route: str
    view: Callable[..., Any]
    arguments: tuple[tuple[str, str], ...]  # (name, converter)

    @property
    def wall(self) -> Wall:
        """Where its view works."""
        return wall_of(self.view)

    def addresses(self, *, refs: list[str]) -> Iterator[str]:
        """The address with each of `refs` in its places; numbers are those of belongings, a uuid takes the refs that are one."""
        for ref in refs if any(kind != "int" for _name, kind in self.arguments) else [""]:
            if any(kind == "uuid" and "-" not in ref for _name, kind in self.arguments):
                continue
            yield "/" + PART.sub(partial(fill, ref=ref), self.route)


def walk(urlconf: str) -> list[Url]:
    """The urls of a map, includes followed."""
    return list(walk_patterns(get_resolver(urlconf).url_patterns, ""))


def walk_patterns(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Url]:
    for entry in patterns:
        pattern = entry.pattern
        assert isinstance(pattern, RoutePattern), f"{pattern}: write it with path(), the wall's tests read it"
        route = prefix + str(pattern)
        if isinstance(entry, URLResolver):
            yield from walk_patterns(entry.url_patterns, route)
        else:
            arguments = tuple((part["name"], part["kind"] or "str") for part in PART.finditer(route))
            yield Url(route, entry.callback, arguments)
