"""The pages of `catalog`."""

from django.urls import path

from catalog import hardware_views, price_views, views

app_name = "catalog"
urlpatterns = [
    path("", views.entry_list, name="entry-list"),
    path("prices/", price_views.price_list, name="price-list"),
    path(
        "prices/<slug:provider>/<str:region>/<str:instance_type>/",
        price_views.price_detail,
        name="price-detail",
    ),
    path("price-books/", price_views.price_book_list, name="price-book-list"),
    path("price-books/<slug:provider>/", price_views.price_book_detail, name="price-book-detail"),
    path("hardware/", hardware_views.model_list, name="hardware-list"),
    path("hardware/imports/", hardware_views.import_list, name="hardware-import-list"),
    path("hardware/imports/new/", hardware_views.import_create, name="hardware-import-create"),
    path(
        "hardware/imports/<uuid:hardware_import_pk>/",
        hardware_views.import_detail,
        name="hardware-import-detail",
    ),
    path(
        "hardware/imports/<uuid:hardware_import_pk>/apply/",
        hardware_views.import_apply,
        name="hardware-import-apply",
    ),
    path(
        "hardware/imports/<uuid:hardware_import_pk>/roll-back/",
        hardware_views.import_roll_back,
        name="hardware-import-roll-back",
    ),
    path(
        "hardware/imports/<uuid:hardware_import_pk>/read-again/",
        hardware_views.import_read_again,
        name="hardware-import-read-again",
    ),
    path(
        "hardware/imports/<uuid:hardware_import_pk>/discard/",
        hardware_views.import_discard,
        name="hardware-import-discard",
    ),
    path("hardware/<uuid:identity>/", hardware_views.model_detail, name="hardware-detail"),
    path("<slug:kind>/", views.entry_list, name="kind-list"),
    path("<slug:kind>/<slug:slug>/", views.entry_detail, name="entry-detail"),
]
