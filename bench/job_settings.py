"""The product's settings with the probe, for the worker processes of B15."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "bench.probe"]  # noqa: F405
