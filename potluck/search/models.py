"""The index: words and meaning of each post, how common each term is, and saved searches made ready to be met."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from pgvector.django import HalfVectorField, SparseVectorField

from potluck.people.models import Follow
from potluck.posts.models import Post
from potluck.search.tokens import DIMENSIONS

# Words in a post, until posts have been counted.
USUAL_LENGTH = 100.0


class Indexed(models.Model):
    """The words of one post: `terms` finds it, `weights` ranks it.

    `terms` holds its word terms and, negative, its facets. `weights` are the BM25 weights of the words without
    the idf, so that score = weights · idf of the query. `length` is in words, `at` when it was written: both
    are for counting.
    """

    # No constraint in the database: it would be checked for each row of every batch, and posts are not removed
    # but marked as deleted. Removing an account cascades here in Django.
    post = models.OneToOneField(
        Post, models.CASCADE, primary_key=True, db_constraint=False, related_name="indexed"
    )
    length = models.IntegerField()
    terms = ArrayField(models.IntegerField())
    weights = SparseVectorField(dimensions=DIMENSIONS)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [
            # New rows wait in the pending list, 60 times cheaper to write; searches read the list too, so it is short.
            GinIndex(fields=["terms"], name="search_terms", fastupdate=True, gin_pending_list_limit=1024),
            BrinIndex(fields=["at"], name="search_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"words of {self.post_id}"


class Meaning(models.Model):
    """What one post means, as the encoder of that name says; a post without a row is still to be encoded.

    `whole` is the vector of all its text, of unit length; none where the encoder knows no word of it. `gist` is
    that of its title alone, where it has both. `across` is that of all its text by the encoder that compares across
    languages. `asks`: it is a question. HNSW indexes find the nearest, one for each dimension and one more for
    questions, and for `across` one of all posts and one of those without a `whole`; the migrations make them by hand.
    """

    # As with the words: no constraint in the database.
    post = models.OneToOneField(
        Post, models.CASCADE, primary_key=True, db_constraint=False, related_name="meaning"
    )
    encoder = models.CharField(max_length=24)
    dimension = models.SmallIntegerField()
    asks = models.BooleanField()
    whole = HalfVectorField(null=True)
    gist = HalfVectorField(null=True)
    across = HalfVectorField(null=True)

    def __str__(self) -> str:
        return f"meaning of {self.post_id}"


class Related(models.Model):
    """Which posts come nearest to one, best first, whoever may see them; kept for some days."""

    post = models.OneToOneField(
        Post, models.CASCADE, primary_key=True, db_constraint=False, related_name="related"
    )
    posts = ArrayField(models.BigIntegerField())
    at = models.DateTimeField(db_default=models.functions.Now())

    def __str__(self) -> str:
        return f"near {self.post_id}"


class Term(models.Model):
    """In how many posts a term is, as last counted."""

    term = models.IntegerField(primary_key=True)
    posts = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.term} in {self.posts}"


class Corpus(models.Model):
    """The one row of what is known of all posts together, as last counted. `length` is their mean, in words.

    `languages` are the codes of the languages posts are in. `anew_at` is when everything was counted last.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    posts = models.IntegerField(default=0)
    length = models.FloatField(default=USUAL_LENGTH)
    languages = ArrayField(models.CharField(max_length=12), default=list)
    counted_at = models.DateTimeField(null=True)
    anew_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.posts} posts"


class Saved(models.Model):
    """A saved search made ready. A post fits if it has a term of each group of `every` and none of `no`.

    Unless `whole`, that is not all there is to it (dates, phrases, places), and its text is read again.
    """

    follow = models.OneToOneField(Follow, models.CASCADE, primary_key=True, related_name="saved")
    every = models.JSONField()
    no = ArrayField(models.IntegerField())
    whole = models.BooleanField()

    def __str__(self) -> str:
        return f"saved search {self.follow_id}"


class Filed(models.Model):
    """Under which terms a saved search is filed: those of the rarest thing it asks for."""

    saved = models.ForeignKey(Saved, models.CASCADE, related_name="filed")
    term = models.IntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.saved_id} under {self.term}"
