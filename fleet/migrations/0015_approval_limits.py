from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0014_rollback_results"),
    ]

    operations = [
        migrations.AddField(
            model_name="approvallimit",
            name="center_spend_fen",
            field=models.BigIntegerField(null=True, verbose_name="while the cost centre's year is up to"),
        ),
        migrations.AddField(
            model_name="approvallimit",
            name="is_unlimited",
            field=models.BooleanField(default=False, verbose_name="without limit"),
        ),
        migrations.AddField(
            model_name="approvallimit",
            name="max_age_years",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="vehicles up to this age"),
        ),
        migrations.AddField(
            model_name="approvallimit",
            name="member_id",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="approvallimit",
            name="member_name",
            field=models.CharField(blank=True, max_length=200, verbose_name="member"),
        ),
        migrations.AddField(
            model_name="approvallimit",
            name="service",
            field=models.CharField(blank=True, max_length=12, verbose_name="service"),
        ),
        migrations.AddField(
            model_name="approvallimit",
            name="vehicle_spend_fen",
            field=models.BigIntegerField(null=True, verbose_name="while the vehicle's year is up to"),
        ),
        migrations.AlterField(
            model_name="approvallimit",
            name="role",
            field=models.CharField(blank=True, max_length=20, verbose_name="role"),
        ),
        migrations.AddConstraint(
            model_name="approvallimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("member_id__gt", ""), ("role", "")),
                    models.Q(("member_id", ""), ("role__gt", "")),
                    _connector="OR",
                ),
                name="limit_is_a_roles_or_a_members",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvallimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_unlimited", False), ("up_to_fen__isnull", True), _connector="OR"),
                name="without_limit_has_no_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvallimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("vehicle_spend_fen__isnull", True), ("vehicle_spend_fen__gte", 0), _connector="OR"),
                    models.Q(("center_spend_fen__isnull", True), ("center_spend_fen__gte", 0), _connector="OR"),
                ),
                name="limit_conditions_are_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvallimit",
            constraint=models.UniqueConstraint(
                fields=("role", "member_id", "service", "max_age_years", "vehicle_spend_fen", "center_spend_fen"),
                name="one_limit_under_the_same_conditions",
                nulls_distinct=False,
            ),
        ),
    ]
