"""Addresses below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from accounts.api import AuditEntryViewSet, TeamViewSet

router = SimpleRouter(use_regex_path=False)
router.register("teams", TeamViewSet, basename="team")
router.register("audit", AuditEntryViewSet, basename="audit")
urlpatterns = router.urls
