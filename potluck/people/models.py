"""A person, their account, and what they say of themselves. Follows, sources and circles live beside this file."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from potluck.lib.ids import new_id
from potluck.people.acquaintance_models import Meeting
from potluck.people.availability import Seat, Way
from potluck.people.leave_models import Leaving
from potluck.people.relations import Block, Circle, CircleMember, Follow, Level, Mute, PutForward
from potluck.people.source_models import Source

__all__ = [
    "Account",
    "Block",
    "Circle",
    "CircleMember",
    "Follow",
    "Invitation",
    "Leaving",
    "Level",
    "Mute",
    "Network",
    "Person",
]
__all__ += ["Meeting", "PutForward", "Seat", "Source", "Stage", "Topic", "Way"]

# Of the name of a person in the world, in characters; what is longer goes through `lib.url_key.bounded_uri`.
LONGEST_URI = 500


class AccountManager(BaseUserManager["Account"]):
    """Accounts are made from a mail address; a password is optional."""

    def create_user(self, email: str, password: str | None = None, **extra: object) -> "Account":
        account = self.model(email=self.normalize_email(email).lower(), **extra)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **extra: object) -> "Account":
        return self.create_user(email, password, is_superuser=True, **extra)


class Account(AbstractBaseUser, PermissionsMixin):
    """How a member signs in. What others see of them is their Person."""

    email = models.EmailField(_("mail address"), unique=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        return self.is_superuser


class Person(models.Model):
    """Somebody: a member, or somebody outside who is known by what they publish.

    `uri` is their name in the world and never changes, `url` is their page. The host is the person whose
    account is a superuser.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    account = models.OneToOneField(Account, on_delete=models.SET_NULL, null=True, related_name="person")
    handle = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200, blank=True)
    uri = models.CharField(max_length=LONGEST_URI, unique=True)
    url = models.CharField(max_length=2000, blank=True)
    about = models.TextField(blank=True)
    about_html = models.TextField(blank=True)
    picture = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    affiliations = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    moderator_since = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="claims")
    removed_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="guests")
    # What only this person sees and turns: how much a day holds, how it looks, when a day begins.
    daily = models.PositiveSmallIntegerField(default=20)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=12, blank=True)
    theme = models.CharField(max_length=8, blank=True)
    licence = models.CharField(max_length=10, blank=True, default="")
    # Whether a few people a week are put forward to them.
    meets = models.BooleanField(default=True, db_default=True)
    feed_token = models.CharField(max_length=43, unique=True, null=True)

    class Meta:
        indexes = [
            models.Index(Lower("name"), name="people_name"),
            models.Index(fields=["-id"], name="people_members", condition=models.Q(account__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def key(self) -> int:
        return self.id

    @property
    def is_member(self) -> bool:
        return self.account_id is not None

    @property
    def is_moderator(self) -> bool:
        return self.moderator_since is not None and self.suspended_at is None

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @property
    def shown_name(self) -> str:
        return self.name or self.handle

    @property
    def page(self) -> str:
        return f"/@{self.handle}"


class Stage(models.TextChoices):
    """How far somebody is with a topic, in their own words."""

    STARTING = "starting", _("starting")
    FINDING = "finding", _("finding my way")
    HELPING = "helping", _("can help")


class Topic(models.Model):
    """What a person can help with or wants to learn, declared by them. The evidence is what they shared."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="topics")
    tag = models.CharField(max_length=100)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    note = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "tag"], name="one_topic_a_tag")]
        indexes = [models.Index(fields=["tag", "stage"], name="people_topic_tag")]

    def __str__(self) -> str:
        return f"{self.tag} ({self.stage})"


class Network(models.Model):
    """The one row of what a host turns at run time: name, words of welcome, who may join."""

    class Joining(models.TextChoices):
        OPEN = "open", _("anybody may join")
        INVITED = "invited", _("by invitation of a member")
        APPROVAL = "approval", _("a moderator says yes first")
        CLOSED = "closed", _("nobody new for now")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=100, default="Potluck")
    tagline = models.TextField(
        blank=True,
        default="People who learn from each other share what they do, find and wonder. "
        "Nobody plans it; everybody brings something.",
    )
    joining = models.CharField(max_length=10, choices=Joining.choices, default=Joining.OPEN)
    norms = models.TextField(blank=True)
    accent = models.CharField(max_length=7, blank=True)
    language = models.CharField(max_length=12, default="en")

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A link that lets somebody in, made by a member. It holds until it expires or is withdrawn."""

    token = models.CharField(max_length=43, unique=True)
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation by {self.by_id}"
