from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0007_estimate_unit_price"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="menders",
            field=models.JSONField(default=dict),
        ),
    ]
