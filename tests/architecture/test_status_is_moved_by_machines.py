"""A status is set by its machine alone: the syntax trees of the project say so."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[2]
ROOMS = ("platform", "tenants", "fleet", "partners", "claims", "billing", "api")
NAMES = {"status", "state"}
# Where a status is written by right. A file of a room that is not here asks its machine.
WRITERS = {
    "platform/events/machine.py": "the machine itself",
}
WRITER_NAMES = {"states.py", "projectors.py"}  # the tables, and the copies that books keep
# Not an object's way through a machine: (file, what is assigned) and why.
DECLARED: dict[tuple[str, str], str] = {
    ("tenants/provisioning.py", "tenant.state"): "a tenant's schema comes to be step by step, outside any desk",
    ("tenants/provisioning.py", "update(state=…)"): "the same",
    ("platform/portal/members.py", "member.state"): "a word for the page, no column",
    ("platform/portal/members.py", "invitation.state"): "a word for the page, no column",
    (
        "fleet/services/amending.py",
        "row.status",
    ): "a file's row is sorted by what the desk answered; it has no way to go",
    ("fleet/services/mending.py", "held.status"): "a file's row is sorted by its check; it has no way to go",
}


def project_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (p for p in sorted((ROOT / room).rglob("*.py")) if "migrations" not in p.parts)


def find_writes(path: Path) -> Iterator[tuple[int, str]]:
    """`x.status = …` of a model, and `….update(status=…)`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for part in ast.walk(target):
                    if is_write(part) and not is_own(part):
                        yield part.lineno, ast.unparse(part)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"update", "setattr"}
        ):
            for keyword in node.keywords:
                if keyword.arg in NAMES:
                    yield node.lineno, f"update({keyword.arg}=…)"


def is_write(part: ast.AST) -> TypeGuard[ast.Attribute]:
    """An attribute of that name on the left of `=`."""
    return isinstance(part, ast.Attribute) and part.attr in NAMES and isinstance(part.ctx, ast.Store)


def is_own(part: ast.Attribute) -> bool:
    """`self.status` in an error or a value object is no model's column."""
    return isinstance(part.value, ast.Name) and part.value.id == "self"


def test_status_is_assigned_by_machines_and_projectors_alone() -> None:
    found = []
    for path in project_files():
        name = path.relative_to(ROOT).as_posix()
        if name in WRITERS or path.name in WRITER_NAMES:
            continue
        found += [f"{name}:{line} {what}" for line, what in find_writes(path) if (name, what) not in DECLARED]
    assert found == []


def test_every_declared_place_is_still_there() -> None:
    for name, what in DECLARED:
        assert what in {write for _line, write in find_writes(ROOT / name)}, name


def test_the_reader_sees_each_way_of_writing(tmp_path: Path) -> None:
    """The guard itself, on code that must not pass."""
    file = tmp_path / "bad.py"
    file.write_text(
        "job.status = 'x'\nJob.objects.filter(pk=1).update(status='x')\na.state, b = 1, 2\nself.status = 3\n"
    )
    assert sorted(find_writes(file)) == [(1, "job.status"), (2, "update(status=…)"), (3, "a.state")]
