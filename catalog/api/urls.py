"""Addresses below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from catalog.api.entries import (
    HardwareSpecViewSet,
    NetworkViewSet,
    NodeSpecViewSet,
    ReferenceDesignViewSet,
    ServiceViewSet,
)
from catalog.api.hardware import HardwareImportViewSet, HardwareModelViewSet
from catalog.api.prices import CloudOfferViewSet, PriceBookViewSet

router = SimpleRouter(use_regex_path=False)
router.register("cloud-offers", CloudOfferViewSet, basename="cloud-offer")
router.register("price-books", PriceBookViewSet, basename="price-book")
router.register("node-specs", NodeSpecViewSet, basename="node-spec")
router.register("hardware-specs", HardwareSpecViewSet, basename="hardware-spec")
router.register("hardware-models", HardwareModelViewSet, basename="hardware-model")
router.register("hardware-imports", HardwareImportViewSet, basename="hardware-import")
router.register("services", ServiceViewSet, basename="service")
router.register("networks", NetworkViewSet, basename="network")
router.register("reference-designs", ReferenceDesignViewSet, basename="reference-design")
urlpatterns = router.urls
