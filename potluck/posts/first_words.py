"""What posts are called where they are spoken of: their title, or how they begin."""

from collections.abc import Collection

from potluck.people.models import Person
from potluck.posts.models import Post


def first_words(
    ids: Collection[int], viewer: Person | None, of_threads: Collection[int] = ()
) -> dict[int, str]:
    """Those of these posts that the viewer may see, by how they are called; those in `of_threads` by their thread."""
    seen = Post.objects.visible_to(viewer)
    rows = list(seen.filter(id__in=ids).values_list("id", "title", "excerpt", "thread")) if ids else []
    threads = {thread for key, title, _excerpt, thread in rows if key in of_threads and not title}
    roots = seen.filter(id__in=threads).values_list("id", "title", "excerpt") if threads else []
    called = {key: title or excerpt for key, title, excerpt in roots}
    return {
        key: title or (called.get(thread) if key in of_threads else None) or excerpt
        for key, title, excerpt, thread in rows
    }
