from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "messages"
    label = "notices"
    verbose_name = _("notices")

    def ready(self) -> None:
        """Take the sign-in room's letters from now on."""
        from messages.services import keep_letter
        from tenants.people.mailing import post_with

        post_with(keep_letter)
