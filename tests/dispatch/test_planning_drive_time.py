"""Drive times: the great circle, and a routing service on a real socket."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.planning import GreatCircleDriveTimes, RoutingServiceDriveTimes, drive_times_from

PLACES = [(31.3441, 121.6036), (31.2077, 121.6047), (31.1947, 121.315), (31.2617, 121.6172), (30.902, 121.929)]
Answer = Callable[[int, int], tuple[int, object]]


class Service:
    """An OSRM stand-in: answers from `answer(sources, destinations)` and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[int, int, int]] = []
        self.paths: list[str] = []


@contextmanager
def served(answer: Answer) -> Iterator[tuple[str, Service]]:
    """Run the stand-in on a free port of this machine."""
    service = Service(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            shape = len(query["sources"][0].split(";")), len(query["destinations"][0].split(";"))
            service.asked.append((*shape, len(parts.path.split("/")[-1].split(";"))))
            service.paths.append(self.path)
            status, body = service.answer(*shape)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name http.server gives it)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def hundreds(rows: int, columns: int) -> tuple[int, object]:
    """Every drive takes 100.4 seconds."""
    return 200, {"code": "Ok", "durations": [[100.4] * columns for _ in range(rows)]}


def test_city_speed_detour_and_start_up() -> None:
    """28 km/h over 1.35 times the distance, and three minutes: 10,000 m take 1,916 s."""
    seconds = GreatCircleDriveTimes().pairs(origins=(30, 120), destinations=(30 + 10_000 / 111_195.08, 120))
    assert seconds.tolist() == [1916]
    assert seconds.dtype == np.int32


def test_no_drive_takes_no_time() -> None:
    """Who is there has no start-up."""
    assert GreatCircleDriveTimes().matrix(origins=PLACES[:2], destinations=PLACES[:1])[0].tolist() == [0]


def test_matrix_and_indexed_pairs_agree() -> None:
    """Asking by index gives the matrix' cells."""
    roads = GreatCircleDriveTimes()
    matrix = roads.matrix(origins=PLACES, destinations=PLACES)
    sources, targets = np.array([4, 0, 2, 2]), np.array([1, 1, 3, 0])
    pairs = roads.pairs(origins=PLACES, destinations=PLACES, origin_index=sources, destination_index=targets)
    assert pairs.tolist() == matrix[sources, targets].tolist()


@settings(deadline=None)
@given(st.floats(0, 0.5), st.floats(0, 0.5))
def test_farther_never_takes_less(one: float, other: float) -> None:
    """The promise of `follows_distance`."""
    nearer, farther = sorted((one, other))
    seconds = GreatCircleDriveTimes().pairs(origins=(31, 121), destinations=[(31, 121 + nearer), (31, 121 + farther)])
    assert seconds[0] <= seconds[1]


@pytest.mark.parametrize("wrong", [{"city_speed_kmh": 0}, {"detour": -1}, {"start_up_s": -1}])
def test_impossible_settings(wrong: dict[str, float]) -> None:
    """A speed of zero is a wrong setting, not an endless drive."""
    with pytest.raises(ValueError, match="positive"):
        GreatCircleDriveTimes(**wrong)


def test_the_setting_chooses() -> None:
    """No address, no service."""
    assert isinstance(drive_times_from(None), GreatCircleDriveTimes)
    assert isinstance(drive_times_from(""), GreatCircleDriveTimes)
    assert isinstance(drive_times_from("http://127.0.0.1:5000"), RoutingServiceDriveTimes)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://roads.example", "roads.example", "http://"])
def test_only_web_addresses(url: str) -> None:
    """Any other scheme would read what it should not."""
    with pytest.raises(ValueError, match="http"):
        drive_times_from(url)


def test_service_is_asked_in_blocks_and_in_its_own_order() -> None:
    """Coordinates go as lng,lat; no request names more places than it may."""
    with served(hundreds) as (url, service):
        roads = RoutingServiceDriveTimes(url, places_a_request=4)
        matrix = roads.matrix(origins=PLACES, destinations=PLACES[:3])
    assert matrix.tolist() == [[100] * 3] * 5
    assert max(places for _, _, places in service.asked) <= 4
    assert service.paths[0].startswith("/table/v1/driving/121.603600,31.344100;121.604700,31.207700;")
    assert not roads.degraded


def test_pairs_share_tables() -> None:
    """Four pairs over few places are one request, and each pair finds its own cell."""

    def numbered(rows: int, columns: int) -> tuple[int, object]:
        return 200, {
            "code": "Ok",
            "durations": [[10 * row + column for column in range(columns)] for row in range(rows)],
        }

    with served(numbered) as (url, service):
        seconds = RoutingServiceDriveTimes(url).pairs(
            origins=PLACES,
            destinations=PLACES,
            origin_index=np.array([3, 1, 3, 4]),
            destination_index=np.array([0, 2, 2, 0]),
        )
    assert service.asked == [(3, 2, 5)]
    assert seconds.tolist() == [10, 1, 11, 20]


def test_pairs_in_small_requests() -> None:
    """Pairs are cut into runs; rows without an index stand for themselves."""
    with served(hundreds) as (url, service):
        seconds = RoutingServiceDriveTimes(url, places_a_request=3).pairs(origins=PLACES, destinations=PLACES[:1])
    assert seconds.tolist() == [100] * 5
    assert max(places for _, _, places in service.asked) <= 3


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}),
        (200, b"<html>"),
        (200, {"code": "NoTable"}),
        (200, {"code": "Ok", "durations": [[1]]}),
        (200, {"code": "Ok", "durations": [["x", 1, 2], [1, 2, 3]]}),
        (200, {"code": "Ok", "durations": [[-1, 1, 2], [1, 2, 3]]}),
        (200, {"code": "Ok"}),
        (200, []),
    ],
)
def test_great_circle_answers_for_a_broken_service(
    answer: tuple[int, object], caplog: pytest.LogCaptureFixture
) -> None:
    """The plan goes on, and the log and `degraded` say whose times these are."""
    with served(lambda rows, columns: answer) as (url, _), caplog.at_level(logging.WARNING):
        roads = RoutingServiceDriveTimes(url)
        matrix = roads.matrix(origins=PLACES[:2], destinations=PLACES[2:])
    assert matrix.tolist() == GreatCircleDriveTimes().matrix(origins=PLACES[:2], destinations=PLACES[2:]).tolist()
    assert roads.degraded
    assert roads.estimated_pairs == 6
    assert "great-circle estimates" in caplog.text


def test_a_failed_service_rests() -> None:
    """After a failure it is left alone for a minute, then asked again."""
    hour = [0.0]
    fails = [True]
    with served(lambda rows, columns: (500, {}) if fails[0] else hundreds(rows, columns)) as (url, service):
        roads = RoutingServiceDriveTimes(url, clock=lambda: hour[0])
        for _ in range(3):
            roads.matrix(origins=PLACES[:1], destinations=PLACES[1:])
        assert len(service.asked) == 1
        hour[0], fails[0] = 61.0, False
        assert roads.matrix(origins=PLACES[:1], destinations=PLACES[1:]).tolist() == [[100] * 4]
    assert len(service.asked) == 2


def test_a_pair_without_a_way_is_estimated_alone() -> None:
    """OSRM says null where it knows no way; the other cells stay the service's."""
    with served(lambda rows, columns: (200, {"code": "Ok", "durations": [[60, None]]})) as (url, _):
        roads = RoutingServiceDriveTimes(url)
        row = roads.matrix(origins=PLACES[:1], destinations=PLACES[1:3])[0].tolist()
    assert row == [60, GreatCircleDriveTimes().pairs(origins=PLACES[0], destinations=PLACES[2])[0]]
    assert roads.estimated_pairs == 1


def test_nobody_listens() -> None:
    """An address without a server costs one refused connection, not the plan."""
    with served(hundreds) as (url, _):
        pass
    roads = RoutingServiceDriveTimes(url, timeout_s=0.5)
    assert roads.matrix(origins=PLACES[:1], destinations=PLACES[:1]).tolist() == [[0]]
    assert roads.degraded
