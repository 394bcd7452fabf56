from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("events_book", "0002_entry_author"),
    ]

    operations = [
        migrations.AddIndex(
            "entry", models.Index(condition=Q(type__startswith="order."), fields=["seq"], name="entry_of_orders")
        ),
    ]
