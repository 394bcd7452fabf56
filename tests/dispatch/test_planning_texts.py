"""Every reason has a text of its own, in both languages."""

import ast
from pathlib import Path

import polib
import pytest

import dispatch.planning
from dispatch.planning import GateReason, WorkshopReason

ROOT = Path(__file__).parents[2]
CHINESE = ROOT / "locale/zh_Hans/LC_MESSAGES/parts/planning.po"


def written_texts() -> set[str]:
    """The msgids of the planning modules, read from their syntax trees."""
    found = set()
    for module in Path(dispatch.planning.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                found |= {part.value for part in node.args if isinstance(part, ast.Constant)}
    return {str(text) for text in found}


def test_the_chinese_is_complete() -> None:
    """The part holds the texts of the code, no more and no fewer, each translated."""
    entries = {entry.msgid: entry.msgstr for entry in polib.pofile(str(CHINESE), encoding="utf-8")}
    assert set(entries) == written_texts()
    assert len(set(entries.values()) - {""}) == len(entries)


@pytest.mark.parametrize("reasons", [GateReason, WorkshopReason])
def test_every_reason_has_its_own_text(reasons: type[GateReason] | type[WorkshopReason]) -> None:
    """No reason shows its code, and no two say the same."""
    texts = {reason.text for reason in reasons}
    assert len(texts) == len(reasons)
    assert texts.isdisjoint(reason.value for reason in reasons)
