"""Rules in versions, pauses and warnings as rows of their own, area alerts: the tables."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import uuid_utils.compat
from django.db import migrations, models

import dispatch.models.clocks


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0004_assignment_is_by_hand"),
        ("tenants", "0002_removed_tenants"),
    ]

    operations = [
        migrations.RenameModel("ClockRule", "FirstClockRule"),
        migrations.CreateModel(
            name="AreaAlert",
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
                        choices=[
                            ("weather", "Weather"),
                            ("road", "Road closed"),
                            ("workshop", "Breakdown of a workshop"),
                            ("tow", "Breakdown of a tow partner"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "area_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None, verbose_name="areas"
                    ),
                ),
                (
                    "remedy",
                    models.CharField(
                        choices=[("windows", "Another time is offered"), ("tow", "The vehicle is towed")],
                        default="windows",
                        max_length=10,
                        verbose_name="trips",
                    ),
                ),
                ("status", models.CharField(max_length=12, verbose_name="state")),
                ("status_since", models.DateTimeField()),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("ended_at", models.DateTimeField(null=True)),
                ("text_en", models.CharField(max_length=500, verbose_name="text in English")),
                ("text_zh", models.CharField(max_length=500, verbose_name="text in Chinese")),
                ("evidence_url", models.URLField(blank=True, max_length=500, verbose_name="link to the evidence")),
                ("evidence_file", models.CharField(blank=True, max_length=40, verbose_name="file with the evidence")),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=200)),
                ("closed_by", models.CharField(blank=True, max_length=200)),
                ("closed_reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "area alert",
                "verbose_name_plural": "area alerts",
            },
        ),
        migrations.CreateModel(
            name="ClockExcuse",
            fields=[
                (
                    "clock",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="excuse",
                        serialize=False,
                        to="dispatch.clock",
                    ),
                ),
                ("excused_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "excuse",
                "verbose_name_plural": "excuses",
            },
        ),
        migrations.CreateModel(
            name="ClockPause",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=20)),
                ("began_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "pause",
                "verbose_name_plural": "pauses",
            },
        ),
        migrations.CreateModel(
            name="ClockRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="valid from")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("kind", models.CharField(max_length=20, verbose_name="clock")),
                ("limit_s", models.PositiveIntegerField(null=True, verbose_name="limit in seconds")),
                (
                    "warn_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        default=dispatch.models.clocks.default_shares,
                        size=None,
                    ),
                ),
                ("tell_from", models.PositiveSmallIntegerField(default=80)),
                (
                    "desk",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("dispatch", "Dispatch desk"),
                            ("service", "Customer service"),
                            ("workshop", "Workshop and agent"),
                        ],
                        max_length=20,
                        verbose_name="goes to",
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=1, verbose_name="first level")),
                ("answer_within_s", models.PositiveIntegerField(default=600)),
            ],
            options={
                "verbose_name": "clock rule",
                "verbose_name_plural": "clock rules",
            },
        ),
        migrations.CreateModel(
            name="ClockWarning",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("share", models.PositiveSmallIntegerField()),
                ("reached_at", models.DateTimeField()),
                ("warned_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "warning",
                "verbose_name_plural": "warnings",
            },
        ),
        migrations.CreateModel(
            name="PauseRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="valid from")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("cause", models.CharField(max_length=20, verbose_name="cause")),
                ("kind", models.CharField(max_length=20, verbose_name="clock")),
                ("pauses", models.BooleanField(default=True, verbose_name="stands still")),
                ("most_s", models.PositiveIntegerField(null=True, verbose_name="at most, in seconds")),
            ],
            options={
                "verbose_name": "pause rule",
                "verbose_name_plural": "pause rules",
            },
        ),
        migrations.RemoveIndex(
            model_name="clock",
            name="running_clock_by_due",
        ),
        migrations.AddField(
            model_name="clock",
            name="area_ids",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="clock",
            name="length",
            field=models.DurationField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="next_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="warned",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="clockexcuse",
            name="alert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="excuses", to="dispatch.areaalert"
            ),
        ),
        migrations.AddField(
            model_name="clockpause",
            name="alert",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="dispatch.areaalert"
            ),
        ),
        migrations.AddField(
            model_name="clockpause",
            name="clock",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="dispatch.clock"
            ),
        ),
        migrations.AddIndex(
            model_name="clockrule",
            index=models.Index(fields=["kind", "valid_from"], name="clock_rule_by_date"),
        ),
        migrations.AddConstraint(
            model_name="clockrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__gte", models.F("made_at"))), name="clock_rule_is_not_dated_back"
            ),
        ),
        migrations.AddConstraint(
            model_name="clockrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 1), ("level__lte", 3)), name="clock_rule_level_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="clockrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer_within_s__gte", 60)), name="clock_rule_leaves_time_to_answer"
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dispatch.clockrule",
            ),
        ),
        migrations.AddField(
            model_name="clockwarning",
            name="clock",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="warnings", to="dispatch.clock"
            ),
        ),
        migrations.AddIndex(
            model_name="pauserule",
            index=models.Index(fields=["cause", "kind", "valid_from"], name="pause_rule_by_date"),
        ),
        migrations.AddConstraint(
            model_name="pauserule",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__gte", models.F("made_at"))), name="pause_rule_is_not_dated_back"
            ),
        ),
        migrations.AddIndex(
            model_name="areaalert",
            index=models.Index(
                condition=models.Q(("status__in", ("announced", "in_force"))),
                fields=["ends_at"],
                name="open_alert_by_end",
            ),
        ),
        migrations.AddIndex(
            model_name="areaalert",
            index=models.Index(fields=["starts_at"], name="alert_by_start"),
        ),
        migrations.AddConstraint(
            model_name="areaalert",
            constraint=models.CheckConstraint(condition=models.Q(("area_ids__len__gte", 1)), name="alert_has_an_area"),
        ),
        migrations.AddConstraint(
            model_name="areaalert",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["announced", "in_force", "over", "withdrawn"])),
                name="alert_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="areaalert",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["weather", "road", "workshop", "tow"])), name="alert_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="areaalert",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="alert_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="areaalert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "starts_at__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("opened_at"), "-", models.Value(datetime.timedelta(days=1))
                        ),
                    )
                ),
                name="alert_is_hardly_dated_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="areaalert",
            constraint=models.CheckConstraint(
                condition=models.Q(("evidence_file", ""), ("evidence_url", ""), _negated=True),
                name="alert_has_evidence",
            ),
        ),
        migrations.AddIndex(
            model_name="clockpause",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("until_at__isnull", False)),
                fields=["until_at"],
                name="open_pause_by_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("alert__isnull", True), ("ended_at__isnull", True)),
                fields=("clock", "reason"),
                name="one_open_pause_a_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("alert__isnull", False)), fields=("clock", "alert"), name="one_pause_an_alert"
            ),
        ),
        migrations.AddConstraint(
            model_name="clockpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("began_at")), _connector="OR"
                ),
                name="pause_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="clockwarning",
            index=models.Index(fields=["warned_at"], name="clock_warning_by_time"),
        ),
        migrations.AddConstraint(
            model_name="clockwarning",
            constraint=models.UniqueConstraint(fields=("clock", "share"), name="one_warning_a_share"),
        ),
    ]
