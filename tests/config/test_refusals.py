"""What a page's service refuses reaches the reader in words, with its status."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role
from jobs.models import Job
from tests.builders import a_membership

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["designer:design-size", "costing:comparison-start", "costing:proposal-create"]
)
def test_a_role_that_may_only_read_is_told_so(client, design, team, name):
    client.force_login(a_membership(team=team, role=Role.CATALOG_MANAGER).user)

    response = client.post(reverse(name, args=[design.pk]))

    assert response.status_code == 403
    assert "lets you read designs, not change them" in response.content.decode()
    assert not Job.objects.exists()
