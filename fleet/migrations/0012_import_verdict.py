from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fleet", "0011_licence_tails"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="importrow",
            name="import_row_state_is_known",
        ),
        migrations.RenameField(
            model_name="importrow",
            old_name="status",
            new_name="verdict",
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["new", "changed", "same", "rejected"])),
                name="import_row_verdict_is_known",
            ),
        ),
    ]
