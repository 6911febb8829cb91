"""All settings: environment variables with safe defaults; the embedded stack sets what it needs by itself."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, SELF

from designer.env import ROOT, Env, database
from designer.providers.base import ProviderConfig

django_stubs_ext.monkeypatch()  # so that admin classes may name their model as a type argument
env = Env()

DEBUG = env.flag("DEBUG")
CHECK_EVENTS = DEBUG  # each payload against its type, as tests do
VAR = Path(env.text("DESIGNER_VAR", str(ROOT / "var")))
EMBEDDED = env.flag("DESIGNER_EMBEDDED", True)
SECRET_KEY = env.text("SECRET_KEY") or "embedded-only-" + "0" * 50
SITE_URL = env.url("SITE_URL", schemes=("http", "https"), default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
env.refuse_public_key(SITE_URL, ALLOWED_HOSTS)
PROBE_URL = env.url("PROBE_URL", schemes=("http", "https"), default=SITE_URL).rstrip("/")
DATA_KEYS = env.words("DATA_KEYS")  # seal stored secrets: the first seals, every one opens; none named: SECRET_KEY
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0, low=0, high=10, unit="proxies")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "guardian",
    "allauth",
    "allauth.account",
    "django_prometheus",
    "django_structlog",
    "csp",
    "teams",
    "designer",
    "enhancement",
    "batches",
    "analytics",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "designer.web.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "designer.web.headers.HeadersMiddleware",
    "designer.web.problems.RefusalMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "designer.urls"
ASGI_APPLICATION = "designer.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "designer.web.context.studio",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data
DATABASE_URL = env.url(
    "DATABASE_URL", schemes=("postgres", "postgresql"), default="postgres://app:app@127.0.0.1:5432/app"
)
REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss", "unix"), default="redis://127.0.0.1:6379/0")
DATABASES = {
    "default": {
        **database(DATABASE_URL),
        "CONN_MAX_AGE": env.whole("CONN_MAX_AGE", 0, low=0, high=3600, unit="seconds"),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": env.text("DESIGNER_PROCESS", "designer"),
            "options": "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},  # seconds; nobody waits for a convenience
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": env.text("CHANNEL_PREFIX", "designer")},
    }
}
CELERY_BROKER_URL = REDIS_URL

METRICS_TOKEN = env.text("METRICS_TOKEN")

# Files
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR / "media")))
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATICFILES_DIRS = [("sdk", ROOT / "sdk" / "javascript" / "src")]  # the dashboard runs on the published client
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR / "static")))
X_ACCEL_PREFIX = env.text("X_ACCEL_PREFIX")
S3_BUCKET = env.text("S3_BUCKET")


def s3_storage() -> dict[str, Any]:
    """Any store that speaks S3; its keys come from the environment as its client knows them. It may not hang."""
    from botocore.config import Config

    patience = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 2})
    options = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": env.text("S3_ENDPOINT") or None,
        "region_name": env.text("S3_REGION") or None,
        "default_acl": None,
        "file_overwrite": True,
        "client_config": patience,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": s3_storage() if S3_BUCKET else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 300  # of a portfolio; the upload handler stops everything else at 20
UPLOAD_MAX_BYTES = env.whole("UPLOAD_MAX_BYTES", 40 << 20, low=1 << 10, high=1 << 30, unit="bytes")
PORTFOLIO_MAX_BYTES = env.whole("PORTFOLIO_MAX_BYTES", 512 << 20, low=1 << 10, high=4 << 30, unit="bytes")
UPLOAD_MAX_PIXELS = env.whole("UPLOAD_MAX_PIXELS", 64_000_000, low=1, high=400_000_000, unit="pixels")
UPLOAD_MAX_SIDE = env.whole("UPLOAD_MAX_SIDE", 16_384, low=16, high=65_535, unit="pixels")
FILE_UPLOAD_HANDLERS = ["designer.assets.receiving.LimitedUploadHandler"]
C2PA_CERT = env.text("C2PA_CERT")  # path of a certificate chain (PEM): with its key, files are signed
C2PA_KEY = env.text("C2PA_KEY")
C2PA_ALG = env.choice("C2PA_ALG", ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"), "es256")
DESIGNER_MODELS_DIR = Path(env.text("DESIGNER_MODELS_DIR", str(VAR / "models")))
DESIGNER_MODELS_MIRROR = env.web_address("DESIGNER_MODELS_MIRROR")  # serves weights by their file names

# People
AUTH_USER_MODEL = "teams.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique by a constraint on its lower case
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
ACCOUNT_ADAPTER = "teams.accounts.adapter.AccountAdapter"  # its sign-in limits: teams/accounts/throttle.py
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = env.text(
    "ACCOUNT_EMAIL_VERIFICATION", "mandatory" if env.text("EMAIL_HOST") else "optional"
)
ACCOUNT_RATE_LIMITS = {
    "signup": f"{env.whole('SIGNUPS_PER_HOUR', 20, low=1, high=100_000, unit='accounts')}/h/ip",
    "reset_password": "20/h/ip,5/h/key",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "studio"
LOGOUT_REDIRECT_URL = "account_login"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("EMAIL_HOST")
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.whole("EMAIL_PORT", 587, low=1, high=65_535, unit="port")
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Designer BFF <studio@localhost>")

# Web safety
TLS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CSRF_FAILURE_VIEW = "designer.web.problems.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
    }
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "teams.accounts.authentication.BearerAuthentication",
        "teams.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["teams.accounts.authentication.ScopedIsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["designer.web.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "designer.web.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "designer.web.schema.ProblemSchema",
    "DEFAULT_THROTTLE_CLASSES": ["designer.web.throttles.AccountThrottle"],
    "EXCEPTION_HANDLER": "designer.web.problems.handler",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,  # `format` says how a picture is sent
}
REPORTS_KEPT_DAYS = env.whole("REPORTS_KEPT_DAYS", 730, low=7, high=36_500, unit="days")
REPORTS_TEAM_BYTES = env.whole("REPORTS_TEAM_BYTES", 10 << 30, low=1 << 20, high=1 << 50, unit="bytes of one team")
TEAM_SEATS = env.whole("TEAM_SEATS", 5_000, low=1, high=1_000_000, unit="members in one team")
API_RATE_PER_MINUTE = env.whole("API_RATE_PER_MINUTE", 600, low=1, high=1_000_000, unit="requests")
SPECTACULAR_SETTINGS = {
    "TITLE": "Designer BFF",
    "VERSION": "0.1.0",
    "DESCRIPTION": (
        "From a brief or a photo to finished fashion images.\n\n"
        "Clients with a typed method for every call below, live events and repeats: `sdk/python` "
        '(`DesignerBFF().generate("a midi wrap dress")`, and the command `designer-bff`) and `sdk/javascript` '
        '(`new DesignerBFFClient().generate({ brief: "a midi wrap dress" })`). Live events: `docs/realtime.md`.'
    ),
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AnalyticsInsightKindEnum": ["cost_per_liked", "liking", "failures", "seconds", "trend"],
        "ApprovalVerdictEnum": "teams.review.approvals.models.Verdict.choices",
        "AssetKindEnum": "designer.assets.models.AssetKind.choices",
        "AutomationRunStatusEnum": "batches.automations.models.RunStatus.choices",
        "AutomationScopeEnum": "batches.automations.models.Scope.choices",
        "AutomationTargetEnum": "batches.automations.models.Target.choices",
        "BatchItemStatusEnum": "batches.models.ItemStatus.choices",
        "BatchKindEnum": "batches.models.Kind.choices",
        "BatchStatusEnum": "batches.models.BatchStatus.choices",
        "ChoiceEnum": ["left", "right", "tie"],
        "FeedbackKindEnum": "designer.personas.models.FeedbackKind.choices",
        "LearningActEnum": "designer.personas.models.ActKind.choices",
        "MethodEnum": ["ets"],
        "ModelKindEnum": "designer.catalogue.models.ModelKind.choices",
        "StageEnum": "designer.generations.models.Stage.choices",
        "GenerationStatusEnum": "designer.generations.models.Status.choices",
        "EnhancementStatusEnum": "enhancement.models.Status.choices",
        "WebhookStatusEnum": "batches.webhooks.models.EndpointStatus.choices",
        "WebhookDeliveryStatusEnum": "batches.webhooks.models.DeliveryStatus.choices",
        "ReportCadenceEnum": "analytics.reports.models.Cadence.choices",
        "ReportCostsEnum": "analytics.reports.models.Costs.choices",
        "ReportKindEnum": "analytics.reports.models.Kind.choices",
        "ReportMailEnum": "analytics.reports.models.Post.choices",
        "ReportSectionEnum": "analytics.reports.models.Section.choices",
        "ReportStatusEnum": "analytics.reports.models.Status.choices",
        "RoleEnum": "teams.membership.models.Role.choices",
        "ShareKindEnum": ["asset", "collection", "batch"],
        "ShareStateEnum": ["open", "resting", "expired", "revoked"],
        "InvitationStateEnum": ["open", "accepted", "revoked", "expired"],
        "ScopeEnum": ["team", "member"],
        "SessionStatusEnum": "designer.sessions.models.SessionStatus.choices",
        "SessionVoteEnum": "designer.sessions.models.Choice.choices",
    },
}

# Providers of images and language: one is there as soon as its key or address is set
PROVIDERS = {
    **{
        name: ProviderConfig(
            api_key=env.text(f"{name.upper()}_API_KEY"), base_url=env.web_address(f"{name.upper()}_BASE_URL")
        )
        for name in ("openai", "google", "anthropic", "stability")
    },
    "comfyui": ProviderConfig(
        base_url=env.web_address("COMFYUI_URL"),
        options={kind: env.text(f"COMFYUI_{kind.upper()}") for kind in ("workflow", "photo_workflow", "edit_workflow")},
    ),
    "a1111": ProviderConfig(base_url=env.web_address("A1111_URL"), api_key=env.text("A1111_LOGIN")),  # user:password
    "diffusers": ProviderConfig(
        options={"folder": env.text("DIFFUSERS_FOLDER"), "device": env.text("DIFFUSERS_DEVICE")}
    ),
    # services that enhance pictures; they make none
    "replicate": ProviderConfig(
        api_key=env.text("REPLICATE_API_TOKEN"),
        base_url=env.web_address("REPLICATE_BASE_URL"),
        options={"webhook_secret": env.text("REPLICATE_WEBHOOK_SECRET")},
    ),
    "fal": ProviderConfig(api_key=env.text("FAL_KEY"), base_url=env.web_address("FAL_BASE_URL")),
}
DRAW = ("sketchbook", "google", "openai", "stability", "comfyui", "a1111", "diffusers")
IMAGE_PROVIDERS = env.words("IMAGE_PROVIDERS", known=DRAW)  # those that may be used; none named: all that are set up
LANGUAGE_PROVIDER = env.choice(
    "LANGUAGE_PROVIDER", ("google", "openai", "anthropic", "local", ""), ""
)  # "": with a key
LANGUAGE_MODEL = env.text("LANGUAGE_MODEL")  # empty: the catalogue's first for that provider

# Queue: Postgres remembers, Celery wakes (DESIGN: the queue kernel)
JOB_LEASE = timedelta(seconds=env.whole("JOB_LEASE_SECONDS", 30, low=1, high=3600, unit="seconds"))
JOB_HEARTBEAT = timedelta(seconds=env.whole("JOB_HEARTBEAT_SECONDS", 10, low=1, high=600, unit="seconds"))
JOB_SWEEP = timedelta(seconds=env.whole("JOB_SWEEP_SECONDS", 5, low=1, high=60, unit="seconds"))
JOB_TEAM_LIMIT = env.whole("JOB_TEAM_LIMIT", 0, low=0, high=10_000, unit="jobs at once per team and lane (0: any)")
WEBHOOK_ALLOW_HTTP = env.flag("WEBHOOK_ALLOW_HTTP")  # receivers without TLS, for development
FAULTS = env.text("FAULTS")  # a directory of planned faults; for tests only
EXTRA_HANDLERS = env.words("DESIGNER_EXTRA_HANDLERS")  # modules with more job handlers; for tests only
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 300.0  # a process in a dead one's place loads torch first; by default it has 4 s
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives any outage of the broker
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
    "interval_start": 0,  # a request that cannot ring the bell must not wait for it
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Language and time
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Logs
DJANGO_STRUCTLOG_USER_ID_FIELD = None
LOG_JSON = env.flag("LOG_JSON", not EMBEDDED)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"structured": {"()": "designer.web.logs.formatter", "as_json": LOG_JSON}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx2": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},  # else each page of a report
        "fontTools": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django_structlog": {"level": "WARNING" if EMBEDDED else "INFO"},
    },
}

if JOB_HEARTBEAT >= JOB_LEASE:
    env.problems.append("JOB_HEARTBEAT_SECONDS must be less than JOB_LEASE_SECONDS: every job would seem dead.")
env.raise_problems()
