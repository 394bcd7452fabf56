"""Which pictures are due is data now, and a reading of the return can be corrected as one of the pickup can."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.core.validators
import uuid_utils.compat
from django.db import migrations, models
from django.db.models import Q

ALL = (
    ("front", "前"),
    ("rear", "后"),
    ("left", "左"),
    ("right", "右"),
    ("dashboard", "仪表"),
    ("interior", "内饰"),
)
AT_HAND_OVER = ALL[:5]  # to be confirmed by the operator


def seed_shots(apps: Any, _schema_editor: Any) -> None:
    """Write the pictures that are not there yet."""
    shot = apps.get_model("repair", "RequiredShot")
    rows = [
        shot(occasion=occasion, code=code, name_en=code, name_zh=name_zh, position=number)
        for occasion, shots in (("report", ALL), ("hand_over", AT_HAND_OVER))
        for number, (code, name_zh) in enumerate(shots, start=1)
    ]
    shot.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("repair", "0008_odometer_correction")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="RequiredShot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[("report", "Condition report"), ("hand_over", "Hand-over from the workshop")],
                        max_length=10,
                        verbose_name="occasion",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=30,
                        validators=[django.core.validators.RegexValidator("^[a-z0-9]+(-[a-z0-9]+)*$")],
                        verbose_name="code",
                    ),
                ),
                ("name_en", models.CharField(max_length=60, verbose_name="name, English")),
                ("name_zh", models.CharField(max_length=60, verbose_name="name, Chinese")),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="services",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "required shot",
                "verbose_name_plural": "required shots",
                "constraints": [
                    models.UniqueConstraint(fields=("occasion", "code"), name="one_rule_a_shot"),
                    models.CheckConstraint(
                        condition=Q(Q(("name_en", ""), _negated=True), Q(("name_zh", ""), _negated=True)),
                        name="shot_has_its_name_in_both_languages",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("code__regex", "^[a-z0-9]+(-[a-z0-9]+)*$"),
                            Q(("code__regex", "^(sign|damage|given)(-|$)"), _negated=True),
                        ),
                        name="shot_code_is_plain",
                    ),
                ],
            },
        ),
        migrations.RunPython(seed_shots, migrations.RunPython.noop),
        migrations.AddField(
            model_name="odometercorrection",
            name="side",
            field=models.CharField(
                choices=[("pickup", "Pickup"), ("return", "Return")], default="pickup", max_length=10
            ),
            preserve_default=False,
        ),
    ]
