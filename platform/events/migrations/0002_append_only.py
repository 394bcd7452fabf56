"""What happened stays: facts and events are never changed or deleted, whoever asks. The owner lifts the trigger to remove a tenant."""

from typing import ClassVar

from django.db import migrations

FUNCTION = """
CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
REVOKE ALL ON FUNCTION public.refuse_change() FROM PUBLIC;
"""
TRIGGER = "CREATE TRIGGER {0}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON public.{0} FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();"
TABLES = ("events_fact", "events_event")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("events", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.refuse_change();"),
        *(
            migrations.RunSQL(TRIGGER.format(table), f"DROP TRIGGER {table}_stays ON public.{table};")
            for table in TABLES
        ),
    ]
