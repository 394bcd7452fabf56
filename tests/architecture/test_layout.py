"""The rooms are where ARCHITECTURE says, and nothing points up: no import, no foreign key, no migration."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from grimp import ImportGraph

from devtools.layers import Rooms, RoomsContract

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = (ROOT / "platform", ROOT)
NOT_ROOMS = {"platform", "tests", "devtools", "docs", "locale", "node_modules"}
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACT = LINTER["contracts"][0]
ROOMS = Rooms.read(layers=CONTRACT["layers"], anywhere=CONTRACT["anywhere"])
LABEL_AND_NAME = re.compile(r"(\w+)\.(\w+)")
LONGEST_FILE = 400


def packages() -> Iterator[Path]:
    """Every package of ours that stands directly in a source root."""
    for source in SOURCE_ROOTS:
        for folder in source.iterdir():
            if folder.is_dir() and folder.name not in NOT_ROOMS and not folder.name.startswith((".", "_")):
                yield folder


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of ours with its dotted name."""
    for package in packages():
        for path in package.rglob("*.py"):
            parts = path.relative_to(package.parent).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path


MODULES = dict(modules())
OURS = {package.name for package in packages()}
OUR_APPS = {config.label: config.name for config in apps.get_app_configs() if config.name.split(".")[0] in OURS}


def named_models(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The app of every string "app.Model" and of every AUTH_USER_MODEL, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = LABEL_AND_NAME.fullmatch(node.value)
            if match and match[1] in OUR_APPS and match[2].lower() in apps.get_app_config(match[1]).models:
                yield OUR_APPS[match[1]], node.lineno
        elif isinstance(node, ast.Attribute) and node.attr == "AUTH_USER_MODEL":
            yield OUR_APPS[settings.AUTH_USER_MODEL.split(".")[0]], node.lineno


def migration_apps(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The app of every pair in a migration's `dependencies` and `run_before`, with its line."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        if node.targets[0].id in ("dependencies", "run_before") and isinstance(node.value, ast.List):
            for pair in node.value.elts:
                if isinstance(pair, ast.Tuple) and isinstance(pair.elts[0], ast.Constant):
                    label = str(pair.elts[0].value)
                    if label in OUR_APPS:
                        yield OUR_APPS[label], pair.lineno


def test_platform_is_no_package() -> None:
    """As a package it would take the place of the standard library's `platform`."""
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_every_package_is_linted() -> None:
    assert set(LINTER["root_packages"]) == OURS


def test_every_app_is_a_room() -> None:
    assert {name for name in OUR_APPS.values() if ROOMS.room_of(name) != name} == set()


def test_no_app_is_desk_and_book() -> None:
    assert set(settings.TENANT_APPS).isdisjoint(settings.SHARED_APPS)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_names_of_models_and_migrations_point_down(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text())
    named = [*named_models(tree), *(migration_apps(tree) if ".migrations." in name else ())]
    assert [f"line {line}: {app}" for app, line in named if not ROOMS.allows(importer=name, imported=app)] == []


def test_foreign_keys_stay_on_their_side() -> None:
    """A book's keys stay inside its own book, a desk's inside the core: so that every schema can move."""
    books = {app.split(".apps.")[0] for app in settings.TENANT_APPS}
    crossing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        if (model._meta.app_config.name in books) != (field.related_model._meta.app_config.name in books)
    ]
    assert crossing == []


def written_files() -> Iterator[Path]:
    """What people write: modules, tests, tools, scripts and styles; not what a tool wrote or others made."""
    for suffix in ("py", "js", "css"):
        for path in ROOT.rglob(f"*.{suffix}"):
            parts = path.relative_to(ROOT).parts
            if not {"migrations", "vendor", "node_modules"}.intersection(parts) and not parts[0].startswith("."):
                yield path


def test_files_are_short() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in written_files()}
    assert {"fleet/urls.py", "tests/conftest.py", "devtools/check.py", "platform/ui/static/ui/shell.js"} <= set(lengths)
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("tenants.people.models", "tenants.models", True),
        ("tenants.models", "tenants.people.models", False),
        ("events.book.projecting", "events.models", True),
        ("events.models", "events.book.models", False),
        ("api.urls", "api.book.models", True),
        ("api.book.models", "api.urls", False),
        ("portal.views", "fleet.services", True),
        ("portal.views", "console.views", False),
        ("dispatch.services", "fleet.models", False),
        ("claims.desk.services", "claims.book.models", False),
        ("claims.book.models", "billing.book.models", False),
        ("ui.views", "config.clock", True),
        ("ui.views", "config.settings", False),
        ("config.clock", "ui", False),
        ("config.urls_root", "console.urls", True),
        ("claims", "claims.desk.models", False),
    ],
)
def test_the_order_of_the_rooms(importer: str, imported: str, allowed: bool) -> None:
    assert ROOMS.allows(importer=importer, imported=imported) is allowed


def test_the_contract_finds_an_import_that_goes_up() -> None:
    graph = ImportGraph()
    graph.add_module("dispatch.services")
    graph.add_module("fleet.models")
    graph.add_import(
        importer="dispatch.services", imported="fleet.models", line_number=7, line_contents="from fleet import models"
    )
    contract = RoomsContract("rooms", {}, {"layers": CONTRACT["layers"], "anywhere": CONTRACT["anywhere"]})
    assert contract.check(graph, verbose=False).metadata == {"wrong": [("dispatch.services", "fleet.models", 7)]}
    assert contract.check(SimpleNamespace(modules=set()), verbose=False).kept  # type: ignore[arg-type]
