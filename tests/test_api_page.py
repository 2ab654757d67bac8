"""The examples of docs/api.md, run as they stand there, with Django's client in the place of curl."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import TokenScope
from accounts.services import create_token

PAGE = (Path(__file__).resolve().parents[1] / "docs/api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^    # (\d{3})\n((?:    .+\n)+)", PAGE, re.MULTILINE)


def asked(client, command, values):
    """The answer to a curl command line."""
    for name, value in values.items():
        command = command.replace(f"${name}", value)
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    method, body, headers, address = None, None, {}, ""
    while words:
        match words.pop(0):
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                body = words.pop(0)
            case word:
                address = word
    method = method or ("GET" if body is None else "POST")
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    return client.generic(method, address, body or "", content_type=kind, headers=headers)


def test_the_page_has_examples_of_every_outcome_it_speaks_of():
    assert len(EXAMPLES) == PAGE.count("curl ")
    assert {status for status, _ in EXAMPLES} >= {"200", "201", "202", "400", "401", "409", "412", "428"}


def test_every_example_answers_as_the_page_says(client, design, customer, team, architect, price_books):
    expiry = timezone.now() + timedelta(days=1)
    _, key = create_token(user=architect, name="page", scope=TokenScope.WRITE, expires_at=expiry)
    values = {"SITE": "", "TOKEN": key, "TEAM": team.pk, "CUSTOMER": customer.pk, "DESIGN": design.pk}
    values = {name: str(value) for name, value in values.items()}

    outcomes = [(status, asked(client, command, values)) for status, command in EXAMPLES]

    for (status, command), (_, answer) in zip(EXAMPLES, outcomes, strict=True):
        assert answer.status_code == int(status), f"{command}{answer.content[:300]!r}"
    replayed = [answer for _, answer in outcomes if "Idempotency-Replayed" in answer]
    assert len(replayed) == 1


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(/api/v1/[a-z]+/)`", PAGE))))
def test_the_addresses_that_it_names_are_open_to_all(client, name):
    assert client.get(name).status_code == 200
