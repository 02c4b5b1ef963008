"""Every setting, typed, with one comment each. The environment turns them; the defaults run on a laptop.

What a host turns while the network runs (its name, who may join) is a row in the database, not a line here.
"""

import os
from pathlib import Path
from typing import Any

from potluck.store import place

# Where everything this network owns lies: database, files, outgoing mail, secret key.
DATA: Path = place.data_folder()
# The address the pages are served on: this machine only, unless a container or a proxy elsewhere needs more.
BIND: str = os.environ.get("POTLUCK_BIND", "127.0.0.1")
# The port of the pages; the stream of new things takes the next one up.
PORT: int = int(os.environ.get("POTLUCK_PORT", "8000"))
# The port of the stream process.
STREAM_PORT: int = int(os.environ.get("POTLUCK_STREAM_PORT", str(PORT + 1)))
# The address people type, without a slash at its end.
ORIGIN: str = os.environ.get("POTLUCK_ORIGIN", f"http://localhost:{PORT}").rstrip("/")
# Where browsers reach the stream process; behind a proxy this is usually ORIGIN + "/live".
STREAM_ORIGIN: str = os.environ.get("POTLUCK_STREAM_ORIGIN", f"http://localhost:{STREAM_PORT}").rstrip("/")
# Lets Potluck fetch from private and loopback addresses. For tests on one machine only.
ALLOW_PRIVATE_NETWORK: bool = os.environ.get("POTLUCK_ALLOW_PRIVATE_NETWORK", "") == "1"
# How many connections one other host sees from us at once.
HOST_CONNECTIONS: int = int(os.environ.get("POTLUCK_HOST_CONNECTIONS", "2"))
# How many requests a second one other host sees from us; 0 is no limit.
HOST_RATE: float = float(os.environ.get("POTLUCK_HOST_RATE", "0" if ALLOW_PRIVATE_NETWORK else "1"))
# The largest answer taken from another host, in bytes, after decompression.
FETCH_BYTES: int = int(os.environ.get("POTLUCK_FETCH_BYTES", str(10 * 1024 * 1024)))
# The longest a fetch may take in all, in seconds.
FETCH_SECONDS: float = float(os.environ.get("POTLUCK_FETCH_SECONDS", "30"))
# The largest file a member may attach, in bytes.
ATTACHMENT_BYTES: int = int(os.environ.get("POTLUCK_ATTACHMENT_BYTES", str(20 * 1024 * 1024)))
# How many processes serve pages.
WEB_PROCESSES: int = int(os.environ.get("POTLUCK_WEB_PROCESSES", "2"))

SECRET_KEY: str = place.secret_key(DATA)
DEBUG: bool = False
# The names this network answers to; with POTLUCK_ANY_HOST=1 any, for a proxy that has checked it already.
ALLOWED_HOSTS: list[str] = ["*"] if os.environ.get("POTLUCK_ANY_HOST") == "1" else place.hosts(ORIGIN)
CSRF_TRUSTED_ORIGINS: list[str] = [ORIGIN]
ROOT_URLCONF: str = "potluck.urls"
WSGI_APPLICATION: str = "potluck.web.wsgi.application"
DEFAULT_AUTO_FIELD: str = "django.db.models.BigAutoField"
APPEND_SLASH: bool = False

# Whom does it help? Each finder looks at a batch of events and names people, with a reason.
FINDERS: list[str] = [
    "potluck.match.addressed.find",
    "potluck.match.following.find",
    "potluck.match.newly_followed.find",
]
# What carries an event out to the people it helps.
CARRIERS: list[str] = [
    "potluck.channels.home.outbound.carrier",
]

INSTALLED_APPS: list[str] = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "potluck.store",
    "potluck.events",
    "potluck.people",
    "potluck.posts",
    "potluck.safety",
    "potluck.search",
    "potluck.match",
    "potluck.deliver",
    "potluck.channels.home",
    "potluck.channels.feeds",
    "potluck.web",
]

MIDDLEWARE: list[str] = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "potluck.web.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "potluck.web.middleware.who_is_here",
    "potluck.web.middleware.plain_sentences",
    "django_htmx.middleware.HtmxMiddleware",
]

HERE = Path(__file__).parent
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "web/templates", HERE / "channels/home/templates", HERE / "channels/feeds/templates"],
        "OPTIONS": {"environment": "potluck.kit.pages.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {"default": place.database(DATA)}

AUTH_USER_MODEL: str = "people.Account"
AUTHENTICATION_BACKENDS: list[str] = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL: str = "/accounts/login/"
LOGIN_REDIRECT_URL: str = "/"

LANGUAGE_CODE: str = "en"
USE_I18N: bool = True
USE_TZ: bool = True
TIME_ZONE: str = "UTC"
LOCALE_PATHS: list[Path] = [HERE / "locale"]

STATIC_URL: str = "/static/"
STATIC_ROOT: Path = DATA / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT: Path = DATA / "files"
