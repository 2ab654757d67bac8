"""What the web server loads. Django runs its checks for commands only, so ours run here for the server."""

import gc
import os

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
if errors := checks.run_checks(tags=["stackwright"]):
    raise ImproperlyConfigured("Not started. " + " ".join(f"{error.msg} {error.hint}" for error in errors))

# What is loaded now stays to the end: the collector need not walk it again, which took 80 ms in every tenth request
# that reads a large design.
gc.collect()
gc.freeze()
