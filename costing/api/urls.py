"""Addresses below `/api/v1/`."""

from django.urls import path

from costing.api import calculations

urlpatterns = [
    path("calculations/<str:kind>/", calculations.CalculationView.as_view(), name="calculation"),
    path("formulas/", calculations.FormulaListView.as_view(), name="formula-list"),
    path("formulas/<str:formula_id>/", calculations.FormulaView.as_view(), name="formula-detail"),
]
