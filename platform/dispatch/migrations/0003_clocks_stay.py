"""The limits that the operator has promised, and what keeps the clocks honest: a verdict is never taken back."""

from typing import Any, ClassVar

from django.db import migrations

# JOBS.md, "Clocks": limit in seconds (None: measured alone), and whom a breach goes to
RULES: list[tuple[str, int | None, str]] = [
    ("respond", 300, "lead"),
    ("dispatch", 600, "dispatcher"),
    ("contact", 1_800, "next_agent"),
    ("response", 1_800, ""),
    ("progress", 86_400, "workshop"),
    ("return", 0, "dispatcher"),
    ("callback", 86_400, "customer_service"),
    ("problem", 259_200, "operations"),
    ("approval", None, ""),
    ("consent", None, ""),
    ("insurer", None, ""),
    ("parts", None, ""),
]

FUNCTION = """
CREATE FUNCTION public.keep_clock_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.tenant_id, NEW.kind, NEW.subject_id, NEW.subject, NEW.started_at)
       IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.kind, OLD.subject_id, OLD.subject, OLD.started_at) THEN
        RAISE EXCEPTION 'what a clock measures is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'clock_keeps_its_start';
    END IF;
    IF (OLD.stopped_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL) AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a clock that has ended is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_clock_stays';
    END IF;
    IF OLD.breached_at IS NOT NULL AND (NEW.breached_at, NEW.due_at) IS DISTINCT FROM (OLD.breached_at, OLD.due_at) THEN
        RAISE EXCEPTION 'a breach is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'breach_stays';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION public.keep_clock_honest() FROM PUBLIC;
"""
TRIGGER = "CREATE TRIGGER dispatch_clock_stays BEFORE UPDATE ON public.dispatch_clock FOR EACH ROW EXECUTE FUNCTION public.keep_clock_honest();"


def seed_rules(apps: Any, _schema_editor: Any) -> None:
    """Write the rules that are not there yet."""
    rule = apps.get_model("dispatch", "ClockRule")
    rows = [rule(kind=kind, limit_s=limit_s, goes_to=goes_to) for kind, limit_s, goes_to in RULES]
    rule.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dispatch", "0002_leg_area_leg_is_by_hand")]
    operations: ClassVar = [
        migrations.RunPython(seed_rules, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.keep_clock_honest();"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER dispatch_clock_stays ON public.dispatch_clock;"),
    ]
