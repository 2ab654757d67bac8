"""Logging in and out, and a person's own account."""

from django.contrib.auth.views import LoginView, LogoutView

login = LoginView.as_view(template_name="accounts/login.html", redirect_authenticated_user=True)
logout = LogoutView.as_view()
