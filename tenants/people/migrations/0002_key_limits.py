"""A key may approve up to an amount of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField(model_name="apikey", name="approve_up_to_fen", field=models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("approve_up_to_fen__isnull", True), ("approve_up_to_fen__gte", 0), _connector="OR"),
                name="api_key_limit_is_not_negative",
            ),
        ),
    ]
