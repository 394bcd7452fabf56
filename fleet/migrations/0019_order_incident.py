"""Incident files over orders."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0018_delegations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="orderphoto",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pickup", "At pickup"),
                    ("hand_over", "Hand-over from the workshop"),
                    ("return", "At return"),
                    ("failed", "Failed trip"),
                    ("estimate", "Estimate"),
                    ("quality", "Quality check"),
                    ("progress", "Progress"),
                    ("incident", "Incident"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="OrderIncident",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=40, verbose_name="number")),
                ("kind", models.CharField(max_length=20)),
                ("status", models.CharField(max_length=10)),
                ("text", models.TextField()),
                ("happened_at", models.DateTimeField()),
                ("place", models.CharField(blank=True, max_length=300)),
                ("police_number", models.CharField(blank=True, max_length=64)),
                ("liability", models.CharField(blank=True, max_length=12)),
                ("liability_reason", models.CharField(blank=True, max_length=500)),
                ("compensation_fen", models.BigIntegerField(null=True)),
                ("told_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="incidents",
                        to="fleet.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "incident file",
                "verbose_name_plural": "incident files",
                "indexes": [models.Index(fields=["order", "id"], name="incident_by_order")],
            },
        ),
    ]
