"""Service numbers are unique: a sequence gives them; gaps do no harm."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("repair", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL("CREATE SEQUENCE public.repair_job_number", "DROP SEQUENCE public.repair_job_number"),
    ]
