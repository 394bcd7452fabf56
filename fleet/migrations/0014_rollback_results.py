from django.db import migrations, models

# Of what was rolled back before, no more is known than how its orders stand today.
FILL = """
UPDATE fleet_batchrow r
SET rollback_state = o.status, rollback_result = CASE WHEN o.status = 'cancelled' THEN 'cancelled' ELSE 'kept' END
FROM fleet_order o, fleet_batch b
WHERE b.rolled_back_at IS NOT NULL AND r.batch_id = b.id AND o.id = r.order_id AND o.batch_id = b.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0013_order_phone"),
    ]

    operations = [
        migrations.AddField(
            model_name="batchrow",
            name="rollback_result",
            field=models.CharField(
                blank=True,
                choices=[
                    ("cancelled", "Cancelled"),
                    ("earlier", "Had been cancelled before"),
                    ("kept", "Not any more: the vehicle is in custody, or the order is over"),
                ],
                default="",
                max_length=9,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="batchrow",
            name="rollback_state",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="batchrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("rollback_result__in", ["", "cancelled", "earlier", "kept"])),
                name="rollback_result_is_known",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
