"""The guards of the incident files, once what there was has its number and its state."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("repair", "0011_incident_files"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["status", "-happened_at"], name="incident_by_state"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(fields=("job", "no"), name="one_incident_a_number"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["accident", "violation", "loss", "damage", "late_return"])),
                name="incident_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["closed", "judged", "open"])), name="incident_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("compensation_fen__isnull", True), ("judged_at__isnull", True), ("liability", "")),
                    models.Q(
                        ("judged_at__isnull", False),
                        ("liability__in", ["company", "customer", "third_party", "shared"]),
                        models.Q(("liability_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="judged_incident_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("compensation_fen__isnull", True),
                    models.Q(("compensation_fen__gt", 0), ("liability__in", ("company", "shared"))),
                    _connector="OR",
                ),
                name="only_who_answers_compensates",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at__isnull", False), ("status", "closed")),
                    models.Q(models.Q(("status", "closed"), _negated=True), ("released_at__isnull", True)),
                    _connector="OR",
                ),
                name="closed_incident_has_its_moment",
            ),
        ),
    ]
