"""Pages of imports; part of the addresses of `designer`."""

from django.urls import path

from designer.imports import views

urlpatterns = [
    path("designs/<uuid:design_pk>/imports/new/", views.import_create, name="import-create"),
    path("imports/<uuid:import_pk>/", views.import_detail, name="import-detail"),
    path("imports/<uuid:import_pk>/switches/", views.import_switches, name="import-switches"),
    path("imports/<uuid:import_pk>/columns/", views.import_mapping, name="import-mapping"),
    path("imports/<uuid:import_pk>/delete/", views.import_delete, name="import-delete"),
    path("imports/<uuid:import_pk>/use/", views.import_use, name="import-use"),
]
