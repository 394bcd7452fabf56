"""Settings of every process; what differs between installations comes from the environment (docs/operations.md)."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from config.environment import ROOT, flag, number, text, tile_source

BASE_DIR = ROOT
DEBUG = flag("DEBUG")
DEMO = flag("DEMO")  # a demo installation offers its sign-ins on the sign-in page
BASE_DOMAIN = text("BASE_DOMAIN", "baylink.localhost")
OPERATOR_HOST = f"ops.{BASE_DOMAIN}"
PORT = number("PORT", 8000)
SITE_SCHEME = text("SITE_SCHEME", "http")
SITE_PORT = text("SITE_PORT", str(PORT) if SITE_SCHEME == "http" else "")

SECRET_KEY = text("SECRET_KEY")
if not SECRET_KEY:
    if not (DEBUG or DEMO):
        raise ImproperlyConfigured("SECRET_KEY is missing: set it to a long random text (docs/operations.md).")
    SECRET_KEY = "a demo's key: no secret is kept with it"  # noqa: S105

ALLOWED_HOSTS = [BASE_DOMAIN, f".{BASE_DOMAIN}", *filter(None, text("EXTRA_HOSTS").split(","))]

# --- rooms -----------------------------------------------------------------------------------------------------------
DESKS = [
    "tenants",
    "tenants.people",
    "events",
    "files",
    "messages.apps.MessagesConfig",
    "partners.desk",
    "dispatch",
    "repair",
]
BOOKS = [
    "events.book",
    "fleet",
    "api.book",
]
SHARED_APPS = [
    "django_tenants",
    *DESKS,
    "ui",
    "portal",
    "console",
    "config",
    "api",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "tablericons",
]
TENANT_APPS = BOOKS
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_TEMPLATE_SCHEMA = "tenant_template"
EXTENSIONS_SCHEMA = "extensions"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

MIDDLEWARE = [
    "tenants.resolver.TenantResolver",  # first: whose host is it, which url map
    "config.edge.CookieFilter",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tenants.people.middleware.ActorMiddleware",  # who asks: one frozen request.actor
    "tenants.wall.TenantWall",  # last: runs the view itself, inside the tenant
]
ROOT_URLCONF = "config.urls_root"
OPERATOR_URLCONF = "config.urls_console"
TENANT_URLCONF = "config.urls_tenant"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tenants.people.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- database --------------------------------------------------------------------------------------------------------
# Two logins. This process serves as the application's; `tenants.owner.as_owner` uses the other for migrations.
ENGINE = "tenants.postgresql"


def database(url: str) -> dict[str, Any]:
    """A DATABASES entry for `url` (postgres://login:password@host:port/name, or a socket folder as ?host=)."""
    entry: dict[str, Any] = dict(dj_database_url.parse(url, engine=ENGINE))
    entry["CONN_MAX_AGE"] = 0
    return entry


DATABASES = {"default": database(text("DATABASE_URL", "postgres://baylink_app@127.0.0.1:5432/baylink"))}
if flag("DATABASE_POOL"):
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": number("DATABASE_POOL_SIZE", 16),
        "max_lifetime": 900,  # a connection that has touched many schemas holds a large catalogue cache
    }
OWNER_DATABASE = database(text("DATABASE_OWNER_URL")) if text("DATABASE_OWNER_URL") else None
DATABASE_LIMITS = {
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache, tasks, files, mail ---------------------------------------------------------------------------------------
CACHE_URL = text("CACHE_URL")
CACHES: dict[str, dict[str, Any]]
if CACHE_URL:
    CACHES = {
        "default": {
            "BACKEND": "tenants.cache.ForgivingRedisCache",
            "LOCATION": CACHE_URL.replace("redis+socket://", "unix://"),
            "KEY_FUNCTION": "tenants.cache.make_key",
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "KEY_FUNCTION": "tenants.cache.make_key",
        }
    }
CACHES["template_fragments"] = {  # what `{% cache %}` keeps: a process keeps its own, and keys say all that is shown
    "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
    "LOCATION": "template_fragments",
    "KEY_FUNCTION": "tenants.cache.make_key",
    "TIMEOUT": None,
    "OPTIONS": {"MAX_ENTRIES": 500},
}
CELERY_BROKER_URL = text("CELERY_BROKER_URL", "memory://")
CELERY_LONGEST_TASK_S = 1800
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # a dead broker is found at once and logged; the sweep delivers what nobody woke
CELERY_TASK_TIME_LIMIT = CELERY_LONGEST_TASK_S - 60
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500  # a process that has touched many schemas holds a large catalogue cache
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "events.sweep", "schedule": 20.0},
    "sweep-mail": {"task": "messages.sweep_mail", "schedule": 30.0, "options": {"expires": 30}},
    "dispatch-solve": {"task": "dispatch.solve", "schedule": 20.0, "options": {"expires": 20}},
    "dispatch-offers": {"task": "dispatch.offers", "schedule": 5.0, "options": {"expires": 5}},
    "dispatch-clocks": {"task": "dispatch.clocks", "schedule": 10.0, "options": {"expires": 10}},
    "dispatch-cover": {"task": "dispatch.cover", "schedule": 60.0, "options": {"expires": 60}},
    "fleet-sweep": {"task": "fleet.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "fleet-files": {"task": "fleet.close_files", "schedule": 3600.0, "options": {"expires": 3600}},
    "files-sweep": {"task": "files.sweep", "schedule": 3600.0, "options": {"expires": 3600}},
    "repair-estimates": {"task": "repair.expire_estimates", "schedule": 60.0, "options": {"expires": 60}},
    "repair-silence": {"task": "repair.pass_silent_legs_on", "schedule": 10.0, "options": {"expires": 10}},
    "repair-close": {"task": "repair.close_rated", "schedule": 60.0, "options": {"expires": 60}},
    "repair-late": {"task": "repair.open_late_returns", "schedule": 60.0, "options": {"expires": 60}},
    "repair-cover": {"task": "repair.check_cover", "schedule": 60.0, "options": {"expires": 60}},
    "repair-waiting": {"task": "repair.begin_left_waiting", "schedule": 60.0, "options": {"expires": 60}},
    "repair-print": {"task": "repair.print_due", "schedule": 30.0, "options": {"expires": 30}},
    "repair-complaints": {"task": "repair.resume_complaints", "schedule": 60.0, "options": {"expires": 60}},
    "heartbeat": {"task": "config.heartbeat", "schedule": 20.0, "options": {"expires": 600}},
}
BROKER_REST_S = 30  # how long nobody is woken after the broker was found dead
if CELERY_BROKER_URL.startswith("amqp"):
    # a publisher tries once: kombu would go on for the whole connection timeout, in the middle of a request
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"max_retries": 0, "write_timeout": 5}
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_WORKER_DETECT_QUORUM_QUEUES = True
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": CELERY_LONGEST_TASK_S,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "socket_timeout": 10,
        "max_retries": 0,
    }
FILE_STORAGE_URL = text("FILE_STORAGE_URL", f"file://{ROOT / '.data' / 'files'}")
EMAIL_URL = text("EMAIL_URL", "console://")
EMAIL_BACKEND = {
    "console": "django.core.mail.backends.console.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "memory": "django.core.mail.backends.locmem.EmailBackend",
}[EMAIL_URL.partition(":")[0]]
if EMAIL_URL.startswith("smtp://"):
    from urllib.parse import unquote, urlsplit

    _mail = urlsplit(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS = "tls=0" not in _mail.query
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", f"Baylink <no-reply@{BASE_DOMAIN}>")
ROUTING_URL = text("ROUTING_URL")  # an OSRM-compatible service; empty: great-circle at city speed
MAP_LINKS = [name.strip() for name in text("MAP_LINKS", "geo,amap").split(",") if name.strip()]  # repair/maps.py
MAP_TILES_URL = text("MAP_TILES_URL")  # empty: maps without tiles
MAP_TILES_ATTRIBUTION = text("MAP_TILES_ATTRIBUTION")  # whom the map names as the tiles' maker; may hold a link

DATA_UPLOAD_MAX_MEMORY_SIZE = 24 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_ADAPTER = "tenants.people.adapter.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # an old session, perhaps a stolen one, changes no address
ACCOUNT_EMAIL_NOTIFICATIONS = True  # who loses an address is told there
ALLAUTH_TRUSTED_PROXY_COUNT = number("TRUSTED_PROXY_COUNT", 0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
INVITATION_DAYS = 7

SESSION_COOKIE_DOMAIN = BASE_DOMAIN
SESSION_COOKIE_NAME = text("SESSION_COOKIE_NAME", "baylink_session")
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_SCHEME == "https"
LANGUAGE_COOKIE_DOMAIN = BASE_DOMAIN
CSRF_COOKIE_NAME = "baylink_csrf"  # host-only: one tenant's page is no other's
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SITE_SCHEME == "https" else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("TRUST_X_FORWARDED_PROTO") else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # charts and maps set style attributes; no inline script is ever allowed
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", *filter(None, [tile_source(MAP_TILES_URL)])],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", f"{SITE_SCHEME}://*.{BASE_DOMAIN}:*", f"{SITE_SCHEME}://{BASE_DOMAIN}:*"],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- words, time, looks ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # what pages show; stored times are UTC

STATIC_URL = "/static/"
STATIC_ROOT = Path(text("STATIC_ROOT", str(ROOT / ".data" / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "ui/table.html"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJsonParser"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "api.problems.answer_problem",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
    "FORMAT_SUFFIX_KWARG": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Baylink API",
    "DESCRIPTION": _("Batches, orders, their timelines and everything around them, for partner systems."),
    "VERSION": "2026-11-01",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_URLCONF": "api.urls",
    "DEFAULT_GENERATOR_CLASS": "api.schema.ApiGenerator",
    "SCHEMA_PATH_PREFIX_INSERT": "/api/v1",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.add_shared_parts"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "api.resources.orders.shown.STATES",
        "BatchStatus": "api.resources.batches.shown.STATUS",
        "RowStatus": "api.resources.batches.shown.ROW_STATES",
        "BatchPolicy": "fleet.models.BatchPolicy",
        "CostKind": "api.resources.orders.costs.KINDS",
        "PhotoKind": "fleet.models.PhotoKind",
        "Register": "fleet.models.Register",
        "ImportStatus": "api.resources.imports.STATUS",
        "ImportRowStatus": "fleet.models.Verdict",
        "PlateType": "fleet.models.PlateType",
        "DocumentKind": "api.resources.orders.documents.KINDS",
        "DocumentState": "api.resources.orders.documents.STATES",
        "ComplaintStatus": "api.resources.complaints.STATES",
        "ComplaintSource": "api.resources.complaints.SOURCES",
        "SourceEnum": "api.resources.vehicles.READERS",
    },
    "TAGS": [
        {"name": "Batches", "description": "A file or a list of order lines: sent, checked, submitted, rolled back."},
        {"name": "Orders", "description": "What was asked, how far it has come, what it may cost."},
        {"name": "Files", "description": "Sent once, named by their id in later requests."},
        {"name": "Complaints", "description": "What you are not content with, and what is offered."},
        {"name": "Vehicles", "description": "Your vehicles: put in by you, or named by an order."},
        {"name": "Drivers", "description": "Who drives your vehicles and hands them over."},
        {"name": "Sites and cost centres", "description": "Where vehicles stand, and whom orders are charged to."},
        {"name": "Imports", "description": "Many vehicles, drivers, sites or cost centres: sent, checked, written."},
        {"name": "Events", "description": "Everything that happened, numbered without a gap."},
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.security.DisallowedHost": {"handlers": [], "propagate": False}
    },  # a scanner's, answered with 400
}
