"""The drive times of this installation: the great circle, or a routing service's that nobody waits for while holding a lock."""

from collections import OrderedDict
from functools import cache

import numpy as np
import numpy.typing as npt
from django.conf import settings

from dispatch.planning import DriveTimes, GreatCircleDriveTimes, drive_times_from
from dispatch.planning.drive_time import Index, Seconds

Pair = tuple[float, float, float, float]
KEPT = 500_000


class Remembered:
    """A routing service's answers, kept; `at_hand` gives them without a call, with the great circle for what it lacks."""

    def __init__(self, service: DriveTimes) -> None:
        self.service = service
        self.known: OrderedDict[Pair, int] = OrderedDict()
        self.at_hand = AtHand(self.known)

    @property
    def follows_distance(self) -> bool:
        """As the service."""
        return self.service.follows_distance

    def matrix(self, *, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> Seconds:
        """As the service; not kept."""
        return self.service.matrix(origins=origins, destinations=destinations)

    def pairs(
        self,
        *,
        origins: npt.ArrayLike,
        destinations: npt.ArrayLike,
        origin_index: Index | None = None,
        destination_index: Index | None = None,
    ) -> Seconds:
        """As the service; every answer is kept."""
        seconds = self.service.pairs(
            origins=origins,
            destinations=destinations,
            origin_index=origin_index,
            destination_index=destination_index,
        )
        keys = pair_keys(origins, destinations, origin_index, destination_index)
        self.known.update(zip(keys, seconds.tolist(), strict=True))
        while len(self.known) > KEPT:
            self.known.popitem(last=False)
        return seconds


class AtHand:
    """What is known already, and the great circle for the rest: for use under a lock."""

    follows_distance = False

    def __init__(self, known: OrderedDict[Pair, int]) -> None:
        self.known = known
        self.great_circle = GreatCircleDriveTimes()

    def matrix(self, *, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> Seconds:
        """Seconds from every origin (row) to every destination (column)."""
        ways = len(np.asarray(origins).reshape(-1, 2)), len(np.asarray(destinations).reshape(-1, 2))
        index = np.indices(ways)
        return self.pairs(
            origins=origins,
            destinations=destinations,
            origin_index=index[0].ravel(),
            destination_index=index[1].ravel(),
        ).reshape(ways)

    def pairs(
        self,
        *,
        origins: npt.ArrayLike,
        destinations: npt.ArrayLike,
        origin_index: Index | None = None,
        destination_index: Index | None = None,
    ) -> Seconds:
        """Seconds from each origin to the destination of the same row (or of the indexed rows)."""
        seconds = self.great_circle.pairs(
            origins=origins,
            destinations=destinations,
            origin_index=origin_index,
            destination_index=destination_index,
        )
        for row, key in enumerate(pair_keys(origins, destinations, origin_index, destination_index)):
            if key in self.known:
                seconds[row] = self.known[key]
        return seconds


def pair_keys(
    origins: npt.ArrayLike, destinations: npt.ArrayLike, origin_index: Index | None, destination_index: Index | None
) -> list[Pair]:
    """A key for each way."""
    one = np.asarray(origins, dtype=np.float64).reshape(-1, 2)
    other = np.asarray(destinations, dtype=np.float64).reshape(-1, 2)
    one = one if origin_index is None else one[origin_index]
    other = other if destination_index is None else other[destination_index]
    return [tuple(row) for row in np.hstack((one, other)).tolist()]


@cache
def drive_times() -> DriveTimes:
    """For plans and pages: may ask a service."""
    found = drive_times_from(settings.ROUTING_URL or None)
    return Remembered(found) if settings.ROUTING_URL else found


def drive_times_at_hand() -> DriveTimes:
    """For what holds a lock: asks nobody."""
    found = drive_times()
    return found.at_hand if isinstance(found, Remembered) else found
