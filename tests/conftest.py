"""What every test stands on."""

import os

from hypothesis import settings

pytest_plugins = ["tests.fixtures"]

settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("developer", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")
