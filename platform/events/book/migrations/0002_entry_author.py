import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import Q

FILL = """
UPDATE events_book_entry AS entry
SET actor_kind = event.actor_kind, credential = event.credential, on_behalf_of = event.on_behalf_of
FROM public.events_event AS event JOIN public.tenants_tenant AS tenant ON tenant.id = event.tenant_id
WHERE tenant.schema_name = current_schema() AND event.seq = entry.seq
"""


class Migration(migrations.Migration):
    """The log says with what and for whom somebody acted; old entries learn it from the events they were copied from."""

    dependencies = [("events_book", "0001_initial"), ("events", "0001_initial"), ("tenants", "0001_initial")]

    operations = [
        migrations.AddField("entry", "actor_kind", models.CharField(blank=True, default="", max_length=10), False),
        migrations.AddField("entry", "credential", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("entry", "on_behalf_of", models.CharField(blank=True, default="", max_length=200), False),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex("entry", models.Index(fields=["actor_name", "seq"], name="entry_by_actor")),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=~Q(type__startswith="order.") & ~Q(type__startswith="vehicle."),
                fields=["seq"],
                name="entry_beside_orders",
            ),
        ),
        migrations.AddIndex(
            "entry",
            django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["occurred_at"], name="entry_by_time"),
        ),
    ]
