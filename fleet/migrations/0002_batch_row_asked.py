from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="batchrow", name="only_rejected_rows_are_not_clean"),
        migrations.RenameField(model_name="batchrow", old_name="clean", new_name="asked"),
        migrations.AddConstraint(
            model_name="batchrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "rejected"), ("asked__isnull", False), _connector="OR"),
                name="only_rejected_rows_ask_for_nothing",
            ),
        ),
    ]
