"""All settings, read from the environment at the top: `docs/configuration.md` lists them.

A secret may also come from a file: `SECRET_KEY_FILE=/run/secrets/key`. A value without sense ends the start.
"""

import os
import secrets
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")


def one_of(name: str, *, default: str, choices: tuple[str, ...]) -> str:
    value = str(env.str(name, default))
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value}: choose one of {', '.join(choices)}.")
    return value


# Where and for whom it runs -------------------------------------------------------------------------------
PROFILE = (
    "test"
    if "pytest" in sys.modules
    else one_of("PROFILE", default="demo", choices=("demo", "production", "test"))
)
IS_PRODUCTION = PROFILE == "production"
DEBUG = env.bool("DEBUG", False)
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
"""What the running product writes: database, key, files. Nothing else in the project's folder changes."""


def demo_secret_key() -> str:
    """The key of this demo, made on the first start, readable by its owner only."""
    path = VAR_DIR / "secret_key"
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text().strip()


match PROFILE:
    case "production":
        SECRET_KEY = env.str("SECRET_KEY")
        ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
    case "demo":
        SECRET_KEY = env.str("SECRET_KEY", "") or demo_secret_key()
        ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    case _:
        SECRET_KEY = "only-the-tests-sign-with-this-" + "0123456789abcdef" * 3
        ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL = (env.str("SITE_URL") if IS_PRODUCTION else env.str("SITE_URL", "http://127.0.0.1:8000")).rstrip(
    "/"
)
"""Where people reach the product: absolute addresses in mails and PDFs start with it, not with a Host."""
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
"""How many reverse proxies of ours stand in front, each adding one address to X-Forwarded-For."""

# Apps -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_vite",
    "django_q",
    "csp",
    "config",
    "accounts",
    "jobs",
    "catalog",
    "designer",
    "costing",
]
MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "config.middleware.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.PlainAddressMiddleware",
    "config.api.ApiConditionalGetMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionAgeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.HtmxLoginRedirectMiddleware",
    "config.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.product",
            ],
            "builtins": ["config.templatetags.ui"],
        },
    }
]

# Database -------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'stackwright.sqlite3'}")}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at the start of a transaction, so a read-then-write never fails half way;
    # FULL because "saved" means saved: the commit is on the disk before anybody is told.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
    }
    # A file for the tests as well: in memory, a page that asks while a test writes is refused, not made to wait.
    DATABASE["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    if DATABASE["NAME"] != ":memory:":
        Path(DATABASE["NAME"]).parent.mkdir(parents=True, exist_ok=True)
else:
    DATABASE["ENGINE"] = "config.postgresql"
    DATABASE["CONN_HEALTH_CHECKS"] = True
    DATABASE.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    if not DATABASE.get("DISABLE_SERVER_SIDE_CURSORS"):  # what a pooler by transaction needs
        DATABASE["OPTIONS"].setdefault("prepare_threshold", 0)  # statements of config.prepared, and no others
DATABASE["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE_SECONDS", 60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.str("FILES_DIR", str(VAR_DIR / "files")))
"""Stored PDFs and uploads. Never served by path: every download asks the owning object first (R8)."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * 2**20  # the JSON parser has its own, lower limits
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 50
UPLOAD_MODELS = ["designer.WorkloadImport", "catalog.HardwareImport"]
"""Kinds of uploads that count for the quotas: models with author, size in bytes, and team if they belong to one."""
UPLOAD_QUOTA_USER_MIB = env.int("UPLOAD_QUOTA_USER_MIB", 2048)
UPLOAD_QUOTA_USER_COUNT = env.int("UPLOAD_QUOTA_USER_COUNT", 500)
UPLOAD_QUOTA_TEAM_MIB = env.int("UPLOAD_QUOTA_TEAM_MIB", 10240)
UPLOAD_QUOTA_TEAM_COUNT = env.int("UPLOAD_QUOTA_TEAM_COUNT", 2000)

# People and sessions --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "designer:home"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in hundreds of times
    if PROFILE == "test"
    else ["django.contrib.auth.hashers.Argon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.validators.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", 8 * 3600)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", 7 * 24 * 3600)
SESSION_COOKIE_NAME = "__Host-session" if IS_PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PRODUCTION else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = (
    True  # pages hand the token to htmx in a header, not by cookie
)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

# Transport ------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", IS_PRODUCTION)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked inside the machine, without TLS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Static files ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"  # the tests collect nothing
            if PROFILE == "test"
            else "config.static.BuiltAssetsStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = PROFILE == "test"
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(build/assets/.+|.+\.[0-9a-f]{12}\..+)$"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": BASE_DIR / "static" / "build" / ".vite" / "manifest.json",
        "static_url_prefix": "build",
    }
}

# API ------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.authentication.TokenScopePermission",
    ],
    "DEFAULT_PARSER_CLASSES": ["config.json_bodies.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.json_bodies.StrictJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.json_bodies.AlwaysJson",
    "DEFAULT_PAGINATION_CLASS": "config.paging.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "config.openapi.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "config.api.problem_response",
    "PAGE_SIZE": 50,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": {
        "ImportState": "designer.models.WorkloadImport.State",
        "HardwareModelKind": "catalog.engine.device_types.MODEL_KINDS",
        "CatalogKind": "catalog.library.KIND_NAMES",
        "HardwareImportState": "catalog.models.HardwareImport.State",
    },
    "TITLE": "Stackwright",
    "DESCRIPTION": "Plan an OpenStack + Ceph private cloud and know what it costs. Rules: `docs/api.md`.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",  # its schemas are JSON Schema, as those of our own formats are
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.add_documents",
    ],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}
JSON_MAX_BYTES = 2**20
JSON_MAX_DESIGN_BYTES = 8 * 2**20
JSON_MAX_DEPTH = 64
JSON_MAX_KEYS = 200_000
IDEMPOTENCY_KEY_HOURS = 24

# Jobs: the row is the truth, the queue a hint --------------------------------------------------------------
JOB_QUEUE = one_of("JOB_QUEUE", default="django-q2", choices=("django-q2", "celery"))
JOB_LEASE_SECONDS = env.float("JOB_LEASE_SECONDS", 30.0)
JOB_SWEEP_SECONDS = env.float("JOB_SWEEP_SECONDS", 15.0)
JOB_REANNOUNCE_SECONDS = env.float("JOB_REANNOUNCE_SECONDS", 10.0)
JOB_TIME_LIMIT_SECONDS = env.int("JOB_TIME_LIMIT_SECONDS", 600)
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", 3)
JOB_WORKERS = env.int("JOB_WORKERS", 2)
JOB_GRACE_SECONDS = env.float("JOB_GRACE_SECONDS", 60.0)
"""How long a worker that is told to stop may go on with the jobs it has; then it gives them back."""
JOB_QUEUE_NAME = env.str("JOB_QUEUE_NAME", "stackwright")
Q_CLUSTER = {
    "name": JOB_QUEUE_NAME,
    "orm": "default",
    "workers": JOB_WORKERS,
    "poll": 0.2,
    "timeout": JOB_TIME_LIMIT_SECONDS + 30,  # our own limit comes first, and says so in the row
    "retry": JOB_TIME_LIMIT_SECONDS + 60,  # a retry below the length of a task runs it twice
    "max_attempts": 1,
    "ack_failures": True,  # the job row decides about another attempt, not the queue
    "save_limit": 100,
    "scheduler": False,  # the sweeper is our own loop
    "catch_up": False,
    "label": "Jobs",
}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": JOB_TIME_LIMIT_SECONDS + 60} if CELERY_BROKER_URL.startswith("redis") else {}
)
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = JOB_TIME_LIMIT_SECONDS + 30
CELERY_DB_REUSE_MAX = 1000
"""Celery closes the database after so many jobs, not after each: jobs.worker drops dead connections itself."""

# Health ---------------------------------------------------------------------------------------------------
READINESS_CHECKS = [
    "config.health.database",
    "config.health.migrations",
    "config.health.storage",
    "jobs.health.worker",
    "jobs.health.queue",
]
STORAGE_MINIMUM_FREE_MB = env.int("STORAGE_MINIMUM_FREE_MB", 100)
WORKER_SILENT_SECONDS = env.float("WORKER_SILENT_SECONDS", 60.0)
QUEUE_OLD_SECONDS = env.float("QUEUE_OLD_SECONDS", 300.0)

# Words, time, logs ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if IS_PRODUCTION
    else "django.core.mail.backends.console.EmailBackend"
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}
    },
    "root": {
        "handlers": ["stdout"],
        "level": env.str("LOG_LEVEL", "WARNING" if PROFILE == "test" else "INFO"),
    },
    "loggers": {
        "django.server": {"handlers": ["stdout"], "propagate": False},
        "django-q": {"handlers": ["stdout"], "propagate": False, "level": "INFO"},
    },
}
