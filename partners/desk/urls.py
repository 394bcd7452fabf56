"""The pages of agreements, at the console."""

from django.urls import path, register_converter

from partners.desk.views import cards, drafts, taxes

app_name = "agreements"


class FileForm:
    """csv or xlsx."""

    regex = "csv|xlsx"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(FileForm, "form")

urlpatterns = [
    path("cards/", cards.show_cards, name="cards"),
    path("cards/new/", cards.add_card, name="card_new"),
    path("cards/standard/", cards.begin_standard, name="standard_begin"),
    path("cards/<str:ref>/", cards.show_card, name="card"),
    path("cards/<str:ref>/begin/", cards.begin_draft, name="draft_begin"),
    path("cards/<str:ref>/draft/", drafts.show_draft, name="draft"),
    path("cards/<str:ref>/draft.<form:form>", drafts.export_draft, name="draft_export"),
    path("cards/<str:ref>/draft/file/", drafts.import_file, name="draft_import"),
    path("cards/<str:ref>/draft/publish/", drafts.publish, name="draft_publish"),
    path("cards/<str:ref>/draft/discard/", drafts.discard, name="draft_discard"),
    path("cards/<str:ref>/draft/prices/new/", drafts.edit_price, name="price_new"),
    path("cards/<str:ref>/draft/prices/<str:price>/", drafts.edit_price, name="price"),
    path("cards/<str:ref>/draft/prices/<str:price>/remove/", drafts.remove_price, name="price_remove"),
    path("versions/<str:ref>/withdraw/", cards.withdraw, name="withdraw"),
    path("versions/<str:ref>.<form:form>", cards.export_version, name="version_export"),
    path("vat/", taxes.show_rates, name="vat"),
    path("vat/<str:ref>/confirm/", taxes.confirm_rate, name="vat_confirm"),
]
