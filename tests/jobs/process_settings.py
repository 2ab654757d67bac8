"""The product's settings with the sample jobs, for worker processes that tests start and kill."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.jobs.sample"]  # noqa: F405
