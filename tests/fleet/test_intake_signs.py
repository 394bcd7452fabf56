"""Texts that look like JSON's own signs are kept as they were typed."""

import json

import msgspec
import pytest

from fleet.services.writing import without_nul


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\0b", "ab"), ("A\\u0000", "A\\u0000"), ("\\\0", "\\"), ("\\\\u0000\0", "\\\\u0000"), ("车", "车")],
)
def test_a_nul_goes_and_what_was_typed_stays(text: str, kept: str) -> None:
    assert json.loads(without_nul(msgspec.json.encode({"name": text}).decode())) == {"name": kept}
