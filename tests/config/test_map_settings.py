"""The tiles of maps: one variable says where they come from, and lets them through the content security policy."""

import os
import subprocess
import sys

import pytest

from config.environment import ROOT, tile_source

PROGRAM = "import django; django.setup(); from django.conf import settings; print(settings.CONTENT_SECURITY_POLICY)"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("", ""),
        ("/tiles/{z}/{x}/{y}.png", ""),
        ("https://tiles.example/a/{z}/{x}/{y}.png?key=1", "https://tiles.example"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", "https://*.tiles.example"),
        ("https://t{s}.tiles.example:8443/{z}/{x}/{y}.png", "https://*.tiles.example:8443"),
    ],
)
def test_where_tiles_come_from(url: str, source: str) -> None:
    assert tile_source(url) == source


@pytest.mark.parametrize(("url", "allowed"), [("", False), ("https://{s}.tiles.example/{z}/{x}/{y}.png", True)])
def test_the_policy_lets_the_tiles_through(url: str, allowed: bool) -> None:
    env = {**os.environ, "MAP_TILES_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "DEMO": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ("https://*.tiles.example" in done.stdout) is allowed
