"""The description of the API, and its pages; both open, both from this server alone."""

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from tenants.marks import Wall


class SchemaView(SpectacularAPIView):
    """GET /schema: YAML, or JSON by Accept."""

    wall = Wall.OPEN
    authentication_classes = ()
    permission_classes = ()


@method_decorator(never_cache, name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """GET /docs/: Swagger UI with its start-up script as a file of its own, so that no inline script is needed."""

    wall = Wall.OPEN
    authentication_classes = ()
    permission_classes = ()
    url_name = "api:schema"
