"""Getting in, staying in, and what keeps others out (security R60 to R69)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services, throttle
from accounts.models import ApiToken, AuditEntry, SignInFailures, TokenScope, User
from tests.builders import PASSWORD, a_team, a_user

pytestmark = pytest.mark.django_db

LOGIN = reverse("accounts:login")
TEAMS = "/api/v1/teams/"


def sign_in(client, user, password=PASSWORD, **headers):
    return client.post(LOGIN, {"username": user.email, "password": password}, headers=headers)


def a_token(user, scope=TokenScope.WRITE, days=1):
    expiry = timezone.now() + timedelta(days=days)
    return services.create_token(user=user, name="test", scope=scope, expires_at=expiry)


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


# Log-in -----------------------------------------------------------------------------------------------------------
def test_the_right_password_lets_in_and_gives_a_new_session(client):
    user = a_user()
    client.get(LOGIN)
    client.cookies["session"] = "a-key-that-an-attacker-set"

    answer = sign_in(client, user)

    assert answer.status_code == 302
    assert client.cookies["session"].value != "a-key-that-an-attacker-set"
    assert AuditEntry.objects.get().action == "session.started"


@pytest.mark.parametrize("who", ["unknown", "wrong password", "inactive", "sample outside the demo"])
def test_whatever_is_wrong_the_answer_is_the_same(client, who):
    user = a_user(is_active=who != "inactive", is_sample=who.startswith("sample"))
    if who == "unknown":
        user.email = "nobody@example.com"

    answer = sign_in(client, user, password="wrong" if who == "wrong password" else PASSWORD)

    assert answer.status_code == 200
    assert b"do not belong together" in answer.content


def test_guessing_is_slowed_down_whatever_address_the_client_claims(client):
    user = a_user()

    answers = [sign_in(client, user, "wrong", **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(20)]

    assert answers[-1].status_code == 429
    assert b"Too many attempts" in answers[-1].content
    assert sign_in(client, user, PASSWORD).status_code == 429


def test_the_owner_still_gets_in_from_another_address(client):
    user = a_user()
    for _ in range(20):
        throttle.note_failure(account=user.email, address="203.0.113.7")

    assert throttle.wait_seconds(account=user.email, address="203.0.113.7") > 0
    assert sign_in(client, user).status_code == 302


def test_a_proxy_of_ours_is_believed_and_only_that(client, settings):
    settings.TRUSTED_PROXIES = 1
    user = a_user()

    for n in range(10):
        sign_in(client, user, "wrong", **{"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.7"})

    assert throttle.wait_seconds(account=user.email, address="203.0.113.7") > 0
    assert throttle.wait_seconds(account=user.email, address="10.0.0.1") == 0


def test_what_is_counted_names_nobody():
    throttle.note_failure(account="anna@example.com", address="203.0.113.7")

    assert all(len(row.key) == 64 and "anna" not in row.key for row in SignInFailures.objects.all())


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
    ],
)
def test_a_log_in_never_leads_to_another_site(client, target):
    user = a_user()

    answer = client.post(
        f"{LOGIN}?next={target}", {"username": user.email, "password": PASSWORD, "next": target}
    )

    assert answer.url == reverse("designer:home")


def test_an_htmx_request_without_a_session_gets_the_whole_log_in_page(client):
    answer = client.get("/jobs/", headers={"HX-Request": "true", "HX-Current-URL": "http://evil.example/x"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"] == f"{LOGIN}?next=%2F"


# Sessions ---------------------------------------------------------------------------------------------------------
def test_another_password_ends_all_other_sessions_and_keeps_this_one(client):
    user, elsewhere = a_user(), Client()
    client.force_login(user)
    elsewhere.force_login(user)
    new = "another long pass phrase"

    changed = client.post(
        reverse("accounts:password"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    assert changed.status_code == 302
    assert client.get(TEAMS).status_code == 200
    assert elsewhere.get(TEAMS).status_code == 401


@pytest.mark.parametrize("password", ["short", "password1234", "x" * 257])
def test_a_weak_or_monstrous_password_is_refused(client, password):
    user = a_user()
    client.force_login(user)
    form = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}

    answer = client.post(reverse("accounts:password"), form)

    assert answer.status_code == 200
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_a_person_who_left_is_out_at_once(client):
    user = a_user()
    _, key = a_token(user)
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(TEAMS).status_code == 401
    assert Client().get(TEAMS, headers=bearer(key)).status_code == 401


def test_a_session_ends_after_its_absolute_time(client, settings):
    client.force_login(a_user())
    client.get(TEAMS)
    settings.SESSION_ABSOLUTE_SECONDS = -1

    assert client.get(TEAMS).status_code == 401


def test_a_member_who_is_removed_finds_nothing_from_the_next_request_on(client):
    administrator, member = a_user(), a_user()
    team = a_team(members=[administrator], role="administrator")
    services.set_role(team=team, user=member, role="architect", by=administrator)
    client.force_login(member)
    before = client.get(TEAMS).json()["results"]

    services.remove_member(team=team, user=member, by=administrator)

    assert len(before) == 1
    assert client.get(TEAMS).json()["results"] == []


# Tokens -----------------------------------------------------------------------------------------------------------
def test_a_token_opens_the_api_and_is_stored_as_a_hash_only():
    user = a_user()
    token, key = a_token(user)

    answer = Client().get(TEAMS, headers=bearer(key))

    assert answer.status_code == 200
    stored = ApiToken.objects.get(pk=token.pk)
    assert key not in (stored.prefix, stored.key_hash)
    assert stored.last_used_at is not None


@pytest.mark.parametrize(
    "spoil", ["revoked", "expired", "other key", "in the address", "malformed", "sample"]
)
def test_a_token_that_is_none_opens_nothing(spoil):
    user = a_user(is_sample=spoil == "sample")
    token, key = a_token(user, days=-1 if spoil == "expired" else 1)
    if spoil == "revoked":
        services.revoke_token(token=token, user=user)
    if spoil == "other key":
        key = key[:-1] + ("a" if key[-1] != "a" else "b")
    path = f"{TEAMS}?token={key}&access_token={key}" if spoil == "in the address" else TEAMS
    headers = {} if spoil == "in the address" else bearer("x y" if spoil == "malformed" else key)

    answer = Client().get(path, headers=headers)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_reading_reads_and_calculates_and_changes_nothing():
    user = a_user()
    team = a_team(members=[user])
    _, key = a_token(user, scope=TokenScope.READ)
    client, question = Client(headers=bearer(key)), {"formula": "CP1", "inputs": {"members": 3}}

    read = client.get(TEAMS)
    calculated = client.post("/api/v1/calculations/formula/", question, content_type="application/json")
    created = client.post(
        "/api/v1/customers/", {"team": str(team.pk), "name": "N"}, content_type="application/json"
    )

    assert (read.status_code, calculated.status_code, created.status_code) == (200, 200, 403)
    assert "scope" in created.json()["detail"]


def test_a_token_lives_for_a_year_at_most():
    token, _ = a_token(a_user(), days=5000)

    assert token.expires_at - timezone.now() <= timedelta(days=366)


# Requests from other sites ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/api/v1/customers/", reverse("accounts:token-create"), reverse("accounts:logout")]
)
def test_a_session_changes_nothing_without_the_token_of_its_page(path):
    client = Client(enforce_csrf_checks=True)
    user = a_user()
    a_team(members=[user])
    client.force_login(user)

    answer = client.post(path, {"name": "x"}, content_type="application/json")

    assert answer.status_code == 403
    assert not ApiToken.objects.exists()
    assert client.get(TEAMS).status_code == 200
