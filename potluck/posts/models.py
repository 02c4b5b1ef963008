"""A post and what hangs on it. Acknowledgements live in `reactions.py`, the gate in `audience.py`."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from potluck.lib.ids import new_id
from potluck.people.models import Circle, Person, Source
from potluck.posts.audience import Audience, PostQuerySet
from potluck.posts.metadata import Manner
from potluck.posts.reactions import Kept, Thanks, Use

__all__ = [
    "Attachment",
    "Audience",
    "Kept",
    "Kind",
    "Manner",
    "Post",
    "Reader",
    "Revision",
    "SavedDraft",
    "Tag",
    "Thanks",
    "Use",
    "Veil",
]


# Of the name of a post in the world, in characters; what is longer goes through `lib.url_key.bounded_uri`.
LONGEST_URI = 2000


class Kind(models.TextChoices):
    """What a post is. It is inferred when shared and can be changed, never asked first."""

    NOTE = "note", _("note")
    ARTICLE = "article", _("article")
    LINK = "link", _("link")
    QUESTION = "question", _("question")
    ANSWER = "answer", _("answer")
    ANNOTATION = "annotation", _("annotation")
    PAGE = "page", _("page")
    FILE = "file", _("file")
    EVENT = "event", _("event")


class Post(models.Model):
    """Anything shared.

    `id` carries the time of publication, so lists page by it. `uri` is the post's name in the world, `url` its
    page elsewhere (empty when it is ours), `link` what a link points at. `link_key` is the normal form of whichever
    of the two names the thing, so that the same thing arriving twice is known. `thing` is the id of the first post
    about the same thing: a post passed on and a link two people keep are one thing. `text` is what its author
    wrote, in Markdown, or the plain text of what came from elsewhere; `html` is cleaned when written, never when
    read. `thread` is the id of the post that began the conversation.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    uri = models.CharField(max_length=LONGEST_URI, unique=True)
    url = models.CharField(max_length=2000, blank=True)
    link = models.CharField(max_length=2000, blank=True)
    link_key = models.CharField(max_length=2000, blank=True)
    thing = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    author = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    byline = models.CharField(max_length=200, blank=True)
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, related_name="posts")
    whence = models.CharField(max_length=24, default="web")
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    excerpt = models.CharField(max_length=600, blank=True)
    highlights = ArrayField(models.TextField(), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    mentions = ArrayField(models.BigIntegerField(), default=list, blank=True)
    language = models.CharField(max_length=12, blank=True)
    reply_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="replies")
    thread = models.BigIntegerField()
    via = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="passed_on")
    audience = models.PositiveSmallIntegerField(choices=Audience.choices, default=Audience.PUBLIC)
    circle = models.ForeignKey(Circle, on_delete=models.SET_NULL, null=True)
    published_at = models.DateTimeField(default=timezone.now)
    arrived_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["author", "-id"], name="post_author"),
            models.Index(fields=["thread", "id"], name="post_thread"),
            models.Index(
                fields=["source", "-id"], name="post_source", condition=models.Q(source__isnull=False)
            ),
            models.Index(fields=["link_key"], name="post_link", condition=~models.Q(link_key="")),
            models.Index(fields=["reply_to"], name="post_reply", condition=models.Q(reply_to__isnull=False)),
            # What each person answered in public, whichever of thousands: read for hundreds of people at once.
            models.Index(
                fields=["author", "id"],
                include=["thread"],
                name="post_answers",
                condition=models.Q(reply_to__isnull=False, audience=0, deleted_at=None),
            ),
            models.Index(fields=["via"], name="post_via", condition=models.Q(via__isnull=False)),
            models.Index(fields=["author", "via"], name="post_passed", condition=models.Q(via__isnull=False)),
            models.Index(
                fields=["-id"],
                name="post_fresh",
                condition=models.Q(audience=0, reply_to=None, deleted_at=None, held_at=None),
            ),
            models.Index(
                fields=["-id"],
                name="post_questions",
                condition=models.Q(kind="question", reply_to=None, deleted_at=None),
            ),
            GinIndex(fields=["tags"], name="post_tags"),
        ]

    def __str__(self) -> str:
        return self.title or self.excerpt[:60]

    @property
    def key(self) -> int:
        return self.id

    @property
    def page(self) -> str:
        return f"/posts/{self.id}"

    @property
    def place(self) -> str:
        """Where it stands: its own page, or the page of its thread that has it."""
        return f"/posts/{self.thread}?to={self.id}#post-{self.id}" if self.reply_to_id else self.page

    @property
    def is_reply(self) -> bool:
        return self.reply_to_id is not None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class Reader(models.Model):
    """One person for whom a narrowed post is meant by name."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="readers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="readable")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="one_reader_each")]

    def __str__(self) -> str:
        return f"{self.post_id} for {self.person_id}"


class Veil(models.Model):
    """One person to whom it is not said that `who` began a thread, until they answer in it; see `anonymity.py`."""

    thread = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="veils")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    who = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="one_veil_each")]

    def __str__(self) -> str:
        return f"{self.thread_id}, for {self.person_id}"


class Tag(models.Model):
    """A topic word. `name` is its normal form; one that was merged points at the word used instead."""

    name = models.CharField(max_length=100, primary_key=True)
    label = models.CharField(max_length=100)
    about = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="synonyms")

    def __str__(self) -> str:
        return self.label


class Attachment(models.Model):
    """A file on a post, or waiting for its post to be shared. `path` is below the files folder."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="attachments")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, null=True, related_name="attachments")
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    alt = models.TextField(blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.type.startswith("image/")

    @property
    def page(self) -> str:
        return f"/files/{self.id}"


class Revision(models.Model):
    """What a post said before an edit, and how it was meant then (`mean.said_of`)."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    at = models.DateTimeField(default=timezone.now)
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    manner = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.post_id} until {self.at}"


class SavedDraft(models.Model):
    """Something begun and not shared yet, kept as it is typed. `about` tells replies and edits apart.

    `due_at` is when it shares itself. `fields` are those of the form, lists for those that may come twice.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_drafts")
    about = models.CharField(max_length=40, default="new")
    fields = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "about"], name="one_draft_each")]
        indexes = [
            models.Index(fields=["due_at"], name="draft_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"draft of {self.person_id} on {self.about}"
