"""The scope screen: work that the operator does not take, by rules that the operator edits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_REGEX: Final = "re:"
_SEPARATORS: Final = re.compile(r"[,，;；、|\n]")


@dataclass(frozen=True, slots=True)
class ScopeRule:
    """One kind of work that is refused.

    `services`: those it applies to, all when empty. `pattern`: keywords with commas between them, or a regular
    expression after `re:`; case does not matter. The reason and what is offered instead stand in both languages.
    """

    id: str
    services: frozenset[str]
    pattern: str
    reason_en: str
    reason_zh: str
    alternative_en: str
    alternative_zh: str

    def texts(self) -> dict[str, str | int]:
        """What a problem must keep so that it can be explained in either language later."""
        return {
            "rule": self.id,
            "reason_en": self.reason_en,
            "reason_zh": self.reason_zh,
            "alternative_en": self.alternative_en,
            "alternative_zh": self.alternative_zh,
        }


class ScopeHit(NamedTuple):
    """A rule that applies, and the field in which it was found."""

    rule: ScopeRule
    field: str


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression that `pattern` means.

    Raises ValueError when it is empty, is no regular expression, or would match every text.
    """
    if pattern.startswith(_REGEX):
        source = pattern.removeprefix(_REGEX)
    else:
        source = "|".join(re.escape(word.strip()) for word in _SEPARATORS.split(pattern) if word.strip())
    try:
        compiled = re.compile(source, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if compiled.search("") is not None:
        raise ValueError(f"{pattern!r} matches every text")
    return compiled


class ScopeScreen:
    """Rules made ready to be asked many times."""

    def __init__(self, rules: Sequence[ScopeRule]) -> None:
        self._rules = [(rule, compile_pattern(rule.pattern)) for rule in rules]

    def screen(self, *, service: str, description: str, notes: str = "") -> ScopeHit | None:
        """The first rule that refuses this work, or None."""
        for rule, pattern in self._rules:
            if rule.services and service not in rule.services:
                continue
            if pattern.search(description):
                return ScopeHit(rule, "description")
            if notes and pattern.search(notes):
                return ScopeHit(rule, "notes")
        return None


def screen(*, rules: Sequence[ScopeRule], service: str, description: str, notes: str = "") -> ScopeHit | None:
    """The first of `rules` that refuses this work, or None. For one order; a file keeps a ScopeScreen."""
    return ScopeScreen(rules).screen(service=service, description=description, notes=notes)
