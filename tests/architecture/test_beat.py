"""The beat: what nobody else calls for must stand in the schedule, and what stands there must exist."""

import re
from importlib import import_module
from pathlib import Path

from django.conf import settings

from config.celery import app

ROOT = Path(__file__).resolve().parents[2]
BY_THE_CLOCK = re.compile(r"sweep|expire|close|solve|offers|clocks|cover")
ROOMS = (ROOT / "platform", ROOT)


def task_names() -> set[str]:
    """Every task that a room declares."""
    for room in ROOMS:
        for path in room.glob("*/**/tasks.py"):
            parts = path.relative_to(room).with_suffix("").parts
            if parts[0] not in {"platform", "tests", "node_modules", ".venv", "devtools"}:
                import_module(".".join(parts))
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_what_works_by_the_clock_is_scheduled() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    timed = {name for name in task_names() if BY_THE_CLOCK.search(name)}
    assert timed >= {"events.sweep", "fleet.sweep", "dispatch.solve"}
    assert timed - scheduled == set()


def test_what_is_scheduled_exists() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled - task_names() == set()
