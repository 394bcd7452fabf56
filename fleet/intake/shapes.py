"""The shape of a table that a tenant sends: which columns it has, how people write their headers, and which it needs."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

IGNORED: Final = frozenset({"row_line", "row_problems", "row_version"})
"""Columns that our own list of failed rows adds; they are skipped when the mended file comes back."""
_HINT = re.compile(r"[(（\[【](?:必填|选填|可选|required|optional)[)）\]】]", re.IGNORECASE)
_NOISE = re.compile(r"[\s_\-*:：/()（）.\u200b\ufeff]+")


def fold_header(header: str) -> str:
    """`header` without case, width, spaces, punctuation and "(required)"."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return _NOISE.sub("", _HINT.sub("", folded))


class Shape:
    """The columns of one kind of table. `aliases` are the headers people write, with commas between them; a column
    of `instead` may be left out of the header when the columns that it leads to are there."""

    def __init__(
        self,
        *,
        columns: Sequence[str],
        required: Sequence[str],
        aliases: Mapping[str, str],
        instead: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.columns = tuple(columns)
        self.required = tuple(required)
        self._aliases = aliases
        self._instead = instead or {}

    @cached_property
    def _by_header(self) -> dict[str, str]:
        found = {
            fold_header(header): column
            for column in self.columns
            for header in (column, *self._aliases.get(column, "").split(","))
        }
        return {**found, **{fold_header(column): column for column in IGNORED}}

    def name_columns(self, headers: Sequence[str]) -> tuple[str, ...]:
        """The column that each header means; a header that means none is kept as it was written."""
        return tuple(self._by_header.get(fold_header(header), header.strip()) for header in headers)

    def count_known(self, headers: Sequence[str]) -> int:
        """How many of `headers` we know."""
        return sum(fold_header(header) in self._by_header for header in headers)

    def missing(self, known: Sequence[str]) -> list[str]:
        """The columns that a table with the columns `known` lacks."""
        found = [column for column in self.required if column not in known]
        for column, others in self._instead.items():
            if column not in known:
                found += [other for other in others if other not in known]
        return found
