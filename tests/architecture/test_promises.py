"""docs/promises.md names every promise once, and tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| (P\d+) \|.*$", (ROOT / "docs/promises.md").read_text(), re.MULTILINE)
NAMED = re.findall(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`", (ROOT / "docs/promises.md").read_text())


def test_every_promise_has_its_row() -> None:
    assert [f"P{number}" for number in range(1, 31)] == ROWS


def test_what_guards_a_promise_is_there() -> None:
    missing, last = [], ""
    for path, name in NAMED:
        last = path or last  # `::test_…` alone stands in the file named before
        if not last or not (path or name):
            continue
        text = (ROOT / last).read_text() if (ROOT / last).exists() else ""
        if not text or (name and f"def {name}(" not in text):
            missing.append(f"{last}::{name}")
    assert NAMED and missing == []
