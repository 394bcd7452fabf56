"""Whoever acts by itself is read in timelines: each part of the system signs with a name, and none is named in vain."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenants.actors import SYSTEM_NAMES, name_actor

ROOT = Path(__file__).parents[2]
ROOMS = ("platform", "tenants", "fleet", "partners", "claims", "billing", "api")


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the rooms, by its dotted name."""
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        name = path.relative_to(ROOT).as_posix().removeprefix("platform/").removesuffix(".py").replace("/", ".")
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def constants_of(tree: ast.Module) -> dict[str, str]:
    """The module's texts by name."""
    found: dict[str, str] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            found |= {target.id: value.value for target in targets if isinstance(target, ast.Name)}
    return found


def imported_by(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What a module took from others: (module, name there) by its name here."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def signatures() -> dict[str, str]:
    """The name that each call of `system_actor` signs with, by where it stands; one that cannot be read is empty."""
    modules = dict(trees())
    constants = {name: constants_of(tree) for name, tree in modules.items()}
    found = {}
    for name, tree in modules.items():
        imported = imported_by(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "system_actor":
                found[f"{name}:{node.lineno}"] = read_name(node.args[0], name, constants, imported)
    return found


def read_name(
    argument: ast.expr, module: str, constants: dict[str, dict[str, str]], imported: dict[str, tuple[str, str]]
) -> str:
    """A literal, or a constant of this module or of the one it comes from."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    if not isinstance(argument, ast.Name):
        return ""
    source, known_as = imported.get(argument.id, (module, argument.id))
    return constants.get(source, {}).get(known_as, "")


def test_every_part_of_the_system_signs_with_a_name() -> None:
    signed = signatures()
    assert {place: name for place, name in signed.items() if name not in SYSTEM_NAMES} == {}
    assert set(SYSTEM_NAMES) == set(signed.values())


@pytest.mark.parametrize("name", sorted(SYSTEM_NAMES))
def test_no_word_of_the_code_is_shown(name: str) -> None:
    assert name_actor(name) not in ("", name)


def test_a_person_who_is_called_like_a_part_of_the_system_keeps_the_name() -> None:
    assert name_actor("cancel", kind="user") == "cancel"
    assert name_actor("周磊") == "周磊"
