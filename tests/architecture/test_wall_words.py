"""Words that only the wall itself may say, read from the syntax trees of everything else."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".venv", "node_modules", "tests", "devtools", ".data", "docs"}
WALL = ROOT / "tenants"
# An attribute or a name that opens another way into a schema, or lets a response out of the wall unread.
NAMES = {"schema_context", "set_tenant", "set_schema", "stand_in_for_migration", "move_to"}
# Raw SQL that changes the role or the path; the tenant's role alone could not refuse it.
TEXTS = ("set role", "reset role", "session authorization", "search_path", "set_config(", "reset all", "discard all")
# The replay leads the path to its scratch schema, as the owner.
ALLOWED = {("platform/events/replaying.py", "move_to")}


def sources() -> Iterator[Path]:
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).parts
        if parts[0] not in NOT_OURS and "migrations" not in parts and not path.is_relative_to(WALL):
            yield path


def words(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What a module says that is the wall's to say."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in NAMES:
            yield node.attr, node.lineno
        elif isinstance(node, ast.Name | ast.alias):
            name = node.id if isinstance(node, ast.Name) else node.name.split(".")[-1]
            if name in NAMES:
                yield name, getattr(node, "lineno", 0)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield from ((text, node.lineno) for text in TEXTS if text in node.value.lower())


def decorators(tree: ast.AST) -> Iterator[int]:
    """Where a tenant is entered by a decorator."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                name = decorator.func if isinstance(decorator, ast.Call) else decorator
                if getattr(name, "id", getattr(name, "attr", "")) in {"tenant_context", "core_context"}:
                    yield decorator.lineno


def stays(tree: ast.AST) -> Iterator[ast.With]:
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any(enters(item.context_expr) for item in node.items):
            yield node


def partials_on_commit(tree: ast.AST) -> Iterator[int]:
    """Callbacks without a __qualname__: Django's robust branch fails on them, and committed work answers 500."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "on_commit":
            first = node.args[0] if node.args else node
            if not isinstance(first, ast.Name | ast.Attribute | ast.Lambda):
                yield node.lineno


def enters(expression: ast.expr) -> bool:
    name = expression.func if isinstance(expression, ast.Call) else expression
    return getattr(name, "id", getattr(name, "attr", "")) in {"tenant_context", "core_context"}


TREES = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sources()}


def test_only_the_wall_moves_a_connection() -> None:
    said = [(name, *found) for name, tree in TREES.items() for found in words(tree)]
    assert [entry for entry in said if entry[:2] not in ALLOWED] == []
    assert {entry[:2] for entry in said} == ALLOWED


def test_a_tenant_is_entered_by_a_block_that_yields_nothing() -> None:
    """Enter, read a page, leave, yield; a decorator's transaction would open before the arguments are known."""
    assert [(name, line) for name, tree in TREES.items() for line in decorators(tree)] == []
    yields = ast.Yield | ast.YieldFrom
    inside = [
        (name, node.lineno)
        for name, tree in TREES.items()
        for stay in stays(tree)
        for node in ast.walk(stay)
        if isinstance(node, yields)
    ]
    assert inside == []


def test_what_runs_after_commit_is_a_function_with_a_name() -> None:
    assert [(name, line) for name, tree in TREES.items() for line in partials_on_commit(tree)] == []


def test_the_check_itself_sees_what_it_should() -> None:
    bad = ast.parse(
        "from django_tenants.utils import schema_context\n"
        "connection.set_schema('x')\n"
        "cursor.execute('SET ROLE x')\n"
        "@tenant_context(t)\ndef f(): ...\n"
        "def g():\n    with tenant_context(t):\n        yield 1\n"
    )
    assert {word for word, _line in words(bad)} == {"schema_context", "set_schema", "set role"}
    assert list(decorators(bad)) == [4]
    late = ast.parse("transaction.on_commit(partial(f, 1), robust=True)\non_commit(f, robust=True)")
    assert list(partials_on_commit(late)) == [1]
    assert [isinstance(node, ast.With) for node in stays(bad)] == [True]
