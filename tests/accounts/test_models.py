"""People, teams and who sees whom."""

import pytest
from django.db import IntegrityError

from accounts.models import Team, User
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("other", ["ANNA@example.com", "anna@EXAMPLE.com", " anna@example.com "])
def test_two_spellings_of_one_address_are_one_account(other):
    a_user("anna@example.com")

    with pytest.raises(IntegrityError):
        a_user(other)


def test_two_normal_forms_of_one_address_are_one_account():
    a_user("andr\u00e9@example.com")

    with pytest.raises(IntegrityError):
        a_user("andre\u0301@example.com")


def test_people_see_the_teams_they_belong_to():
    member, stranger = a_user(), a_user()
    team = a_team(members=[member])
    a_team(members=[stranger])

    assert list(Team.objects.visible_to(member)) == [team]


def test_people_see_their_colleagues_and_themselves():
    member, colleague, stranger = a_user(), a_user(), a_user()
    a_team(members=[member, colleague])
    a_team(members=[member, colleague])

    assert set(User.objects.visible_to(member)) == {member, colleague}
    assert set(User.objects.visible_to(stranger)) == {stranger}
