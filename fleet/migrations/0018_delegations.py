import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import events.ids


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0017_order_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalPolicy",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("four_eyes_from_fen", models.BigIntegerField(null=True, verbose_name="somebody else approves from")),
            ],
            options={
                "verbose_name": "rules of approval",
                "verbose_name_plural": "rules of approval",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="approval_policy_is_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("four_eyes_from_fen__isnull", True), ("four_eyes_from_fen__gte", 0), _connector="OR"
                        ),
                        name="four_eyes_amount_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.UUIDField(default=events.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("principal_id", models.CharField(max_length=64)),
                ("principal_name", models.CharField(max_length=200, verbose_name="principal")),
                ("deputy_id", models.CharField(max_length=64)),
                ("deputy_name", models.CharField(max_length=200, verbose_name="deputy")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("up_to_fen", models.BigIntegerField(null=True, verbose_name="at most")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("given_by", models.CharField(max_length=200)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "delegation",
                "verbose_name_plural": "delegations",
                "indexes": [models.Index(fields=["deputy_id", "ends_at"], name="delegation_by_deputy")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("principal_id", models.F("deputy_id")), _negated=True),
                        name="nobody_stands_in_for_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="delegation_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("up_to_fen__isnull", True), ("up_to_fen__gte", 0), _connector="OR"),
                        name="delegation_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.UUIDField(default=events.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("order_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("member_id", models.CharField(max_length=64)),
                ("member_name", models.CharField(max_length=200)),
                ("amount_fen", models.BigIntegerField()),
                ("choices", models.JSONField(default=list)),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="note")),
                ("passed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "endorsement",
                "verbose_name_plural": "endorsements",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_id", "version", "member_id"), name="one_endorsement_a_member"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gte", 0)), name="endorsed_amount_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DelegationSide",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "delegation_id", "side", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("side", models.CharField(max_length=9)),
                ("member_id", models.CharField(max_length=64)),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "delegation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sides",
                        to="fleet.delegation",
                    ),
                ),
            ],
            options={
                "verbose_name": "side of a delegation",
                "verbose_name_plural": "sides of delegations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["principal", "deputy"])), name="delegation_side_is_known"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("side", "principal")),
                        expressions=[("member_id", "="), ("during", "&&")],
                        name="one_deputy_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("member_id", "="), ("side", "<>"), ("during", "&&")],
                        name="no_deputy_has_a_deputy",
                    ),
                ],
            },
        ),
    ]
