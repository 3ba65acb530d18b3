"""Django's settings. Every value that an operator may change comes from `config.env`; the rest is how the product is built."""

from datetime import timedelta
from urllib.parse import urlsplit

import django_stubs_ext
import structlog

from config import env
from foundation.failpoints import read_failpoints

django_stubs_ext.monkeypatch()  # lets fields and managers be written with their types, as `CharField[str, str]`

BASE_DIR = env.BASE_DIR
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.kept_secret("SECRET_KEY")
ENCRYPTION_KEYS = env.encryption_keys()
PUBLIC_URL = env.url("PUBLIC_URL", f"http://127.0.0.1:{env.integer('PORT', 8000, least=1, most=65535)}")  # for links and callbacks
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
IS_SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or list(dict.fromkeys([PUBLIC_HOST, "127.0.0.1", "localhost", "[::1]"]))
STREAM_ORIGINS = env.words("STREAM_ORIGINS")  # of pages elsewhere that may open sockets, as https://shop.example

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.guardian",
    "django.contrib.admin.apps.SimpleAdminConfig",  # the frame alone: it looks for no tables to edit
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "guardian",
    "axes",
    "csp",
    "django_q",
    "django_structlog",
    "organizations",
    "webhooks",
    "engines",
    "localization",
    "reviews",
    "pipeline.apps.PipelineConfig",
    "dashboard",
]

MIDDLEWARE = [
    "foundation.request_log.RequestLog",
    "foundation.nul_bytes.refuse_nul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False  # a redirect would turn a POST into a GET
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
            ]
        },
    }
]

# ---- database, queue, streams
DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.redis_url()
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

DRAIN_BUDGET = timedelta(minutes=10)  # a drain hands over to a successor after this
STEP_DEADLINE = timedelta(minutes=10)  # of one stage's run, waits between retries not counted
# django-q2 only carries wake-ups: `pipeline.checks` asserts these.
Q_CLUSTER = {
    "name": "interlinear",
    "label": "Queue",
    "workers": env.integer("DRAINS", 1, least=1, most=64),
    "timeout": int((DRAIN_BUDGET + STEP_DEADLINE).total_seconds()) + 60,
    "retry": int((DRAIN_BUDGET + STEP_DEADLINE).total_seconds()) + 120,
    "max_attempts": 1,
    "ack_failures": True,
    "queue_limit": env.integer("DRAINS", 1, least=1, most=64),
    "bulk": 1,
    "save_limit": -1,
    "poll": 0.1,
    "guard_cycle": 1,
    "catch_up": False,
    "scheduler": False,
    **({"redis": REDIS_URL} if env.queue_broker() == "redis" else {"orm": "default"}),
}

# ---- executing
DRAIN_SLOTS = env.integer("DRAIN_SLOTS", 100, least=1, most=1000)  # model calls at once in one process
DELIVERY_SLOTS = env.integer("DELIVERY_SLOTS", 32, least=1, most=200)  # webhook calls at once in one process
ORGANIZATION_STEPS = env.integer("ORGANIZATION_STEPS", 400, least=1, most=100_000)  # of one organization running at once, on all hosts
LEASE = timedelta(seconds=env.number("LEASE_SECONDS", 30, least=0.5, most=3600))
RETRY_WINDOW = timedelta(hours=1)
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 5, least=0.1, most=60)

FAILPOINTS = read_failpoints(env.text("FAILPOINTS"))  # for tests of faults

# ---- translating
MODEL_HOSTS = env.words("MODEL_HOSTS")  # base URLs that organizations may choose among
MODEL_LIMITS = env.json_object("MODEL_LIMITS")  # {"openai": {"concurrent": 50, "requestsPerMinute": 500, "tokensPerMinute": 200000}}
MODEL_PRICES = env.json_object("MODEL_PRICES")  # {"openai:some-model": {"input": 0.25, "output": 2}}, USD per million tokens
OPENAI_API_KEY = env.text("OPENAI_API_KEY")
OPENAI_BASE_URL = env.url("OPENAI_BASE_URL")
ANTHROPIC_API_KEY = env.text("ANTHROPIC_API_KEY")
GEMINI_API_KEY = env.text("GEMINI_API_KEY")
DEFAULT_MODEL = env.text("DEFAULT_MODEL")  # provider:model of the demo engine
PSEUDO_DELAY_MS = env.integer("PSEUDO_DELAY_MS", 0, least=0, most=600_000)

# ---- sending
WEBHOOK_ALLOW_HTTP = env.flag("WEBHOOK_ALLOW_HTTP")
WEBHOOK_ALLOW_LOOPBACK = env.flag("WEBHOOK_ALLOW_LOOPBACK")
WEBHOOK_CA_BUNDLE = env.text("WEBHOOK_CA_BUNDLE")
REVIEW_ALLOW_LOOPBACK = env.flag("REVIEW_ALLOW_LOOPBACK")  # review providers on this machine, over plain HTTP too

# ---- API
HTML_PREFIXES = (
    "/login",
    "/logout",
    "/orgs/",
    "/admin/",
    "/static/",
    "/profile",
    "/password-reset",
    "/invitations/",
)  # pages for people; everything else answers JSON
METRICS = env.flag("METRICS")  # serve /metrics for Prometheus
BODY_LIMIT = 4 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["organizations.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["foundation.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["foundation.rendering.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "foundation.rendering.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "foundation.api_errors.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Interlinear",
    "DESCRIPTION": "Self-hosted localization: one request, up to a hundred locales, results you can trust.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# ---- people
AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"  # of Django's log-in form; axes would look for the model's field, and count nothing
AXES_LOCKOUT_TEMPLATE = "dashboard/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
if env.flag("TRUST_PROXY"):
    AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]
    AXES_IPWARE_PROXY_COUNT = 1
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, least=1, most=65_535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Interlinear <interlinear@localhost>")
UNFOLD = {
    "SITE_TITLE": "Interlinear",
    "SITE_HEADER": "Interlinear",
    "SITE_SUBHEADER": "dashboard.navigation.organization_name",
    "SITE_URL": "/",
    "SITE_ICON": "dashboard.navigation.mark",
    "SITE_DROPDOWN": "dashboard.navigation.organizations",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "dashboard.navigation.mark"}],
    "STYLES": ["dashboard.navigation.stylesheet"],
    "SCRIPTS": ["dashboard.navigation.script"],
    "SIDEBAR": {"navigation": "dashboard.navigation.sidebar"},
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {  # indigo
            "50": "oklch(96.2% .018 272.314)",
            "100": "oklch(93% .034 272.788)",
            "200": "oklch(87% .065 274.039)",
            "300": "oklch(78.5% .115 274.713)",
            "400": "oklch(67.3% .182 276.935)",
            "500": "oklch(58.5% .233 277.117)",
            "600": "oklch(51.1% .262 276.966)",
            "700": "oklch(45.7% .24 277.023)",
            "800": "oklch(39.8% .195 277.366)",
            "900": "oklch(35.9% .144 278.697)",
            "950": "oklch(25.7% .09 281.288)",
        }
    },
}

# ---- pages
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = env.data_dir("static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TRUST_PROXY") else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'"],  # Alpine, in unfold, compiles its expressions
        "style-src": ["'self'", "'unsafe-inline'"],  # unfold's skeleton carries its theme
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
    }
}

# ---- logs: one JSON line an event, never a payload, a key or a secret
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django_structlog": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "channels_redis": {"level": "CRITICAL"},  # writes a traceback a second while Redis is away; the feed says so itself
    },
}
