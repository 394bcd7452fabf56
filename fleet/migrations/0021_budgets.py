import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import events.ids
import fleet.models.budgets


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0020_complaints"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.UUIDField(default=events.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "cost_center",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="budgets", to="fleet.costcenter"
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("month", "Monthly"), ("quarter", "Quarterly"), ("year", "Yearly")],
                        max_length=7,
                        verbose_name="period",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("amount_fen", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "budget",
                "verbose_name_plural": "budgets",
            },
        ),
        migrations.CreateModel(
            name="BudgetEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "seq", "order_id", "version", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField()),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="budget_entries",
                        to="fleet.order",
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("center_id", models.UUIDField(null=True)),
                ("cost_center", models.CharField(blank=True, max_length=80)),
                ("kind", models.CharField(max_length=8)),
                ("reserved_fen", models.BigIntegerField()),
                ("spent_fen", models.BigIntegerField()),
                ("booked_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "budget entry",
                "verbose_name_plural": "budget entries",
            },
        ),
        migrations.CreateModel(
            name="CostCenterName",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("center_id", models.UUIDField()),
            ],
            options={
                "verbose_name": "name of a cost centre",
                "verbose_name_plural": "names of cost centres",
            },
        ),
        migrations.AddField(
            model_name="approvallimit",
            name="may_exceed_budget",
            field=models.BooleanField(default=False, verbose_name="may go above the budget"),
        ),
        migrations.AddField(
            model_name="approvalpolicy",
            name="over_budget",
            field=models.CharField(
                choices=[
                    ("warn", "It is said, and approved"),
                    ("ask", "Somebody who may go above the budget approves it"),
                    ("refuse", "Nobody approves it until the budget is raised"),
                ],
                default="ask",
                max_length=6,
                verbose_name="above the budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("over_budget__in", ["warn", "ask", "refuse"])), name="over_budget_rule_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gte", 0)), name="budget_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="budget_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__in", ["month", "quarter", "year"])), name="budget_period_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("cost_center", "="),
                    (
                        fleet.models.budgets.Days(
                            "starts_on",
                            "ends_on",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=True
                            ),
                        ),
                        "&&",
                    ),
                ],
                name="one_budget_a_cost_center_and_day",
            ),
        ),
        migrations.AddIndex(
            model_name="budgetentry",
            index=models.Index(fields=["center_id", "booked_at"], name="budget_entry_by_center"),
        ),
        migrations.AddIndex(
            model_name="budgetentry",
            index=models.Index(fields=["order", "version"], name="budget_entry_by_order"),
        ),
        migrations.AddConstraint(
            model_name="budgetentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reserve", "release", "spend"])), name="budget_entry_kind_is_known"
            ),
        ),
    ]
