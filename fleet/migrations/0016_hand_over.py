"""Photos of the hand-over from the workshop; a reading says which one it corrects."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("fleet", "0015_approval_limits")]

    operations: ClassVar = [
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
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="odometerreading",
            name="source",
            field=models.CharField(max_length=20, verbose_name="read by"),
        ),
        migrations.RunSQL(
            "UPDATE fleet_odometerreading SET source = 'pickup_correction' WHERE source = 'correction'",
            "UPDATE fleet_odometerreading SET source = 'correction' WHERE source = 'pickup_correction'",
        ),
    ]
