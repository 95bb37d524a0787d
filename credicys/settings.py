"""The only settings file: everything that differs between machines comes from the environment."""

import secrets
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from credicys.env import BadSetting, database, env_bool, env_int, env_list, env_text
from credicys.postgres import ensure_running

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env_text("VAR_DIR", str(BASE_DIR / "var")))

# --- run mode ------------------------------------------------------------------------------------------------
DEMO = env_bool("DEMO")
DEBUG = env_bool("DEBUG", default=not env_text("DATABASE_URL"))
if DEMO and env_text("DATABASE_URL") and not DEBUG:
    raise BadSetting("DEMO=1 moves the clock and shows passwords: it is refused beside a production database.")


def _local_secret(name: str) -> str:
    """A secret of this checkout, made once; production gives its own."""
    path = VAR / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:  # another process of this checkout was faster
            pass
    return path.read_text(encoding="utf-8")


SECRET_KEY = env_text("SECRET_KEY") or (_local_secret("secret-key") if DEBUG else "")
if not SECRET_KEY:
    raise BadSetting("SECRET_KEY is missing: give a long random value.")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
# id:secret, newest first; older ones only decrypt.
FIELD_KEYS = env_list("FIELD_KEYS") or ([f"local:{_local_secret('field-key')}"] if DEBUG else [])
if not FIELD_KEYS:
    raise BadSetting("FIELD_KEYS is missing: give id:secret, the newest first.")
# What blind indexes and the debtors' printed codes derive from: never rotated. Without it, the oldest field key.
INDEX_KEY = env_text("INDEX_KEY")

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,.localhost,testserver" if DEBUG else "")
DEFAULT_BRAND = env_text("DEFAULT_BRAND", "credicys")
PUBLIC_SCHEME = env_text("PUBLIC_SCHEME", "http" if DEBUG else "https")
PUBLIC_PORT = env_text("PUBLIC_PORT", "")

# --- database ------------------------------------------------------------------------------------------------
if url := env_text("DATABASE_URL"):
    DATABASES = {"default": database(url)}
    MIGRATOR = database(env_text("MIGRATION_DATABASE_URL", url))
else:
    SERVER = ensure_running(VAR / "postgres")
    DATABASES = {"default": database(SERVER.app_url)}
    MIGRATOR = database(SERVER.migrator_url)
DATABASES["default"]["CONN_MAX_AGE"] = env_int("CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a server that came back is no error page
DATABASES["default"]["OPTIONS"] = PAGES = {
    "application_name": "credicys",
    # For the cursors of `core.statements`, and no other; a pooler that cannot keep prepared statements wants none.
    "prepare_threshold": 2 if env_bool("PREPARED_STATEMENTS", True) else None,
    "options": "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
}
# An index over a million rows takes longer than any page may; a lock that pages wait for stays short all the same.
MIGRATOR["OPTIONS"] = PAGES | {"options": "-c lock_timeout=5s"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- applications, from the top of the ladder to its foot -----------------------------------------------------
INSTALLED_APPS = [
    "credicys",
    "portal",
    "reports",
    "procedures",
    "payments",
    "dossiers",
    "mandates",
    "accounts",
    "signatures",
    "notifications",
    "documents",
    "tenants",
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.privacy.PrivacyMiddleware",
    "tenants.middleware.DoorMiddleware",  # opens the transaction: everything below runs inside it
    "portal.public_site.PublicSiteMiddleware",  # above sessions: the public site has no cookie
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SessionEndMiddleware",  # sessions that lasted too long are over
    "accounts.middleware.AudienceMiddleware",  # from the public role to the person's own
]
ROOT_URLCONF = "credicys.urls"
WSGI_APPLICATION = "credicys.wsgi.application"
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
                "portal.context_processors.page",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # a GET that shows one writes no row

# --- people --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.FrenchCommonValidator"},
    {"NAME": "accounts.passwords.OwnNameValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal-entrance"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays, the others end (accounts.security_views)
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
# Guesses: by address of the network as the trusted proxies tell it; by log-in, apart for the owner's own browsers.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/15m/key",
    "signup": "20/h/ip",
    "register": "60/m/ip",
    "secret_answer": "20/h/ip,5/h/key",
    "portal": "30/m/ip",
}
SOCIALACCOUNT_ADAPTER = "accounts.adapter.PortalsAdapter"  # entry from a brand's portal; nobody signs up by one
PORTAL_TWIN_URL = env_text("PORTAL_TWIN_URL")  # the portal of demonstrations, started by `manage.py demo`
CAPTCHA = env_bool("CAPTCHA", True)
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a telephone whose clock is half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", 0)
PASSWORD_RESET_TIMEOUT = 3600
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
STAFF_IDLE_SECONDS = 30 * 60
SUPPORT_LOOKS = env_int("SUPPORT_LOOKS", 100)  # personal files that one support person may open in ten minutes
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# --- language and time ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Paris"
PHONENUMBER_DEFAULT_REGION = "FR"

# --- files ---------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
MAX_DOSSIER_BYTES = 50 * 1024 * 1024  # ATR-37
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

DEMO_ACCOUNTS = "credicys:FR7630004000031234567890143:BNPAFRPPXXX,numeriq:FR7630004000031234567890143:BNPAFRPPXXX"

# --- public registers: without an address, forms are filled in by hand; « local » is the twin of demos ------------
SIRENE_URL = env_text("SIRENE_URL", "local" if DEMO else "")
BODACC_URL = env_text("BODACC_URL", "local" if DEMO else "" if DEBUG else "https://bodacc-datadila.opendatasoft.com")
BAN_URL = env_text("BAN_URL", "local" if DEMO else "")

# Where creditors' software leaves its files of clients, a folder for each creditor by its number; none by default.
FEED_DIR = env_text("FEED_DIR", str(VAR / "feed") if DEMO else "")

# --- what leaves ---------------------------------------------------------------------------------------------
# The seal of what is signed (PEM files), and the RFC 3161 authority that tells the time; without them a local one.
SEAL_KEY_FILE, SEAL_CERT_FILE = env_text("SEAL_KEY_FILE"), env_text("SEAL_CERT_FILE")
SEAL_CHAIN_FILE = env_text("SEAL_CHAIN_FILE")
TSA_URL, TSA_ROOTS_FILE = env_text("TSA_URL"), env_text("TSA_ROOTS_FILE")
# brand:IBAN:BIC of the accounts that the platform's own fees are collected on.
COLLECTION_ACCOUNTS = env_list("COLLECTION_ACCOUNTS", DEMO_ACCOUNTS if DEBUG else "")
EMAIL_URL = env_text("EMAIL_URL")  # smtp://user:password@host:port ; without it mails are written to var/mail
MAIL_DIR, SMS_DIR, LETTER_DIR = VAR / "mail", VAR / "sms", VAR / "letters"
DEMO_CLOCK_FILE = VAR / "demo-clock"

# Cards are paid on a page of the provider's (https://api.stripe.com); « local » is the twin of demos; empty: none.
CARD_URL = env_text("CARD_URL", "local" if DEMO else "")
CARD_KEY = env_text("CARD_KEY")
CARD_NOTICE_SECRETS = env_list("CARD_NOTICE_SECRETS") or ([_local_secret("card-notices")] if DEBUG else [])
CARD_PAGE_ORIGIN = env_text("CARD_PAGE_ORIGIN", "https://checkout.stripe.com")
CARD_DIR = VAR / "cards"
if CARD_URL not in ("", "local") and not (CARD_KEY and CARD_NOTICE_SECRETS and CARD_URL.startswith("https://")):
    raise BadSetting("CARD_URL wants https, CARD_KEY and CARD_NOTICE_SECRETS.")

# What was erased, by key: kept apart from the base and from its backups.
ERASURE_LEDGER = Path(env_text("ERASURE_LEDGER", str(VAR / "erasures.jsonl")))

# --- cache and queue: may be lost at any moment ---------------------------------------------------------------
if cache_url := env_text("CACHE_URL"):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": cache_url}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = env_text("CELERY_BROKER_URL", "")
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 1,
}
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"

# --- security ------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_int("TRUSTED_PROXIES", 0) else None
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^sante$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_text("LOG_LEVEL", "WARNING")},
    "loggers": {"django.db.backends": {"level": "WARNING"}, "fontTools": {"level": "ERROR"}},
}
