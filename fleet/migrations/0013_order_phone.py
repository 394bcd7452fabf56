from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0012_import_verdict"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["phone"], name="order_by_phone"),
        ),
    ]
