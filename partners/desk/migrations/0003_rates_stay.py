"""What was published stays: versions and prices are never changed, nothing is added to them, and days are only ended."""

from typing import ClassVar

from django.db import migrations

APPEND_ONLY = "CREATE TRIGGER {0}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON public.{0} FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();"
TABLES = ("partners_desk_rateversion", "partners_desk_price")

FUNCTIONS = """
CREATE FUNCTION public.refuse_price_of_published() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM partners_desk_rateperiod WHERE version_id = NEW.version_id) THEN
        RAISE EXCEPTION 'this version is published' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_takes_no_price';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.keep_days_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF isempty(OLD.during) OR (NOT isempty(NEW.during) AND lower(NEW.during) IS DISTINCT FROM lower(OLD.during)) THEN
        RAISE EXCEPTION 'the day on which it began is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'first_day_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.keep_card_period() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.version_id, NEW.card_id) IS DISTINCT FROM (OLD.version_id, OLD.card_id) THEN
        RAISE EXCEPTION 'a period belongs to its version' USING ERRCODE = 'check_violation', CONSTRAINT = 'period_keeps_its_version';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.keep_vat_rate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW."group", NEW.rate_bp, NEW.set_by) IS DISTINCT FROM (OLD.id, OLD."group", OLD.rate_bp, OLD.set_by) THEN
        RAISE EXCEPTION 'a VAT rate is ended and set anew' USING ERRCODE = 'check_violation', CONSTRAINT = 'vat_rate_stays';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION public.refuse_price_of_published(), public.keep_days_honest(), public.keep_card_period(), public.keep_vat_rate() FROM PUBLIC;
"""
DROP_FUNCTIONS = "DROP FUNCTION public.refuse_price_of_published(), public.keep_days_honest(), public.keep_card_period(), public.keep_vat_rate();"
TRIGGERS = (
    ("partners_desk_price", "price_joins_no_published", "INSERT", "refuse_price_of_published"),
    ("partners_desk_rateperiod", "rateperiod_keeps_its_first_day", "UPDATE", "keep_days_honest"),
    ("partners_desk_rateperiod", "rateperiod_keeps_its_version", "UPDATE", "keep_card_period"),
    ("partners_desk_vatrate", "vatrate_keeps_its_first_day", "UPDATE", "keep_days_honest"),
    ("partners_desk_vatrate", "vatrate_stays", "UPDATE", "keep_vat_rate"),
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("partners_desk", "0002_rate_cards"), ("events", "0002_append_only")]
    operations: ClassVar = [
        *(
            migrations.RunSQL(APPEND_ONLY.format(table), f"DROP TRIGGER {table}_stays ON public.{table};")
            for table in TABLES
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {name} BEFORE {event} ON public.{table} FOR EACH ROW EXECUTE FUNCTION public.{function}();",
                f"DROP TRIGGER {name} ON public.{table};",
            )
            for table, name, event, function in TRIGGERS
        ),
    ]
