"""Django's view of the design system."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, components and static files; knows nothing of the business."""

    name = "ui"
    verbose_name = "User interface"
