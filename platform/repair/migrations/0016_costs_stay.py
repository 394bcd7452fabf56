"""A rated line is superseded and never changed; a pin, a fee, money laid out keep what they say."""

from typing import ClassVar

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION public.keep_cost_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL
       OR (to_jsonb(NEW) - 'superseded_at') IS DISTINCT FROM (to_jsonb(OLD) - 'superseded_at') THEN
        RAISE EXCEPTION 'a rated line is superseded, never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'cost_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.keep_rating_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.job_id, NEW.day, NEW.area, NEW.vehicle_class) IS DISTINCT FROM (OLD.job_id, OLD.day, OLD.area, OLD.vehicle_class)
       OR (OLD.standard_id IS NOT NULL AND NEW.standard_id IS DISTINCT FROM OLD.standard_id)
       OR (OLD.agreed_id IS NOT NULL AND NEW.agreed_id IS DISTINCT FROM OLD.agreed_id) THEN
        RAISE EXCEPTION 'what a job is rated by is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.keep_fee_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.waived_at IS NOT NULL OR (to_jsonb(NEW) - ARRAY['waived_at', 'waived_by', 'waived_reason'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['waived_at', 'waived_by', 'waived_reason']) THEN
        RAISE EXCEPTION 'a fee is waived, once, and never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'fee_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.keep_disbursement_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.struck_at IS NOT NULL OR (to_jsonb(NEW) - ARRAY['struck_at', 'struck_by', 'struck_reason'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['struck_at', 'struck_by', 'struck_reason']) THEN
        RAISE EXCEPTION 'money laid out is struck out, once, and never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_stays';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION public.keep_cost_honest(), public.keep_rating_honest(), public.keep_fee_honest(), public.keep_disbursement_honest() FROM PUBLIC;
"""
DROP = "DROP FUNCTION public.keep_cost_honest(), public.keep_rating_honest(), public.keep_fee_honest(), public.keep_disbursement_honest();"
TRIGGERS = (
    ("repair_jobcost", "keep_cost_honest"),
    ("repair_jobrating", "keep_rating_honest"),
    ("repair_fee", "keep_fee_honest"),
    ("repair_disbursement", "keep_disbursement_honest"),
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("repair", "0015_costs")]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTIONS, DROP),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON public.{table} FOR EACH ROW EXECUTE FUNCTION public.{function}();",
                f"DROP TRIGGER {table}_stays ON public.{table};",
            )
            for table, function in TRIGGERS
        ),
    ]
