"""Addresses below `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from costing.api import calculations, comparisons, proposals

router = SimpleRouter()
router.register("comparisons", comparisons.ComparisonViewSet, basename="comparison")
router.register("proposals", proposals.ProposalViewSet, basename="proposal")

urlpatterns = [
    path("calculations/<str:kind>/", calculations.CalculationView.as_view(), name="calculation"),
    path("formulas/", calculations.FormulaListView.as_view(), name="formula-list"),
    path("formulas/<str:formula_id>/", calculations.FormulaView.as_view(), name="formula-detail"),
    *router.urls,
]
