"""The limits that were in force become the first versions, and every clock keeps the one that it started with.

The seeds are the promise's (JOBS.md, "Clocks"); those marked there "to confirm" are changed by a new version, on the page.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import migrations

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
# clock: desk, first level (1 the desk, 2 its lead, 3 the head of operations), seconds to answer
GOES_TO: dict[str, tuple[str, int, int]] = {
    "respond": ("dispatch", 2, 300),
    "dispatch": ("dispatch", 1, 300),
    "contact": ("dispatch", 1, 300),
    "progress": ("workshop", 1, 3_600),
    "return": ("dispatch", 1, 1_800),
    "callback": ("service", 2, 3_600),
    "problem": ("service", 3, 7_200),
}
# cause: what it lets stand still, and for how many seconds in all
PAUSES: dict[str, dict[str, int | None]] = {
    "customer_time": dict.fromkeys(["dispatch", "contact", "response", "return", "callback"]),
    "customer_evidence": {"dispatch": None, "contact": None, "return": None, "problem": 86_400},
    "consent": {"return": None},
    "insurer": {"return": None},
    "parts": {"return": None},
    "weather": dict.fromkeys(["dispatch", "contact", "return"]),
    "road": dict.fromkeys(["dispatch", "contact", "return"]),
    "workshop": dict.fromkeys(["dispatch", "return", "progress"]),
    "tow": dict.fromkeys(["dispatch", "return"]),
}
FILL = """
UPDATE public.dispatch_clock AS c
   SET rule_id = r.id,
       length = c.due_at - c.started_at - c.paused_s * interval '1 second',
       paused_at = CASE WHEN c.stopped_at IS NULL AND c.cancelled_at IS NULL AND c.breached_at IS NULL THEN c.paused_at END,
       next_at = CASE WHEN c.stopped_at IS NULL AND c.cancelled_at IS NULL AND c.breached_at IS NULL
                      THEN c.due_at - (c.due_at - c.started_at - c.paused_s * interval '1 second') / 2 END
  FROM public.dispatch_clockrule AS r
 WHERE r.kind = c.kind
"""


def write_versions(apps: Any, _schema_editor: Any) -> None:
    """What was in force, and what a cause lets stand still."""
    first, rule, pause = (apps.get_model("dispatch", name) for name in ("FirstClockRule", "ClockRule", "PauseRule"))
    stamp = {"valid_from": FIRST, "made_at": FIRST, "made_by": "Baylink"}
    for row in first.objects.all():
        desk, level, seconds = GOES_TO.get(row.kind, ("", 1, 600))
        rule.objects.create(
            kind=row.kind, limit_s=row.limit_s, desk=desk, level=level, answer_within_s=seconds, **stamp
        )
    for cause, kinds in PAUSES.items():
        for kind, most_s in kinds.items():
            pause.objects.create(cause=cause, kind=kind, most_s=most_s, **stamp)


def write_pauses(apps: Any, _schema_editor: Any) -> None:
    """What stands still now does so for the reason that it gives."""
    clock, pause = (apps.get_model("dispatch", name) for name in ("Clock", "ClockPause"))
    for row in clock.objects.filter(paused_at__isnull=False):
        pause.objects.create(clock=row, reason=row.pause_reason[:20], began_at=row.paused_at)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dispatch", "0005_clock_versions")]
    operations: ClassVar = [
        migrations.RunSQL("DROP TRIGGER dispatch_clock_stays ON public.dispatch_clock;", migrations.RunSQL.noop),
        migrations.RunPython(write_versions, migrations.RunPython.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(write_pauses, migrations.RunPython.noop),
    ]
