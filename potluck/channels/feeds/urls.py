"""The addresses of feeds: those of the lists they belong to, with an ending."""

from django.urls import path, register_converter

from potluck.channels.feeds.publishing import export_views, views
from potluck.channels.feeds.sources import claim_views
from potluck.channels.feeds.sources import views as sources_views
from potluck.lib.feedwriter.response import FormConverter

register_converter(FormConverter, "form")

urlpatterns = [
    path("fresh.<form:form>", views.fresh, name="feed-fresh"),
    path("search.<form:form>", views.search, name="feed-search"),
    path("tags/<str:tag>.<form:form>", views.tag, name="feed-tag"),
    path("posts/<int:post_id>.<form:form>", views.thread, name="feed-thread"),
    path("@<str:handle>/tags/<str:tag>.<form:form>", views.person_on, name="feed-person-on"),
    path("@<str:handle>/sources.opml", views.sources, name="sources-opml"),
    path("@<str:handle>.<form:form>", views.person, name="feed-person"),
    path("you/export", export_views.take_away, name="export"),
    path("you/following.opml", views.following, name="following-opml"),
    path("@<str:handle>/claim", claim_views.claim, name="claim"),
    path("@<str:handle>/claim/proof", claim_views.claiming, name="claim-proof"),
    path("@<str:handle>/removal", claim_views.removal, name="removal"),
    path("you/sources", sources_views.sources, name="my-sources"),
    path("you/sources/preview", sources_views.look, name="source-preview"),
    path("you/sources/add", sources_views.add, name="source-add"),
    path("you/sources/<int:source_id>/tags", sources_views.tags, name="source-tags"),
    path("you/sources/<int:source_id>/rest", sources_views.rest, name="source-rest"),
    path("you/sources/<int:source_id>/proof", sources_views.proof, name="source-proof"),
    path("you/sources/<int:source_id>/removal", sources_views.removal, name="source-removal"),
    path("you/sources/files/<int:bringing_id>", sources_views.file, name="source-file"),
]
