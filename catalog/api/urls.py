"""Addresses below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from catalog.api.prices import CloudOfferViewSet, PriceBookViewSet

router = SimpleRouter(use_regex_path=False)
router.register("cloud-offers", CloudOfferViewSet, basename="cloud-offer")
router.register("price-books", PriceBookViewSet, basename="price-book")
urlpatterns = router.urls
