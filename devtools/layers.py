"""Who may import whom, also where one room lies inside another: import-linter's own layers cannot say that.

`tenants.people` stands above `tenants`, `events.book` above `events`, `api.book` below `api`. So here each module
belongs to the most specific room that is listed, and may import its own room and the rooms of the lines below.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True)
class Rooms:
    """The rooms, top line first, and the modules that anyone may import."""

    lines: Sequence[Sequence[str]]
    anywhere: Set[str] = frozenset()

    @classmethod
    def read(cls, *, layers: Sequence[str], anywhere: Sequence[str] = ()) -> "Rooms":
        """Read lines such as `portal | console`, top first."""
        lines = [[room.strip() for room in line.split("|")] for line in layers]
        return cls(lines=lines, anywhere=frozenset(anywhere))

    @property
    def level_of(self) -> Mapping[str, int]:
        """Each room's line, 0 at the top."""
        return {room: number for number, line in enumerate(self.lines) for room in line}

    def room_of(self, module: str) -> str | None:
        """Return the most specific room that holds a module, None for what holds rooms only."""
        levels, parts = self.level_of, module.split(".")
        candidates = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((candidate for candidate in candidates if candidate in levels), None)

    def allows(self, *, importer: str, imported: str) -> bool:
        """Say whether one module may import (or point a foreign key at, or migrate after) another."""
        if importer in self.anywhere:
            return False
        if imported in self.anywhere:
            return True
        upper, lower = self.room_of(importer), self.room_of(imported)
        if lower is None:
            # An empty package around rooms; it is named by every import of what it holds.
            return True
        if upper is None:
            return False
        return upper == lower or self.level_of[upper] < self.level_of[lower]


class RoomsContract(Contract):
    """The contract `rooms` of pyproject.toml."""

    type_name = "rooms"

    layers = fields.ListField(subfield=fields.StringField())
    anywhere = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find the imports that go up or sideways, and the modules that belong nowhere."""
        rooms = Rooms.read(layers=self.layers, anywhere=self.anywhere)  # type: ignore[arg-type]
        wrong: list[tuple[str, str, int]] = []
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if not rooms.allows(importer=importer, imported=imported):
                    details = graph.get_import_details(importer=importer, imported=imported)
                    wrong.append((importer, imported, details[0]["line_number"] if details else 0))
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each wrong import with its place."""
        for importer, imported, line in check.metadata["wrong"]:
            output.print_error(f"{importer} (line {line}) imports {imported}, which does not stand below it.")
        output.new_line()
