import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0005_order_photo"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="batchrow",
            name="one_row_a_line",
        ),
        migrations.AddField(
            model_name="batch",
            name="is_dry_run",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="batchrow",
            name="mended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="batchrow",
            name="mended_by",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="batchrow",
            name="search",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddIndex(
            model_name="batchrow",
            index=models.Index(fields=["batch", "status", "line"], name="row_by_state"),
        ),
        migrations.AddIndex(
            model_name="batchrow",
            index=models.Index(
                condition=models.Q(("warnings", []), _negated=True), fields=["batch", "line"], name="row_with_warnings"
            ),
        ),
        migrations.AddIndex(
            model_name="batchrow",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("status", "rejected")),
                fields=["errors"],
                name="row_by_faults",
                opclasses=["jsonb_path_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="batchrow",
            constraint=models.UniqueConstraint(fields=("batch", "line"), include=("search",), name="one_row_a_line"),
        ),
    ]
