"""The pages of `catalog`."""

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("", views.entry_list, name="entry-list"),
    path("<slug:kind>/", views.entry_list, name="kind-list"),
    path("<slug:kind>/<slug:slug>/", views.entry_detail, name="entry-detail"),
]
