"""Logging in and out, and a person's own account."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.forms import SignInForm, TokenForm
from accounts.idempotency import key_of_form, run_once
from accounts.models import ApiToken, Membership, User


class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """In the demo the page shows the published log-ins, once they exist."""
        context = super().get_context_data(**kwargs)
        if settings.PROFILE == "demo" and User.objects.filter(is_sample=True).exists():
            context["sample_people"] = [
                (email, role.label) for email, (_, role) in services.SAMPLE_PEOPLE.items()
            ]
            context["sample_password"] = services.SAMPLE_PASSWORD
        return context

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        services.audit("session.started", actor=form.get_user())
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        status = 429 if cast(SignInForm, form).is_throttled else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)


class SignOut(LogoutView):
    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            services.audit("session.ended", actor=request.user)
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class PasswordChange(PasswordChangeView):
    """Ends every other session and keeps this one."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        services.audit("password.changed", actor=cast(User, self.request.user))
        messages.success(self.request, "Your password is changed. All other sessions have ended.")
        return response


@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    return account_page(request, TokenForm())


def account_page(request: HttpRequest, form: TokenForm, *, key: str = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "key": key,
        "memberships": Membership.objects.visible_to(request.user)
        .filter(user=request.user.pk)
        .select_related("team"),
        "tokens": ApiToken.objects.visible_to(request.user),
    }
    return render(request, "accounts/account.html", context, status=status)


@login_required
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """Shows the key in the answer itself: it is in no address, no session and no table."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return account_page(request, form, status=400)
    user, created = cast(User, request.user), []

    def create() -> str:
        token, key = services.create_token(user=user, **form.values())
        created.append(key)
        return str(token.pk)  # what is kept for a repetition; never the key

    if once := key_of_form(request):
        run_once(user=user, key=once, request_hash="", do=create)
    else:
        create()
    if not created:
        messages.info(
            request, "That token was created already. Its key was shown once; revoke it if you lost it."
        )
        return redirect("accounts:account")
    return account_page(request, TokenForm(), key=created[0])


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    services.revoke_token(token=token, user=cast(User, request.user))
    messages.success(request, f"{token.name} is revoked.")
    return redirect("accounts:account")


@login_required
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    services.end_sessions(user=user, by=user)
    update_session_auth_hash(request, user)
    messages.success(request, "All your other sessions have ended.")
    return redirect("accounts:account")


login = SignIn.as_view()
logout = SignOut.as_view()
password = login_required(PasswordChange.as_view())
