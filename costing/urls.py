"""The pages of `costing`."""

from django.urls import path

from costing.views import comparisons, formulas, proposals

app_name = "costing"
urlpatterns = [
    path("formulas/", formulas.formula_list, name="formula-list"),
    path("formulas/<str:formula_id>/", formulas.formula_detail, name="formula-detail"),
    path("designs/<uuid:design_pk>/", comparisons.comparison, name="comparison"),
    path("designs/<uuid:design_pk>/compare/", comparisons.comparison_start, name="comparison-start"),
    path("designs/<uuid:design_pk>/assumptions/", comparisons.assumptions, name="assumptions"),
    path("comparisons/<uuid:comparison_pk>/charts/<slug:key>.json", comparisons.chart, name="chart"),
    path("comparisons/<uuid:comparison_pk>/ledger.csv", comparisons.ledger_csv, name="ledger-csv"),
    path("designs/<uuid:design_pk>/proposals/", proposals.proposals, name="proposals"),
    path("designs/<uuid:design_pk>/proposals/new/", proposals.proposal_create, name="proposal-create"),
    path("proposals/<uuid:proposal_pk>.pdf", proposals.proposal_pdf, name="proposal-pdf"),
]
