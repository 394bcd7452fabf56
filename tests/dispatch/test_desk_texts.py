"""Every reason of ours that can end a leg reads as words, whichever room gave it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from dispatch import texts

PLATFORM = Path(__file__).parents[2] / "platform"
ENDS = {"cancel_legs", "free_legs", "unassign_leg", "unname", "end_naming"}
BY_EVENT = {"retry_return", "return_again"}  # the event's name is the reason (repair.services.returning.turn)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of functions that end what a leg or an agent had."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if name in ENDS:
                yield node


def given_reasons() -> set[str]:
    """The codes that the rooms give as a reason."""
    found = set(BY_EVENT)
    for room in ("dispatch", "repair"):
        for module in (PLATFORM / room).rglob("*.py"):
            for call in calls(ast.parse(module.read_text(encoding="utf-8"))):
                found |= {
                    str(given.value.value)
                    for given in call.keywords
                    if given.arg == "reason" and isinstance(given.value, ast.Constant)
                }
    return found


def test_every_reason_has_words() -> None:
    given = given_reasons()
    assert {"reschedule", "on_hold", "window_changed", "undone"} <= given
    assert given - texts.REASONS.keys() - texts.GATES.keys() == set()
    assert all(texts.reason_text(reason) != reason for reason in given)
