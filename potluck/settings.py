"""Every setting, typed, with one comment each. The environment turns them; the defaults run on a laptop.

What a host turns while the network runs (its name, who may join) is a row in the database, not a line here.
"""

import json
import os
from pathlib import Path
from typing import Any

from potluck.store import memory, paths

# Read when numpy is first imported. Our sums are small: two threads for one take longer than one, and twice the power.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Where everything this network owns lies: database, files, outgoing mail, secret key.
DATA: Path = paths.data_folder()
# The address the pages are served on: this machine only, unless a container or a proxy elsewhere needs more.
BIND: str = os.environ.get("POTLUCK_BIND", "127.0.0.1")
# The port of the pages; the stream of new things takes the next one up.
PORT: int = paths.port("POTLUCK_PORT", 8000)
# How many streams of what is new one person may have open, and one address, which may be that of a whole school.
STREAMS_A_PERSON: int = int(paths.number("POTLUCK_STREAMS_A_PERSON", 30, least=1))
STREAMS_AN_ADDRESS: int = int(paths.number("POTLUCK_STREAMS_AN_ADDRESS", 600, least=1))
# The port of the stream process.
STREAM_PORT: int = paths.port("POTLUCK_STREAM_PORT", PORT + 1)
# The address people type, without a slash at its end.
ORIGIN: str = os.environ.get("POTLUCK_ORIGIN", f"http://localhost:{PORT}").rstrip("/")
# Where browsers reach the stream process; behind a proxy this is usually ORIGIN + "/live".
STREAM_ORIGIN: str = os.environ.get("POTLUCK_STREAM_ORIGIN", f"http://localhost:{STREAM_PORT}").rstrip("/")
# Lets Potluck fetch from private and loopback addresses. For tests on one machine only.
ALLOW_PRIVATE_NETWORK: bool = os.environ.get("POTLUCK_ALLOW_PRIVATE_NETWORK", "") == "1"
# How many connections one other host sees from us at once; 0 is no limit.
HOST_CONNECTIONS: int = int(paths.number("POTLUCK_HOST_CONNECTIONS", 0 if ALLOW_PRIVATE_NETWORK else 2))
# How many requests a second one other host sees from us; 0 is no limit.
HOST_RATE: float = paths.number("POTLUCK_HOST_RATE", 0 if ALLOW_PRIVATE_NETWORK else 1)
# The largest answer taken from another host, in bytes, after decompression.
FETCH_BYTES: int = int(paths.number("POTLUCK_FETCH_BYTES", 10 * 1024 * 1024))
# The longest a fetch may take in all, in seconds.
FETCH_SECONDS: float = paths.number("POTLUCK_FETCH_SECONDS", 30)
# The largest file a member may attach, in bytes.
ATTACHMENT_BYTES: int = int(paths.number("POTLUCK_ATTACHMENT_BYTES", 20 * 1024 * 1024))
# The largest request, in bytes: some files at once, and what is written beside them.
REQUEST_BYTES: int = int(paths.number("POTLUCK_REQUEST_BYTES", 3 * ATTACHMENT_BYTES + 4 * 1024 * 1024))
# How many fields a form may have: a list of subscriptions has a box for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS: int = 10_000
# The encoder of texts: minilm (the default where memory allows), wordllama (small), or none; see docs/running.md.
ENCODER: str = paths.one_of("POTLUCK_ENCODER", "", "minilm", "wordllama", "none") or memory.default_encoder()
# How many processes serve pages.
WEB_PROCESSES: int = int(paths.number("POTLUCK_WEB_PROCESSES", 2, least=1))

SECRET_KEY: str = paths.secret_key(DATA)
DEBUG: bool = False
# The names this network answers to; with POTLUCK_ANY_HOST=1 any, for a proxy that has checked it already.
ALLOWED_HOSTS: list[str] = ["*"] if os.environ.get("POTLUCK_ANY_HOST") == "1" else paths.hosts(ORIGIN)
CSRF_TRUSTED_ORIGINS: list[str] = [ORIGIN]
ROOT_URLCONF: str = "potluck.urls"
WSGI_APPLICATION: str = "potluck.web.wsgi.application"
DEFAULT_AUTO_FIELD: str = "django.db.models.BigAutoField"
APPEND_SLASH: bool = False

# Whom does it help? Each finder looks at a batch of events and names people, with a reason.
FINDERS: list[str] = [
    "potluck.match.finders.mentions.find",
    "potluck.match.finders.following.find",
    "potluck.match.finders.follow_backfill.find",
    "potluck.match.finders.routing.find",
    "potluck.match.finders.answers.find",
    "potluck.match.finders.first_readers.find",
]
# What carries an event out to the people it helps.
CARRIERS: list[str] = [
    "potluck.channels.home.outbound.carrier",
    "potluck.channels.live.outbound.carrier",
    "potluck.channels.mail.outbound.carrier.carrier",
]

# What a new password ends, by account: whoever knew the old one may have made it.
ENDED_BY_PASSWORD: list[str] = ["potluck.channels.micropub.tokens.end_keys"]

# What the stream process tells open pages.
STREAMS: list[str] = [
    "potluck.channels.home.stream.HomeStream",
    "potluck.channels.live.stream.RoomStream",
]

# Where the worker finds its jobs.
PROCRASTINATE_IMPORT_PATHS: list[str] = [
    "potluck.flow",
    "potluck.people.jobs",
    "potluck.posts.jobs",
    "potluck.questions.jobs",
    "potluck.safety.jobs",
    "potluck.search.embedding_backlog",
    "potluck.search.purge",
    "potluck.search.jobs",
    "potluck.match.finders.routing",
    "potluck.match.jobs",
    "potluck.match.finders.first_readers",
    "potluck.match.discovery.serendipity",
    "potluck.channels.home.jobs",
    "potluck.channels.live.jobs",
    "potluck.channels.live.push_sender",
    "potluck.channels.feeds.reading.poll",
    "potluck.channels.feeds.importing.import_file",
    "potluck.channels.feeds.ingest.deletions",
    "potluck.channels.mail.actions.autoresponse",
    "potluck.channels.mail.lists.post_to_list",
    "potluck.channels.mail.inbound.handle",
    "potluck.channels.mail.actions.join",
    "potluck.channels.mail.digest.schedule",
    "potluck.channels.mail.outbound.send_job",
    "potluck.web.posts.images",
    "potluck.web.posts.scheduled",
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
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "potluck.store",
    "potluck.events",
    "potluck.people",
    "potluck.posts",
    "potluck.safety",
    "potluck.questions",
    "potluck.search",
    "potluck.match",
    "potluck.deliver",
    "potluck.channels.home",
    "potluck.channels.feeds",
    "potluck.channels.live",
    "potluck.channels.mail",
    "potluck.channels.micropub",
    "potluck.web",
]

MIDDLEWARE: list[str] = [
    "potluck.web.middleware.content_security_policy",
    "django.middleware.security.SecurityMiddleware",
    "potluck.web.site.health.answer_health",
    "whitenoise.middleware.WhiteNoiseMiddleware",
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
        "DIRS": [
            HERE / "web/templates",
            HERE / "channels/home/templates",
            HERE / "channels/feeds/templates",
            HERE / "channels/live/templates",
            HERE / "channels/mail/templates",
            HERE / "channels/micropub/templates",
        ],
        "OPTIONS": {"environment": "potluck.rendering.pages.environment"},
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

DATABASES: dict[str, dict[str, Any]] = {"default": paths.database(DATA)}
# Where DATABASE_URL leads to a pooler: the address of the database itself, for listening and for backups.
DATABASE_DIRECT: str = paths.direct()

AUTH_USER_MODEL: str = "people.Account"
AUTHENTICATION_BACKENDS: list[str] = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL: str = "/accounts/login/"
LOGIN_REDIRECT_URL: str = "/home"
SESSION_ENGINE: str = "potluck.web.accounts.sessions"
# How long somebody stays signed in on a device, in seconds.
SESSION_COOKIE_AGE: int = 60 * 24 * 3600
# Cookies travel over TLS alone where the address says https.
SESSION_COOKIE_SECURE: bool = ORIGIN.startswith("https:")
CSRF_COOKIE_SECURE: bool = SESSION_COOKIE_SECURE
# A proxy that brings the certificate says so; believed only where the address people type is https.
SECURE_PROXY_SSL_HEADER: tuple[str, str] | None = (
    ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
)

# Accounts (django-allauth): one signs in by mail address, and proves it by a mailed code, a password or a passkey.
ACCOUNT_ADAPTER: str = "potluck.web.accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER: str = "potluck.web.accounts.adapters.ElsewhereAdapter"
MFA_ADAPTER: str = "potluck.web.accounts.adapters.KeysAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD: str | None = None
ACCOUNT_LOGIN_METHODS: set[str] = {"email"}
ACCOUNT_SIGNUP_FIELDS: list[str] = ["email*", "password1"]
ACCOUNT_FORMS: dict[str, str] = {
    "signup": "potluck.web.accounts.forms.JoinForm",
    "request_login_code": "potluck.web.accounts.forms.AddressForm",
}
ACCOUNT_EMAIL_VERIFICATION: str = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: bool = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND: bool = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE: bool = True
ACCOUNT_LOGIN_BY_CODE_ENABLED: bool = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND: bool = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: bool = True
# How long a mailed code holds, in seconds: mail may be slow.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT: int = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT: int = 15 * 60
# Tell the owner by mail when a password, address or key changes.
ACCOUNT_EMAIL_NOTIFICATIONS: bool = True
ACCOUNT_SESSION_REMEMBER: bool = True
ACCOUNT_REAUTHENTICATION_REQUIRED: bool = True
# So long after signing in nobody is asked again who they are, in seconds.
ACCOUNT_REAUTHENTICATION_TIMEOUT: int = 10 * 60
ACCOUNT_MAX_EMAIL_ADDRESSES: int = 5
MFA_SUPPORTED_TYPES: list[str] = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS: dict[str, str] = {"add_webauthn": "potluck.web.accounts.forms.PasskeyForm"}
MFA_PASSKEY_LOGIN_ENABLED: bool = True
MFA_PASSKEY_SIGNUP_ENABLED: bool = True
# Browsers give passkeys to https, and to http only on localhost; so is what we accept.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN: bool = paths.is_on_this_machine(ORIGIN)
# Sign-in by an institution, as JSON: [{"provider_id", "name", "client_id", "secret", "settings": {"server_url"}}].
OIDC: list[dict[str, Any]] = json.loads(os.environ.get("POTLUCK_OIDC", "[]"))
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": OIDC}}
# How many proxies before us may be believed about the visitor's address; limits count by it.
ALLAUTH_TRUSTED_PROXY_COUNT: int = int(paths.number("POTLUCK_PROXIES", 0))
# The networks those proxies speak to us from, by comma; what any other peer says of a visitor's address is nothing.
PROXY_NETWORKS: list[str] = paths.networks("POTLUCK_PROXY_NETWORKS", "127.0.0.0/8,::1/128")
# Only the limits of account pages use it: a table that all web processes share, lost in a crash without harm.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_account_limits",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# How mail leaves: smtp://user:password@host:587, or smtps://. Unset, it lies in DATA/outbox and shows on the console.
SMTP: str = os.environ.get("POTLUCK_SMTP", "")
EMAIL_BACKEND: str = "potluck.lib.email_backend.Smtp" if SMTP else "potluck.lib.email_backend.Outbox"
# Where mail that is not sent is laid, a file each.
OUTBOX: Path = DATA / "outbox"
# Whom mail comes from.
DEFAULT_FROM_EMAIL: str = os.environ.get("POTLUCK_MAIL_FROM", f"potluck@{paths.hosts(ORIGIN)[0]}")

# The domain of the addresses mail comes in by: ask@, reply+...@ and so on.
MAIL_DOMAIN: str = os.environ.get("POTLUCK_MAIL_DOMAIN", "").strip().lower() or paths.hosts(ORIGIN)[0]
# The names (authserv-id) by which our own mail servers sign what they found out of a sender; what they vouch for is
# believed, the rest asked back. Unset, only what bears the name of MAIL_DOMAIN is looked at, and nothing is missed.
MAIL_SERVERS: list[str] = [
    each for part in os.environ.get("POTLUCK_MAIL_SERVERS", "").split(",") if (each := part.strip().lower())
]
# Where mail is taken in: smtp://127.0.0.1:8025, lmtp://127.0.0.1:8024, several by comma. Unset, nowhere.
MAIL_LISTEN: list[str] = [
    each for part in os.environ.get("POTLUCK_MAIL_LISTEN", "").split(",") if (each := part.strip())
]

# How many bytes of letters may wait of people who never wrote before; and of everybody. Beyond, servers are told to
# try again later.
MAIL_STRANGERS_BYTES: int = int(paths.number("POTLUCK_MAIL_STRANGERS_BYTES", 32 * 1024 * 1024))
MAIL_PENDING_BYTES: int = int(paths.number("POTLUCK_MAIL_PENDING_BYTES", 512 * 1024 * 1024))

# The name server by which the senders of what is handed in from the wide world are checked, as host:port. Unset, the
# one this machine uses; "off", none.
DNS: str = os.environ.get("POTLUCK_DNS", "").strip()

# Whether replies reach us, so that our letters may ask for them: by MAIL_LISTEN, or a mail server that hands them in.
MAIL_TAKEN_IN: bool = bool(MAIL_LISTEN or os.environ.get("POTLUCK_MAIL_DOMAIN", "").strip())
# Whether Potluck signs what it sends (DKIM): off for a mail server that does, and without a public name in any case.
DKIM: bool = os.environ.get("POTLUCK_DKIM", "on").strip().lower() not in ("off", "0", "no")

LANGUAGE_CODE: str = "en"
# The languages the interface speaks; each has its folder in locale/.
LANGUAGES: list[tuple[str, str]] = [("en", "English")]
USE_I18N: bool = True
USE_TZ: bool = True
TIME_ZONE: str = "UTC"
LOCALE_PATHS: list[Path] = [HERE / "locale"]

STATIC_URL: str = "/static/"
STATIC_ROOT: Path = DATA / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "potluck.rendering.static_storage.Statics"},
}
MEDIA_ROOT: Path = DATA / "files"

# Nobody but the account Potluck runs as reads what it keeps.
FILE_UPLOAD_PERMISSIONS: int = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS: int = 0o700

# What goes wrong is said on standard error, with where. Pages not found are the visitor's business, not the log's.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
    },
}
