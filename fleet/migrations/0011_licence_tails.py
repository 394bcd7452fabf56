from django.db import migrations

CUT = """
UPDATE fleet_importrow SET cells = jsonb_set(cells, '{licence_tail}', to_jsonb(right(btrim(cells ->> 'licence_tail'), 4)))
WHERE length(btrim(cells ->> 'licence_tail')) > 6
"""


class Migration(migrations.Migration):
    """Of the licence numbers in refused rows only the end stays, as in the register."""

    dependencies = [
        ("fleet", "0010_import_halt"),
    ]

    operations = [
        migrations.RunSQL(CUT, migrations.RunSQL.noop),
    ]
