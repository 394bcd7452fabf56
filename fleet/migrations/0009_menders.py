from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0008_photos_of_progress"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="menders",
            field=models.JSONField(default=dict),
        ),
    ]
