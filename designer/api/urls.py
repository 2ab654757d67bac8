"""Addresses below `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from designer.api.editing import DrawingCheckView, PresenceView
from designer.api.failures import FailureRankingView, FailuresView
from designer.api.growth import GrowthView
from designer.api.imports import ImportViewSet
from designer.api.views import CustomerViewSet, DesignViewSet, RevisionViewSet, SizingViewSet

router = SimpleRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register("designs", DesignViewSet, basename="design")
router.register("revisions", RevisionViewSet, basename="revision")
router.register("sizings", SizingViewSet, basename="sizing")
router.register("imports", ImportViewSet, basename="import")
urlpatterns = [
    path("designs/<uuid:pk>/presence/", PresenceView.as_view(), name="design-presence"),
    path("designs/<uuid:pk>/topology/check/", DrawingCheckView.as_view(), name="design-topology-check"),
    path("designs/<uuid:pk>/growth/", GrowthView.as_view(), name="design-growth"),
    path("designs/<uuid:pk>/failures/", FailuresView.as_view(), name="design-failures"),
    path("designs/<uuid:pk>/failures/ranking/", FailureRankingView.as_view(), name="design-failure-ranking"),
    *router.urls,
]
