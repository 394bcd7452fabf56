"""What a dispatcher decided is called alike of a leg and of a naming."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dispatch", "0003_clocks_stay")]
    operations: ClassVar = [migrations.RenameField("assignment", "by_hand", "is_by_hand")]
