"""The pages of `costing`."""

from django.urls import URLPattern

app_name = "costing"
urlpatterns: list[URLPattern] = []
