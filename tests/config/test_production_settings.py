"""The settings that docker-compose.yml asks for load in a process of their own, and serve from the pool."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import django, json
django.setup()
from django.db import connection
asked = []
for _ in range(12):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        asked.append(cursor.fetchone()[0])
    connection.close()
print(json.dumps({"shared": len(set(asked)) <= 3, "max": connection.pool.max_size}))
connection.close_pool()
"""


@pytest.mark.django_db
def test_the_pool_of_the_compose_file_serves() -> None:
    said = re.search(r'DATABASE_POOL: "(.)"', (ROOT / "docker-compose.yml").read_text())
    assert said is not None
    made = {"DATABASE_POOL": said[1], "DATABASE_POOL_SIZE": "3", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **made, "DATABASE_URL": url_of_this_database()},
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"shared": True, "max": 3}


def url_of_this_database() -> str:
    """DATABASE_URL with the name of the worker's own database."""
    before, _slash, last = os.environ["DATABASE_URL"].rpartition("/")
    _name, mark, query = last.partition("?")
    return f"{before}/{connections['default'].settings_dict['NAME']}{mark}{query}"
