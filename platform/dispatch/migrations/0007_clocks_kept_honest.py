"""What keeps the clocks honest: a start, a verdict and an end are never changed, and an end moves by its pauses alone.

A pause needs a rule that allows it; one under an area alert, like every excuse, needs an alert whose area, time and kind cover
the clock. Names are qualified and the path fixed: a tenant may be current when a trigger runs.
"""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

COVERS = """
CREATE FUNCTION public.alert_covers(alert uuid, clock_kind text, areas uuid[], at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM public.dispatch_areaalert AS a
         WHERE a.id = alert AND a.status <> 'withdrawn' AND at BETWEEN a.starts_at AND coalesce(a.ended_at, a.ends_at)
           AND areas && a.area_ids
           AND public.rule_pauses(a.kind, clock_kind, at))
$$;
"""
RULE = """
CREATE FUNCTION public.rule_pauses(rule_cause text, clock_kind text, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT r.pauses FROM public.dispatch_pauserule AS r
                      WHERE r.cause = rule_cause AND r.kind = clock_kind AND r.valid_from <= at
                      ORDER BY r.valid_from DESC, r.id DESC LIMIT 1), false)
$$;
"""
CLOCK = """
CREATE OR REPLACE FUNCTION public.keep_clock_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.tenant_id, NEW.kind, NEW.subject_id, NEW.subject, NEW.rule_id, NEW.area_ids, NEW.started_at, NEW.length)
       IS DISTINCT FROM
       (OLD.id, OLD.tenant_id, OLD.kind, OLD.subject_id, OLD.subject, OLD.rule_id, OLD.area_ids, OLD.started_at, OLD.length) THEN
        RAISE EXCEPTION 'what a clock measures is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'clock_keeps_its_start';
    END IF;
    IF (OLD.stopped_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL) AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a clock that has ended is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_clock_stays';
    END IF;
    IF OLD.breached_at IS NOT NULL AND (NEW.breached_at, NEW.due_at, NEW.next_at, NEW.warned, NEW.paused_at)
       IS DISTINCT FROM (OLD.breached_at, OLD.due_at, OLD.next_at, OLD.warned, OLD.paused_at) THEN
        RAISE EXCEPTION 'a breach is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'breach_stays';
    END IF;
    IF NEW.breached_at IS NOT NULL AND (NEW.due_at IS NULL OR NEW.breached_at <= NEW.due_at) THEN
        RAISE EXCEPTION 'a clock is breached after its end' USING ERRCODE = 'check_violation', CONSTRAINT = 'breach_is_late';
    END IF;
    IF NEW.stopped_at > NEW.due_at AND NEW.breached_at IS NULL THEN
        RAISE EXCEPTION 'a clock that is stopped late is breached' USING ERRCODE = 'check_violation', CONSTRAINT = 'late_clock_is_breached';
    END IF;
    IF (NEW.paused_at, NEW.due_at) IS DISTINCT FROM (OLD.paused_at, OLD.due_at) AND NOT public.pauses_say(NEW) THEN
        RAISE EXCEPTION 'a clock stands and moves by its pauses alone' USING ERRCODE = 'check_violation', CONSTRAINT = 'clock_moves_by_its_pauses';
    END IF;
    RETURN NEW;
END $$;
"""
PAUSES_SAY = """
CREATE FUNCTION public.pauses_say(clock public.dispatch_clock) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT clock.paused_at IS NOT DISTINCT FROM min(lower(s.stretch)) FILTER (WHERE upper_inf(s.stretch))
           AND (clock.length IS NULL OR extract(epoch FROM clock.due_at - clock.started_at) =
                extract(epoch FROM clock.length) + coalesce(sum(extract(epoch FROM upper(s.stretch) - lower(s.stretch)))
                    FILTER (WHERE NOT upper_inf(s.stretch)), 0))
      FROM (SELECT unnest(range_agg(tstzrange(p.began_at, p.ended_at))) AS stretch FROM public.dispatch_clockpause AS p
             WHERE p.clock_id = clock.id AND p.ended_at IS DISTINCT FROM p.began_at) AS s
$$;
"""
PAUSE = """
CREATE FUNCTION public.keep_pause_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE clock record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT c.kind, c.area_ids, c.started_at, coalesce(c.stopped_at, c.cancelled_at, c.breached_at) AS over
          INTO clock FROM public.dispatch_clock AS c WHERE c.id = NEW.clock_id;
        IF clock.over IS NOT NULL OR NEW.began_at < clock.started_at THEN
            RAISE EXCEPTION 'only a clock that runs can stand still' USING ERRCODE = 'check_violation', CONSTRAINT = 'pause_needs_a_running_clock';
        END IF;
        IF NEW.alert_id IS NULL AND NOT public.rule_pauses(NEW.reason, clock.kind, NEW.began_at) THEN
            RAISE EXCEPTION 'no rule lets this clock stand still' USING ERRCODE = 'check_violation', CONSTRAINT = 'pause_needs_a_rule';
        END IF;
        IF NEW.alert_id IS NOT NULL AND NOT public.alert_covers(NEW.alert_id, clock.kind, clock.area_ids, NEW.began_at) THEN
            RAISE EXCEPTION 'the alert does not cover this clock' USING ERRCODE = 'check_violation', CONSTRAINT = 'pause_needs_a_cover';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.clock_id, NEW.reason, NEW.alert_id, NEW.began_at, NEW.until_at)
       IS DISTINCT FROM (OLD.id, OLD.clock_id, OLD.reason, OLD.alert_id, OLD.began_at, OLD.until_at)
       OR (OLD.ended_at IS NOT NULL AND NEW IS DISTINCT FROM OLD) THEN
        RAISE EXCEPTION 'a pause is only ended' USING ERRCODE = 'check_violation', CONSTRAINT = 'pause_stays';
    END IF;
    RETURN NEW;
END $$;
"""
EXCUSE = """
CREATE FUNCTION public.keep_excuse_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE clock record;
BEGIN
    SELECT c.kind, c.area_ids, c.due_at, c.breached_at INTO clock FROM public.dispatch_clock AS c WHERE c.id = NEW.clock_id;
    IF clock.breached_at IS NULL OR NOT public.alert_covers(NEW.alert_id, clock.kind, clock.area_ids, clock.due_at) THEN
        RAISE EXCEPTION 'the alert does not cover this breach' USING ERRCODE = 'check_violation', CONSTRAINT = 'excuse_needs_a_cover';
    END IF;
    RETURN NEW;
END $$;
"""
ALERT = """
CREATE FUNCTION public.keep_alert_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.area_ids, NEW.remedy, NEW.starts_at, NEW.text_en, NEW.text_zh, NEW.evidence_url, NEW.evidence_file, NEW.opened_at, NEW.opened_by)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.area_ids, OLD.remedy, OLD.starts_at, OLD.text_en, OLD.text_zh, OLD.evidence_url, OLD.evidence_file, OLD.opened_at, OLD.opened_by)
       OR (OLD.status IN ('over', 'withdrawn') AND NEW IS DISTINCT FROM OLD) OR NEW.ends_at < OLD.ends_at THEN
        RAISE EXCEPTION 'what an alert said stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'alert_stays';
    END IF;
    RETURN NEW;
END $$;
"""
FUNCTIONS = {
    "rule_pauses(text, text, timestamptz)": RULE,
    "alert_covers(uuid, text, uuid[], timestamptz)": COVERS,
    "pauses_say(public.dispatch_clock)": PAUSES_SAY,
    "keep_clock_honest()": CLOCK,
    "keep_pause_honest()": PAUSE,
    "keep_excuse_honest()": EXCUSE,
    "keep_alert_honest()": ALERT,
}
TRIGGERS = {
    "dispatch_clock": ("UPDATE", "keep_clock_honest"),
    "dispatch_clockpause": ("INSERT OR UPDATE", "keep_pause_honest"),
    "dispatch_clockexcuse": ("INSERT", "keep_excuse_honest"),
    "dispatch_areaalert": ("UPDATE", "keep_alert_honest"),
}


def statements() -> list[Any]:
    """The functions, which nobody may call, and the triggers that do."""
    made = [
        migrations.RunSQL(f"{sql} REVOKE ALL ON FUNCTION public.{name} FROM PUBLIC;") for name, sql in FUNCTIONS.items()
    ]
    return made + [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_stays BEFORE {when} ON public.{table} FOR EACH ROW EXECUTE FUNCTION public.{function}();"
        )
        for table, (when, function) in TRIGGERS.items()
    ]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dispatch", "0006_clocks_by_version")]
    operations: ClassVar = [
        migrations.RemoveField("clock", "pause_reason"),
        migrations.RemoveField("clock", "paused_s"),
        migrations.DeleteModel("FirstClockRule"),
        migrations.AlterField(
            model_name="clock",
            name="rule",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dispatch.clockrule"
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False), ("paused_at__isnull", True)),
                fields=["next_at"],
                name="clock_to_look_at",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("cancelled_at__isnull", True), ("stopped_at__isnull", True)),
                fields=["due_at"],
                name="running_clock_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(fields=["started_at"], name="clock_by_start"),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(("stopped_at__isnull", True), ("cancelled_at__isnull", True), _connector="OR"),
                name="clock_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_at__isnull", True),
                    models.Q(
                        ("breached_at__isnull", True),
                        ("cancelled_at__isnull", True),
                        ("due_at__isnull", False),
                        ("stopped_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="clock_that_is_over_is_left_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused_at__isnull", True),
                    models.Q(
                        ("breached_at__isnull", True), ("cancelled_at__isnull", True), ("stopped_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="clock_that_is_over_does_not_pause",
            ),
        ),
        migrations.AddConstraint(
            model_name="areaalert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__gte", models.F("starts_at")),
                        ("ended_at__isnull", False),
                        ("ended_at__lte", models.F("ends_at")),
                        ("status", "over"),
                    ),
                    models.Q(models.Q(("status", "over"), _negated=True), ("ended_at__isnull", True)),
                    _connector="OR",
                ),
                name="alert_that_is_over_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", True), ("length__isnull", True)),
                    models.Q(("due_at__isnull", False), ("length__isnull", False)),
                    _connector="OR",
                ),
                name="clock_with_an_end_has_a_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True),
                    ("until_at__isnull", True),
                    ("ended_at__lte", models.F("until_at")),
                    _connector="OR",
                ),
                name="pause_is_no_longer_than_its_rule",
            ),
        ),
        *statements(),
    ]
