"""The pages of `accounts`."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("", views.account, name="account"),
    path("password/", views.password, name="password"),
    path("sessions/end/", views.sessions_end, name="sessions-end"),
    path("tokens/", views.token_create, name="token-create"),
    path("tokens/<uuid:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
