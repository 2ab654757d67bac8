"""Pages of customers and designs."""

from django.urls import path

from designer import deployment_views, failure_views, finding_views, growth_views, hardware_views, views
from designer.imports import urls as imports

app_name = "designer"

urlpatterns = [
    path("", views.home, name="home"),
    path("customers/", views.customer_list, name="customer-list"),
    path("customers/new/", views.customer_create, name="customer-create"),
    path("customers/<uuid:customer_pk>/", views.customer_detail, name="customer-detail"),
    path("designs/", views.design_list, name="design-list"),
    path("designs/new/", views.design_create, name="design-create"),
    path("designs/profile-row/", views.profile_row, name="profile-row"),
    path("designs/<uuid:design_pk>/", views.design_detail, name="design-detail"),
    path("designs/<uuid:design_pk>/workload/", views.design_workload, name="design-workload"),
    path("designs/<uuid:design_pk>/hardware/", hardware_views.design_hardware, name="design-hardware"),
    path("designs/hardware-row/<slug:table>/", hardware_views.hardware_row, name="hardware-row"),
    path(
        "designs/<uuid:design_pk>/overrides/remove/",
        hardware_views.design_override_remove,
        name="design-override-remove",
    ),
    path("designs/<uuid:design_pk>/size/", views.design_size, name="design-size"),
    path("designs/<uuid:design_pk>/sizing/", views.design_sizing, name="design-sizing"),
    path("designs/<uuid:design_pk>/growth/", growth_views.design_growth, name="design-growth"),
    path(
        "designs/<uuid:design_pk>/growth/<slug:resource>.json",
        growth_views.design_growth_chart,
        name="design-growth-chart",
    ),
    path(
        "designs/<uuid:design_pk>/deployment/", deployment_views.design_deployment, name="design-deployment"
    ),
    path("designs/<uuid:design_pk>/editor/", views.design_editor, name="design-editor"),
    path("designs/<uuid:design_pk>/drawing/", views.design_drawing, name="design-drawing"),
    path("designs/<uuid:design_pk>/drawing.svg", views.design_drawing_svg, name="design-drawing-svg"),
    path("designs/<uuid:design_pk>/failures/", failure_views.design_failures, name="design-failures"),
    path(
        "designs/<uuid:design_pk>/failures/effect/",
        failure_views.design_failure_effect,
        name="design-failure-effect",
    ),
    path(
        "designs/<uuid:design_pk>/failures/rank/",
        failure_views.design_failures_rank,
        name="design-failures-rank",
    ),
    path("designs/<uuid:design_pk>/findings/", finding_views.design_findings, name="design-findings"),
    path(
        "designs/<uuid:design_pk>/findings/list/",
        finding_views.design_findings_list,
        name="design-findings-list",
    ),
    path(
        "designs/<uuid:design_pk>/findings/count/",
        finding_views.design_findings_count,
        name="design-findings-count",
    ),
    path("designs/<uuid:design_pk>/profile/", finding_views.design_profile, name="design-profile"),
    path(
        "designs/<uuid:design_pk>/findings/<slug:rule>/accept/",
        finding_views.finding_suppress,
        name="finding-suppress",
    ),
    path(
        "designs/<uuid:design_pk>/findings/<slug:rule>/lift/", finding_views.finding_lift, name="finding-lift"
    ),
    path("designs/<uuid:design_pk>/history/", views.design_history, name="design-history"),
    path("designs/<uuid:design_pk>/freeze/", views.revision_freeze, name="revision-freeze"),
    path("revisions/<uuid:revision_pk>/restore/", views.revision_restore, name="revision-restore"),
    path("revisions/<uuid:revision_pk>/fork/", views.revision_fork, name="revision-fork"),
    *imports.urlpatterns,
]
