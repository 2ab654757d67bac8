import pytest

from jobs import queue


@pytest.fixture(autouse=True)
def no_broken_circuit(monkeypatch):
    """Each test starts with a queue that nobody has found broken."""
    monkeypatch.setattr(queue, "_broken_until", 0.0)


@pytest.fixture
def sample_jobs(settings):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.jobs.sample"]
