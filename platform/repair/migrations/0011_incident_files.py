"""Incident files with who drove, who answers and what was found out; policies, and what they leave uncovered."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

KNOWN = """
UPDATE repair_incident AS file SET no = numbered.no, happened_at = file.reported_at,
    status_since = coalesce(file.released_at, file.reported_at),
    status = CASE WHEN file.released_at IS NULL THEN 'open' ELSE 'closed' END
FROM (SELECT id, row_number() OVER (PARTITION BY job_id ORDER BY reported_at, id) AS no FROM repair_incident) AS numbered
WHERE numbered.id = file.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0003_clocks_stay"),
        ("repair", "0010_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoverGap",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("transport", "While it is driven"), ("custody", "While it stands with us")],
                        max_length=12,
                    ),
                ),
                ("vehicle_class", models.CharField(blank=True, max_length=20)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "gap in the cover",
                "verbose_name_plural": "gaps in the cover",
            },
        ),
        migrations.CreateModel(
            name="IncidentNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.CharField(max_length=2000)),
                ("photos", models.JSONField(default=list)),
                ("by", models.CharField(max_length=200)),
                ("noted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "note of an incident file",
                "verbose_name_plural": "notes of an incident file",
            },
        ),
        migrations.CreateModel(
            name="InsurancePolicy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("insurer", models.CharField(max_length=120, verbose_name="insurer")),
                ("number", models.CharField(max_length=64, verbose_name="policy number")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("transport", "While it is driven"), ("custody", "While it stands with us")],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="what it covers",
                    ),
                ),
                (
                    "vehicle_classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="vehicle classes (none: all)",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="in force from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("limit_fen", models.BigIntegerField(verbose_name="limit a case")),
                ("document", models.CharField(blank=True, max_length=40)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("entered_by", models.CharField(max_length=200)),
                ("entered_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "insurance policy",
                "verbose_name_plural": "insurance policies",
            },
        ),
        migrations.AddField(
            model_name="incident",
            name="agent",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dispatch.agent"
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="compensation_fen",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="happened_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="when it happened"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="incident",
            name="judged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="judged_by",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="incident",
            name="leg",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dispatch.leg"
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="liability",
            field=models.CharField(
                blank=True,
                choices=[
                    ("company", "The operator"),
                    ("customer", "The customer"),
                    ("third_party", "A third party"),
                    ("shared", "Shared"),
                ],
                max_length=12,
                verbose_name="who answers for it",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="liability_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="incident",
            name="no",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="incident",
            name="place",
            field=models.CharField(blank=True, max_length=300, verbose_name="where it happened"),
        ),
        migrations.AddField(
            model_name="incident",
            name="shift_ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="shift_starts_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="status",
            field=models.CharField(default="open", max_length=10, verbose_name="state"),
        ),
        migrations.AddField(
            model_name="incident",
            name="status_since",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="incident",
            name="kind",
            field=models.CharField(
                choices=[
                    ("accident", "Accident"),
                    ("violation", "Traffic violation"),
                    ("loss", "Loss"),
                    ("damage", "Damage"),
                    ("late_return", "Late return"),
                ],
                max_length=20,
                verbose_name="what happened",
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="police_number",
            field=models.CharField(blank=True, max_length=64, verbose_name="police number"),
        ),
        migrations.AddField(
            model_name="covergap",
            name="custody",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cover_gaps", to="repair.custody"
            ),
        ),
        migrations.AddField(
            model_name="incidentnote",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="repair.incident"
            ),
        ),
        migrations.AddConstraint(
            model_name="insurancepolicy",
            constraint=models.UniqueConstraint(fields=("insurer", "number"), name="one_policy_a_number"),
        ),
        migrations.AddConstraint(
            model_name="insurancepolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="policy_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="insurancepolicy",
            constraint=models.CheckConstraint(condition=models.Q(("limit_fen__gt", 0)), name="policy_has_a_limit"),
        ),
        migrations.AddConstraint(
            model_name="insurancepolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kinds", []), _negated=True), ("kinds__contained_by", ["transport", "custody"])
                ),
                name="policy_covers_something",
            ),
        ),
        migrations.AddIndex(
            model_name="covergap",
            index=models.Index(fields=["-opened_at"], name="cover_gap_by_time"),
        ),
        migrations.AddConstraint(
            model_name="covergap",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("custody", "kind"),
                name="one_open_gap_a_custody_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="covergap",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                ),
                name="gap_closes_after_it_opens",
            ),
        ),
        migrations.AddIndex(
            model_name="incidentnote",
            index=models.Index(fields=["incident", "noted_at"], name="incident_note_by_time"),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
