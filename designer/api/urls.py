"""Addresses below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from designer.api.imports import ImportViewSet
from designer.api.views import CustomerViewSet, DesignViewSet, RevisionViewSet, SizingViewSet

router = SimpleRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register("designs", DesignViewSet, basename="design")
router.register("revisions", RevisionViewSet, basename="revision")
router.register("sizings", SizingViewSet, basename="sizing")
router.register("imports", ImportViewSet, basename="import")
urlpatterns = router.urls
