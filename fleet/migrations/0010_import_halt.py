from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0009_menders"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="halt",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="import",
            name="file_gone_at",
            field=models.DateTimeField(null=True),
        ),
    ]
