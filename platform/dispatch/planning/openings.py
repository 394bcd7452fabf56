"""When and from where agents are free: each shift less its leaves and bookings, as NumPy columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dispatch.planning.drive_time import Index
from dispatch.planning.geo import Coordinates, Floats, unit_vectors
from dispatch.planning.model import AgentCard, Booking
from dispatch.planning.reasons import GateReason
from dispatch.planning.tables import Ints, epoch, places

NEVER = np.iinfo(np.int64).max
Bits = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Openings:
    """One row a free stretch of an agent's shift (an empty stretch stays: its edges tell why he is not free).

    `start_why` and `end_why` are reason bits: what keeps him before it starts and from its end on. At its start he is
    at `place`: where his last leg ended, or at home when the shift begins and after a leave. `next_place` is where he
    must be at `next_at`; NEVER when nothing is known to follow. Values are never changed: `taken` gives a new table.
    """

    agent: Index
    shift: Index
    start: Ints
    end: Ints
    start_why: Bits
    end_why: Bits
    place: Floats
    vector: Floats
    next_place: Floats
    next_at: Ints
    shift_start: Ints
    shift_end: Ints
    used: Ints
    load: Ints

    def __len__(self) -> int:
        return len(self.agent)

    def taken(
        self, *, rows: Index, depart: Ints, arrive: Ints, leave: Ints, origins: Floats, destinations: Floats
    ) -> "Openings":
        """The table after one leg was put in each of `rows`: the rest before it and the rest after it stay free."""
        before = replace_rows(self, rows, end=depart, end_why=OVERLAP, next_place=origins, next_at=arrive)
        after = replace_rows(self, rows, start=leave, start_why=OVERLAP, place=destinations)
        kept = np.ones(len(self), dtype=np.bool_)
        kept[rows] = False
        useful = before.end > before.start
        parts = ((self, kept), (before, useful), (after, np.ones(len(after), dtype=np.bool_)))
        columns = {name: np.concatenate([getattr(table, name)[mask] for table, mask in parts]) for name in ROW_COLUMNS}
        used = self.used.copy()
        np.add.at(used, self.shift[rows], 1)
        return replace(self, **columns, used=used)

    def picked(self, *, rows: Index) -> "Openings":
        """Only `rows`, in that order."""
        return replace(self, **{name: getattr(self, name)[rows] for name in ROW_COLUMNS})


ROW_COLUMNS = (
    "agent", "shift", "start", "end", "start_why", "end_why", "place", "vector", "next_place", "next_at",
)  # fmt: skip
SHIFT = GateReason.SHIFT.bit
LEAVE = GateReason.LEAVE.bit
OVERLAP = GateReason.OVERLAP.bit
_NOWHERE: Coordinates = (0.0, 0.0)


def openings_of(*, agents: Sequence[AgentCard], after: int) -> Openings:
    """Lay out the free stretches of all shifts that end later than `after` (epoch seconds)."""
    shifts: list[tuple[int, int, int, int]] = []
    rows: list[tuple[int, int, int, int, int, int, int]] = []
    spots: list[tuple[Coordinates, Coordinates]] = []
    for number, agent in enumerate(agents):
        blocks = _blocks(agent)
        for start, end in _shifts(agent):
            if end <= after:
                continue
            used = sum(1 for block in blocks if block.why == OVERLAP and start <= block.start < end)
            for piece in _pieces(start, end, agent.position, blocks):
                rows.append((number, len(shifts), *piece[:5]))
                spots.append(piece[5:])
            shifts.append((start, end, used, agent.load))
    table = np.array(rows, dtype=np.int64).reshape(-1, 7)
    shift_table = np.array(shifts, dtype=np.int64).reshape(-1, 4)
    place = places([spot[0] for spot in spots])
    return Openings(
        agent=table[:, 0].astype(np.intp),
        shift=table[:, 1].astype(np.intp),
        start=table[:, 2].copy(),
        end=table[:, 3].copy(),
        start_why=table[:, 4].astype(np.uint16),
        end_why=table[:, 5].astype(np.uint16),
        place=place,
        vector=unit_vectors(points=place),
        next_place=places([spot[1] for spot in spots]),
        next_at=table[:, 6].copy(),
        shift_start=shift_table[:, 0].copy(),
        shift_end=shift_table[:, 1].copy(),
        used=shift_table[:, 2].copy(),
        load=shift_table[:, 3].copy(),
    )


def replace_rows(table: Openings, rows: Index, **changes: Ints | Floats | int) -> Openings:
    """Only `rows`, with some columns changed; a new place brings its vector along."""
    picked = table.picked(rows=rows)
    columns: dict[str, npt.NDArray[np.generic]] = {}
    for name, values in changes.items():
        like = getattr(picked, name)
        columns[name] = np.broadcast_to(np.asarray(values, dtype=like.dtype), like.shape)
    if "place" in columns:
        columns["vector"] = unit_vectors(points=columns["place"])
    return replace(picked, **columns)  # type: ignore[arg-type]  # one name, one column: the dataclass has their types


@dataclass(frozen=True, slots=True)
class _Block:
    """A leave or a booking, in epoch seconds."""

    start: int
    end: int
    why: int
    leads_to: Coordinates | None
    begins_at: Coordinates | None
    arrives: int


Piece = tuple[int, int, int, int, int, Coordinates, Coordinates]


def _pieces(start: int, end: int, home: Coordinates, blocks: Sequence[_Block]) -> Iterator[Piece]:
    """Cut one shift at its blocks: (start, end, start_why, end_why, next_at, place, next_place)."""
    at, why, place = start, SHIFT, home
    for block in blocks:
        if block.end <= start or block.start >= end:
            continue
        stop = max(at, block.start)
        yield at, stop, why, block.why, block.arrives, place, block.begins_at or _NOWHERE
        if block.end >= at:
            at, why = block.end, block.why
            place = block.leads_to or home
    yield at, max(at, end), why, SHIFT, NEVER, place, _NOWHERE


def _shifts(agent: AgentCard) -> list[tuple[int, int]]:
    """The shifts in order; where two overlap the later starts when the earlier ends, so no minute counts twice."""
    if len(agent.shifts) == 1:
        only = agent.shifts[0]
        return [(epoch(only[0]), epoch(only[1]))]
    cut: list[tuple[int, int]] = []
    last = -NEVER
    for start, end in sorted((epoch(start), epoch(end)) for start, end in agent.shifts):
        cut.append((max(start, last), end))
        last = max(last, end)
    return [(start, end) for start, end in cut if end > start]


def _blocks(agent: AgentCard) -> list[_Block]:
    if not agent.booked and not agent.leaves:
        return []
    blocks = [_Block(epoch(start), epoch(end), LEAVE, None, None, NEVER) for start, end in agent.leaves]
    blocks += [_booking_block(booking) for booking in agent.booked]
    return sorted(blocks, key=lambda block: (block.start, block.end))


def _booking_block(booking: Booking) -> _Block:
    known = booking.origin is not None and booking.arrive_at is not None
    return _Block(
        start=epoch(booking.start),
        end=epoch(booking.end),
        why=OVERLAP,
        leads_to=booking.destination,
        begins_at=booking.origin if known else None,
        arrives=epoch(booking.arrive_at) if known and booking.arrive_at is not None else NEVER,
    )
