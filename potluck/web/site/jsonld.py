"""Facts about a page for search engines: schema.org in JSON-LD."""

from collections.abc import Sequence

from django.conf import settings

from potluck.lib.licences import Licence
from potluck.posts.list_rows import Line
from potluck.posts.models import Kind, Post
from potluck.posts.thread import Reply


def facts_of(post: Post, line: Line, replies: Sequence[Reply], terms: Licence | None) -> dict[str, object]:
    """Article, or a page of question and answers. https://schema.org/QAPage, https://schema.org/Article"""
    page = settings.ORIGIN + post.page
    author = {"@type": "Person", "name": line.author_name, "url": settings.ORIGIN + line.author_url}
    if post.kind == Kind.QUESTION:
        return {
            "@context": "https://schema.org",
            "@type": "QAPage",
            "mainEntity": _question(post, page, author, replies),
        }
    return {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": post.title or post.excerpt[:110],
        "url": page,
        "mainEntityOfPage": page,
        "author": author,
        "datePublished": post.published_at.isoformat(),
        "dateModified": (post.edited_at or post.published_at).isoformat(),
        "keywords": post.tags,
        "isAccessibleForFree": True,
        **({"license": terms.url} if terms and terms.url else {}),
    }


def _question(post: Post, page: str, author: object, replies: Sequence[Reply]) -> dict[str, object]:
    answers = [reply for reply in replies if reply.depth == 0 and not reply.deleted]
    return {
        "@type": "Question",
        "name": post.title or post.excerpt[:150],
        "text": post.html,
        "url": page,
        "author": author,
        "datePublished": post.published_at.isoformat(),
        "answerCount": len(answers),
        "suggestedAnswer": [_answer(reply, page) for reply in answers if not reply.accepted],
        "acceptedAnswer": [_answer(reply, page) for reply in answers if reply.accepted],
    }


def _answer(reply: Reply, page: str) -> dict[str, object]:
    return {
        "@type": "Answer",
        "url": f"{page}#post-{reply.id}",
        "text": reply.html,
        "datePublished": reply.at.isoformat(),
        "author": {
            "@type": "Person",
            "name": reply.author_name,
            "url": settings.ORIGIN + reply.author_url,
        },
    }
