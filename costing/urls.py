"""The pages of `costing`."""

from django.urls import path

from costing import views

app_name = "costing"
urlpatterns = [
    path("formulas/", views.formula_list, name="formula-list"),
    path("formulas/<str:formula_id>/", views.formula_detail, name="formula-detail"),
]
