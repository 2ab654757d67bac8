"""Every address of the product: each app's own list, and the API's under one version."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from config import views

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"


api: list[URLPattern | URLResolver] = [
    path(
        "schema/",
        SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation),
        name="schema",
    ),
    path("docs/", views.api_docs, name="docs"),
    path("", include("designer.api.urls")),  # first: addresses are tried in this order
    path("", include("accounts.api_urls")),
    path("", include("jobs.api_urls")),
    path("", include("catalog.api.urls")),
    path("", include("costing.api.urls")),
]
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("jobs/", include("jobs.urls")),
    path("catalog/", include("catalog.urls")),
    path("", include("designer.urls")),
    path("costing/", include("costing.urls")),
    path("api/v1/", include((api, "api"))),
]
