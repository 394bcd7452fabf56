"""The tenant's own choices."""

from fleet.models import TenantSettings


def read_settings() -> TenantSettings:
    """The one row, or what holds while there is none."""
    return TenantSettings.objects.first() or TenantSettings()
