"""The addresses of pages."""

from django.urls import URLPattern, path

from potluck.web import acts, drafts, files, posts, share, tags

urlpatterns: list[URLPattern] = [
    path("share", share.share, name="share"),
    path("share/files", files.upload, name="upload"),
    path("drafts", drafts.drafts, name="drafts"),
    path("you/drafts", drafts.mine, name="my-drafts"),
    path("posts/<int:post_id>", posts.post, name="post"),
    path("posts/<int:post_id>/history", posts.history, name="history"),
    path("posts/<int:post_id>/edit", share.edit, name="edit"),
    path("posts/<int:post_id>/replies", share.reply, name="reply"),
    path("posts/<int:post_id>/deletion", acts.deletion, name="deletion"),
    path("posts/<int:post_id>/thanks", acts.thanks, name="thanks"),
    path("posts/<int:post_id>/uses", acts.uses, name="uses"),
    path("posts/<int:post_id>/passing", acts.passing, name="passing"),
    path("posts/<int:post_id>/keeping", acts.keeping, name="keeping"),
    path("files/<int:file_id>/<str:name>", files.show, name="file"),
    path("tags/<str:name>", tags.tag, name="tag"),
]
