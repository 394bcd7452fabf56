"""A status is set by its machine alone: the syntax trees of the project say so."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("platform", "tenants", "fleet", "partners", "claims", "billing", "api")
NAMES = {"status", "state"}
SET = re.compile(r"\bSET\b([\s\S]*?)(?=\bWHERE\b|\bFROM\b|\Z)")
TARGET = re.compile(r"(?:\A|,)\s*\"?(status|state)\"?\s*=")
# Where a status is written by right. A file of a room that is not here asks its machine.
WRITERS = {
    "platform/events/machine.py": "the machine itself",
    "fleet/projectors/orders.py": "the copy that the book keeps",
    "fleet/projectors/complaints.py": "the same of complaints",
}
WRITER_NAMES = {"states.py", "projectors.py"}  # the tables, and the copies that books keep
# Not an object's way through a machine: (file, what is assigned) and why.
DECLARED: dict[tuple[str, str], str] = {
    ("tenants/provisioning.py", "tenant.state"): "a tenant's schema comes to be step by step, outside any desk",
    ("tenants/provisioning.py", "update(state=…)"): "the same",
    ("platform/portal/members/views.py", "member.state"): "a word for the page, no column",
    ("platform/portal/members/views.py", "invitation.state"): "a word for the page, no column",
    (
        "fleet/services/amending.py",
        "row.status",
    ): "a file's row is sorted by what the desk answered; it has no way to go",
    ("fleet/services/mending.py", "held.status"): "a file's row is sorted by its check; it has no way to go",
    ("fleet/services/mending.py", "bulk_update(status)"): "the same, many at once",
    ("fleet/services/opening.py", "SET status = …"): "a batch's row says that its order stands; it has no way to go",
}


def project_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (p for p in sorted((ROOT / room).rglob("*.py")) if "migrations" not in p.parts)


def find_writes(path: Path) -> Iterator[tuple[int, str]]:
    """Every way in which a file writes a status: by assignment, by name, by a queryset, by SQL."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = texts_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            yield from assigned(node)
        elif isinstance(node, ast.Call):
            yield from called(node, texts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            clauses = [match[1] for match in SET.finditer(node.value)]
            yield from ((node.lineno, f"SET {name} = …") for clause in clauses for name in TARGET.findall(clause))


def texts_of(tree: ast.Module) -> dict[str, ast.expr]:
    """What the module calls lists of names."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


def assigned(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[tuple[int, str]]:
    """`x.status = …`, also among others."""
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        for part in ast.walk(target):
            if is_write(part) and not is_own(part):
                yield part.lineno, ast.unparse(part)


def called(node: ast.Call, texts: dict[str, ast.expr]) -> Iterator[tuple[int, str]]:
    """`setattr(x, "status", …)`, `….update(status=…)` and `….bulk_update(rows, ["status"])`."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name in {"setattr", "__setattr__"}:
        yield from ((node.lineno, f"setattr({text})") for text in words(node.args, texts))
    elif name == "update":
        yield from ((node.lineno, f"update({word.arg}=…)") for word in node.keywords if word.arg in NAMES)
        spread = [word.value for word in node.keywords if word.arg is None]
        yield from ((node.lineno, f"update({text}=…)") for text in words(spread, texts))
    elif name in {"bulk_update", "copy_update"}:
        fields = [*node.args[1:], *(word.value for word in node.keywords)]
        yield from ((node.lineno, f"bulk_update({text})") for text in words(fields, texts))


def words(expressions: list[ast.expr], texts: dict[str, ast.expr]) -> list[str]:
    """The names of a status that stand in these expressions, or in what the module calls by a name in them."""
    found = []
    for part in (part for expression in expressions for part in ast.walk(expression)):
        if isinstance(part, ast.Constant) and part.value in NAMES:
            found.append(str(part.value))
        elif isinstance(part, ast.Name) and part.id in texts:
            found += words([texts[part.id]], {})
    return found


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


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("job.status = 'x'", ["job.status"]),
        ("a.state, b = 1, 2", ["a.state"]),
        ("Job.objects.filter(pk=1).update(status='x')", ["update(status=…)"]),
        ("Job.objects.update(**{'status': 'x'})", ["update(status=…)"]),
        ("setattr(job, 'status', 'x')", ["setattr(status)"]),
        ("object.__setattr__(job, 'status', 'x')", ["setattr(status)"]),
        ("Job.objects.bulk_update(jobs, ['note', 'status'])", ["bulk_update(status)"]),
        ("Job.objects.bulk_update(jobs, fields=('status',))", ["bulk_update(status)"]),
        ("FIELDS = ['status']\nJob.objects.bulk_update(jobs, FIELDS)", ["bulk_update(status)"]),
        ("cursor.execute('UPDATE job SET note = %s, status = %s WHERE id = 1')", ["SET status = …"]),
        ("SQL = f'UPDATE {table} SET status = new.status FROM new'", ["SET status = …"]),
        ("cursor.execute('UPDATE job SET note = 1 WHERE status = 2')", []),
        ("cursor.execute('UPDATE job SET note = CASE WHEN status = 2 THEN 1 END')", []),
        ("self.status = 3", []),
        ("Job.objects.filter(status='x')", []),
        ("job.save(update_fields=['status'])", []),
    ],
)
def test_the_reader_sees_each_way_of_writing(tmp_path: Path, code: str, found: list[str]) -> None:
    """The guard itself, on code that must not pass and on code that must."""
    file = tmp_path / "bad.py"
    file.write_text(code)
    assert [what for _line, what in find_writes(file)] == found
