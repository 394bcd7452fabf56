"""Drive times of an OSRM-compatible service, with the great circle as the answer when the service has none."""

import http.client
import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from dispatch.planning.drive_time import DriveTimes, GreatCircleDriveTimes, Index, Seconds
from dispatch.planning.geo import Floats

logger = logging.getLogger(__name__)

PLACES_A_REQUEST = 100
"""The public limit of OSRM's table service (`--max-table-size`)."""
_A_YEAR_S = 366 * 86_400
REST_AFTER_FAILURE_S = 60.0
"""How long a service that failed is left alone, so that a solve never waits for one timeout after another."""


class RoutingUnavailableError(Exception):
    """The service could not be reached, or did not answer with a table."""


class RoutingServiceDriveTimes:
    """Asks `{url}/table/v1/driving/…`; where it fails, the great circle answers, and `degraded` and the log say so."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = 5.0,
        places_a_request: int = PLACES_A_REQUEST,
        fallback: DriveTimes | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ValueError unless `url` is an http or https address and a request may hold two places."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("a routing service needs an http or https address")
        if places_a_request < 2:
            raise ValueError("a request must hold at least two places")
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._places = places_a_request
        self._fallback: DriveTimes = fallback or GreatCircleDriveTimes()
        self._clock = clock
        self._rest_until = float("-inf")
        self.estimated_pairs = 0
        self.last_error: str | None = None

    @property
    def follows_distance(self) -> bool:
        """Never: a river makes a near place far."""
        return False

    @property
    def degraded(self) -> bool:
        """Whether any time handed out so far was the great circle's and not the service's."""
        return self.estimated_pairs > 0

    def matrix(self, *, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> Seconds:
        """Seconds from every origin (row) to every destination (column), asked in blocks."""
        one, other = _points(origins), _points(destinations)
        seconds = np.zeros((len(one), len(other)), dtype=np.int32)
        half = self._places // 2
        for top in range(0, len(one), half):
            for left in range(0, len(other), self._places - half):
                rows, columns = slice(top, top + half), slice(left, left + self._places - half)
                seconds[rows, columns] = self._block(one[rows], other[columns])
        return seconds

    def pairs(
        self,
        *,
        origins: npt.ArrayLike,
        destinations: npt.ArrayLike,
        origin_index: Index | None = None,
        destination_index: Index | None = None,
    ) -> Seconds:
        """Seconds of the named pairs; pairs that share places are asked together in one table."""
        one, other = _points(origins), _points(destinations)
        count = max(len(one), len(other))
        sources = np.arange(count) % len(one) if origin_index is None else origin_index
        targets = np.arange(count) % len(other) if destination_index is None else destination_index
        seconds = np.zeros(len(sources), dtype=np.int32)
        order = np.argsort(targets, kind="stable")
        for rows in self._runs(order, sources, targets):
            some_sources, row = np.unique(sources[rows], return_inverse=True)
            some_targets, column = np.unique(targets[rows], return_inverse=True)
            block = self._block(one[some_sources], other[some_targets])
            seconds[rows] = block[row, column]
        return seconds

    def _runs(self, order: Index, sources: Index, targets: Index) -> Iterator[Index]:
        """Cut the pairs into runs that name at most as many places as one request may hold."""
        run: list[int] = []
        seen_sources: set[int] = set()
        seen_targets: set[int] = set()
        for pair in order.tolist():
            source, target = int(sources[pair]), int(targets[pair])
            places = len(seen_sources | {source}) + len(seen_targets | {target})
            if run and places > self._places:
                yield np.array(run, dtype=np.intp)
                run, seen_sources, seen_targets = [], set(), set()
            run.append(pair)
            seen_sources.add(source)
            seen_targets.add(target)
        if run:
            yield np.array(run, dtype=np.intp)

    def _block(self, origins: Floats, destinations: Floats) -> Seconds:
        estimate = self._fallback.matrix(origins=origins, destinations=destinations)
        try:
            answer = self._ask(origins, destinations)
        except RoutingUnavailableError as error:
            self._say_fallback(str(error), estimate.size)
            return estimate
        unknown = np.isnan(answer)
        if unknown.any():
            self._say_fallback("the service knows no way for some pairs", int(unknown.sum()))
        return np.where(unknown, estimate, np.rint(np.nan_to_num(answer))).astype(np.int32)

    def _ask(self, origins: Floats, destinations: Floats) -> Floats:
        if self._clock() < self._rest_until:
            raise RoutingUnavailableError("the service failed a moment ago")
        places = ";".join(f"{lng:.6f},{lat:.6f}" for lat, lng in np.concatenate((origins, destinations)).tolist())
        sources = ";".join(str(i) for i in range(len(origins)))
        targets = ";".join(str(len(origins) + i) for i in range(len(destinations)))
        address = f"{self._url}/table/v1/driving/{places}?sources={sources}&destinations={targets}&annotations=duration"
        try:
            with urllib.request.urlopen(address, timeout=self._timeout_s) as response:  # noqa: S310 (scheme checked)
                body = json.load(response)
            return _durations(body, (len(origins), len(destinations)))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._rest_until = self._clock() + REST_AFTER_FAILURE_S
            raise RoutingUnavailableError(f"{type(error).__name__}: {error}") from error

    def _say_fallback(self, why: str, pairs: int) -> None:
        self.estimated_pairs += pairs
        self.last_error = why
        logger.warning("Drive times of %d pairs are great-circle estimates: %s", pairs, why)


def drive_times_from(url: str | None) -> DriveTimes:
    """The drive times a setting asks for: a routing service's if it names an address, else the great circle's."""
    return RoutingServiceDriveTimes(url) if url else GreatCircleDriveTimes()


def _points(points: npt.ArrayLike) -> Floats:
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _durations(body: object, shape: tuple[int, int]) -> Floats:
    """Read OSRM's `durations`; null becomes NaN. Raises ValueError for any other answer."""
    if not isinstance(body, dict) or body.get("code") != "Ok":
        raise ValueError("the service did not answer Ok")
    try:
        table = np.array(body.get("durations"), dtype=np.float64)
    except TypeError as error:
        raise ValueError("the service's table is not one of numbers") from error
    if table.shape != shape or bool(((table < 0) | (table > _A_YEAR_S)).any()):
        raise ValueError("the service's table has the wrong shape or impossible times")
    return table
