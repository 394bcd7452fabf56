"""Distances and coordinates."""

import coord_convert.transform
import numpy as np
import pytest

from dispatch.planning import from_wgs84, metres_between, metres_matrix, to_wgs84


def test_distance_of_known_places() -> None:
    """Shanghai to Beijing (city centres) is 1,067 km on the sphere; a degree of latitude is 111,195 m."""
    metres = metres_between(origins=[(31.2304, 121.4737), (30, 120)], destinations=[(39.9042, 116.4074), (31, 120)])
    assert np.rint(metres / 1000).tolist() == [1067, 111]
    assert metres[1] == pytest.approx(111_195, abs=1)


def test_short_distances_keep_their_precision() -> None:
    """A hundred-thousandth of a degree is a metre, not rounding noise."""
    assert metres_between(origins=(31.0, 121.0), destinations=(31.00001, 121.0))[0] == pytest.approx(1.112, abs=0.001)


def test_matrix_holds_the_pairs() -> None:
    """Row and column of the matrix are origin and destination."""
    one, other = [(31.0, 121.0), (32.0, 120.0)], [(31.5, 121.5), (30.0, 119.0), (31.0, 121.0)]
    matrix = metres_matrix(origins=one, destinations=other)
    assert matrix.shape == (2, 3)
    assert matrix[1].tolist() == metres_between(origins=one[1], destinations=other).tolist()
    assert matrix[0, 2] == 0


def test_gcj02_agrees_with_a_second_library() -> None:
    """Two independent conversions agree within two metres, and the shift is some hundred metres."""
    lat, lng = to_wgs84(lat=31.2304, lng=121.4737, system="gcj02")
    other_lng, other_lat = coord_convert.transform.gcj2wgs(121.4737, 31.2304)
    assert metres_between(origins=(lat, lng), destinations=(other_lat, other_lng))[0] < 2
    assert 100 < metres_between(origins=(lat, lng), destinations=(31.2304, 121.4737))[0] < 1000


def test_outside_china_and_wgs84_stay_as_they_are() -> None:
    """GCJ-02 is an offset of China only."""
    assert to_wgs84(lat=48.8566, lng=2.3522, system="gcj02") == pytest.approx((48.8566, 2.3522), abs=1e-6)
    assert to_wgs84(lat=31.2, lng=121.4) == (31.2, 121.4)


@pytest.mark.parametrize(("lat", "lng"), [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_no_such_place(lat: float, lng: float) -> None:
    """What is not on the earth is refused."""
    with pytest.raises(ValueError, match="no such place"):
        to_wgs84(lat=lat, lng=lng)


def test_unknown_system() -> None:
    """A system nobody knows is refused, not taken for WGS-84."""
    with pytest.raises(ValueError, match="bd09"):
        to_wgs84(lat=31, lng=121, system="bd09")  # type: ignore[arg-type]  # what a caller may still send


def test_what_map_services_read_agrees_with_a_second_library() -> None:
    """Out to Amap's datum and to Baidu's; and back again it is where it was."""
    place = (31.2304, 121.4737)
    for system, other in (("gcj02", coord_convert.transform.wgs2gcj), ("bd09", coord_convert.transform.wgs2bd)):
        found = from_wgs84(lat=place[0], lng=place[1], system=system)  # type: ignore[arg-type]
        lng, lat = other(place[1], place[0])
        assert metres_between(origins=found, destinations=(lat, lng))[0] < 2
        assert 100 < metres_between(origins=found, destinations=place)[0] < 2000
    lat, lng = from_wgs84(lat=place[0], lng=place[1], system="gcj02")
    back = to_wgs84(lat=lat, lng=lng, system="gcj02")
    assert metres_between(origins=back, destinations=place)[0] < 1
    assert from_wgs84(lat=31.2, lng=121.4, system="wgs84") == (31.2, 121.4)
    assert from_wgs84(lat=48.8566, lng=2.3522, system="bd09") == pytest.approx((48.8566, 2.3522), abs=1e-6)
    with pytest.raises(ValueError, match="mars"):
        from_wgs84(lat=31, lng=121, system="mars")  # type: ignore[arg-type]
