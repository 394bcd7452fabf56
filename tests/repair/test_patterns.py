"""A pattern means the same to the editor of the rules as to the check of a file."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from fleet.intake import scope
from repair.patterns import compile_pattern, find_in

RULES = json.loads((Path(__file__).parents[1] / "data" / "scope_rules.json").read_text(encoding="utf-8"))
SAMPLES = ["改装,tuning", "re:油罐|tanker", "a|b；c、d", "re:^x", "C++", *(rule["pattern"] for rule in RULES)]


@pytest.mark.parametrize("pattern", SAMPLES)
def test_both_rooms_read_a_pattern_alike(pattern: str) -> None:
    assert compile_pattern(pattern).pattern == scope.compile_pattern(pattern).pattern
    assert compile_pattern(pattern).flags == scope.compile_pattern(pattern).flags


@pytest.mark.parametrize("pattern", ["", " , ", "re:", "re:(", "re:a*", "re:[", "|"])
def test_both_refuse_what_cannot_be_used(pattern: str) -> None:
    with pytest.raises(ValidationError):
        compile_pattern(pattern)
    with pytest.raises(ValueError):
        scope.compile_pattern(pattern)


def test_the_words_found_are_told() -> None:
    assert find_in(pattern="改装,tuning", text="Chip TUNING please") == "TUNING"
    assert find_in(pattern="改装,tuning", text="换机油") is None
