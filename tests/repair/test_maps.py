"""The agent's map links: which are offered, and that each service is given the place in the datum that it reads."""

import re
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dispatch.planning import metres_between, to_wgs84
from repair.maps import links_to

BUND = (31.2402, 121.4905)


def place_in(url: str, *, lng_first: bool = False) -> tuple[float, float]:
    """The first pair of numbers of an address."""
    one, other = re.findall(r"(-?\d+\.\d{6}),(-?\d+\.\d{6})", url)[0]
    return (float(other), float(one)) if lng_first else (float(one), float(other))


def test_the_setting_says_which_and_in_which_order(settings: Any) -> None:
    settings.MAP_LINKS = ["baidu", "geo"]
    assert [str(link.label) for link in links_to(lat=BUND[0], lng=BUND[1], name="x")] == ["Baidu Maps", "Navigate"]
    settings.MAP_LINKS = []
    assert links_to(lat=BUND[0], lng=BUND[1], name="x") == []
    settings.MAP_LINKS = ["amap", "atlas"]
    with pytest.raises(ImproperlyConfigured, match="atlas"):
        links_to(lat=BUND[0], lng=BUND[1], name="x")


def test_each_service_is_given_its_own_datum(settings: Any) -> None:
    settings.MAP_LINKS = ["geo", "amap", "baidu", "apple"]
    geo, amap, baidu, apple = links_to(lat=BUND[0], lng=BUND[1], name="中山东一路 & 1号")
    assert place_in(geo.url) == BUND and not geo.is_outside
    for link, lng_first in ((amap, True), (apple, False)):
        lat, lng = place_in(link.url, lng_first=lng_first)
        there = to_wgs84(lat=lat, lng=lng, system="gcj02")
        assert metres_between(origins=there, destinations=BUND)[0] < 1
        assert metres_between(origins=(lat, lng), destinations=BUND)[0] > 300
    assert "coordinate=gaode" in amap.url and "coord_type=bd09ll" in baidu.url
    shift = metres_between(origins=place_in(baidu.url), destinations=BUND)[0]
    assert 700 < shift < 1500
    assert "%E4%B8%AD%E5%B1%B1" in amap.url and "%26" in amap.url and " " not in amap.url
