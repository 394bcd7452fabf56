"""A hold says for whose sake it is: which clocks stand still follows from it."""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models import Q

CAUSES = [
    ("customer_time", "The customer wants another time"),
    ("customer_evidence", "The customer's papers or answer are missing"),
    ("ours", "Our own reason"),
]


def name_cause(apps: Any, _schema_editor: Any) -> None:
    """What is on hold already paused no clock: such a hold is our own."""
    apps.get_model("repair", "Job").objects.filter(held_since__isnull=False).update(held_cause="ours")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("repair", "0005_operations")]
    operations: ClassVar = [
        migrations.AddField(
            "job", "held_cause", models.CharField(blank=True, choices=CAUSES, default="", max_length=20), False
        ),
        migrations.RunPython(name_cause, migrations.RunPython.noop),
        migrations.AddConstraint(
            "job",
            models.CheckConstraint(
                condition=Q(held_since__isnull=True, held_cause="")
                | Q(held_since__isnull=False, held_cause__in=["customer_time", "customer_evidence", "ours"]),
                name="held_job_has_a_cause",
            ),
        ),
    ]
