"""The pages of `catalog`."""

from django.urls import path

from catalog import price_views, views

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
    path("<slug:kind>/", views.entry_list, name="kind-list"),
    path("<slug:kind>/<slug:slug>/", views.entry_detail, name="entry-detail"),
]
