"""The addresses of pages."""

from django.urls import URLPattern, path

from potluck.web.accounts import pages
from potluck.web.moderation import join_requests, log
from potluck.web.moderation import views as moderation_views
from potluck.web.onboarding import first_steps, landing
from potluck.web.people import leave, settings
from potluck.web.people import views as people_views
from potluck.web.posts import compose, drafts, files, images, reactions, suggestions
from potluck.web.posts import views as posts_views
from potluck.web.questions import board
from potluck.web.questions import views as questions_views
from potluck.web.search import tags
from potluck.web.search import views as search_views
from potluck.web.site import well_known

urlpatterns: list[URLPattern] = [
    path("", landing.front, name="front"),
    path("share/first", landing.share_first, name="share-first"),
    path("welcome/name", first_steps.name, name="welcome-name"),
    path("welcome/sources", first_steps.sources, name="welcome-sources"),
    path("welcome/people", first_steps.people, name="welcome-people"),
    path("welcome/done", first_steps.done, name="welcome-done"),
    path("join/<str:token>", pages.invited, name="invited"),
    path("you/account", pages.account, name="account"),
    path("you/account/leaving", leave.leaving, name="leaving"),
    path("you/invitations", pages.invitations, name="invitations"),
    path("you/invitations/<int:invitation_id>/withdrawal", pages.withdrawal, name="withdrawal"),
    path("moderation/joining", join_requests.joining, name="joining"),
    path("moderation/joining/<int:person_id>", join_requests.undo, name="joining-undo"),
    path("share", compose.share, name="share"),
    path("share/known", suggestions.known, name="known"),
    path("share/files", files.upload, name="upload"),
    path("drafts", drafts.drafts, name="drafts"),
    path("drafts/<int:draft_id>/rest", drafts.rest, name="draft-rest"),
    path("you/drafts", drafts.mine, name="my-drafts"),
    path("search", search_views.search, name="search"),
    path("search/saved", search_views.saved, name="search-saved"),
    path("posts/<int:post_id>", posts_views.post, name="post"),
    path("posts/<int:post_id>/history", posts_views.history, name="history"),
    path("posts/<int:post_id>/edit", compose.edit, name="edit"),
    path("posts/<int:post_id>/replies", compose.reply, name="reply"),
    path("posts/<int:post_id>/deletion", reactions.deletion, name="deletion"),
    path("posts/<int:post_id>/thanks", reactions.thanks, name="thanks"),
    path("posts/<int:post_id>/uses", reactions.uses, name="uses"),
    path("posts/<int:post_id>/how", reactions.how, name="how"),
    path("posts/<int:post_id>/wrong", reactions.wrong, name="wrong"),
    path("posts/<int:post_id>/passing", reactions.passing, name="passing"),
    path("posts/<int:post_id>/keeping", reactions.keeping, name="keeping"),
    path("questions", board.board, name="questions"),
    path("you/asking", board.wishes, name="asking-wishes"),
    path("you/asking/topics", board.topic, name="asking-topic"),
    path("posts/<int:post_id>/chance", board.chance, name="chance"),
    path("posts/<int:post_id>/me-too", questions_views.me_too, name="me-too"),
    path("posts/<int:post_id>/closure", questions_views.closure, name="closure"),
    path("posts/<int:post_id>/asking", questions_views.asking, name="asking"),
    path("posts/<int:post_id>/adapting", questions_views.adapting, name="adapting"),
    path("posts/<int:post_id>/before", questions_views.before, name="before"),
    path("posts/<int:post_id>/opening", questions_views.opening, name="opening"),
    path("posts/<int:post_id>/publishing", questions_views.publishing, name="publishing"),
    path("posts/<int:post_id>/pointing", questions_views.pointing, name="pointing"),
    path("posts/<int:post_id>/verdicts", questions_views.verdicts, name="verdicts"),
    path("image/<str:signature>/<str:encoded>", images.image, name="image"),
    path("files/<int:file_id>/<str:name>", files.show, name="file"),
    path("tags/<str:name>", tags.tag, name="tag"),
    path("tags/<str:name>/follow", people_views.tag_following, name="tag-follow"),
    path("people", people_views.people, name="people"),
    path("@<str:handle>", people_views.person, name="person"),
    path("@<str:handle>/follow", people_views.following, name="person-follow"),
    path("@<str:handle>/declining", people_views.declining, name="declining"),
    path("@<str:handle>/meeting", people_views.meeting, name="meeting"),
    path("@<str:handle>/mute", people_views.muting, name="mute"),
    path("@<str:handle>/block", people_views.blocking, name="block"),
    path("you", settings.you, name="you"),
    path("you/profile", settings.profile, name="profile"),
    path("you/topics", settings.topics, name="topics"),
    path("you/topics/<int:topic_id>/removal", settings.topic_removal, name="topic-removal"),
    path("you/settings", settings.settings, name="settings"),
    path("you/following", settings.following, name="my-following"),
    path("you/following/<int:follow_id>", settings.follow_change, name="follow-change"),
    path("you/circles", settings.circles, name="circles"),
    path("you/circles/<int:circle_id>/people/<str:handle>", settings.circle_place, name="circle-place"),
    path("you/circles/<int:circle_id>/removal", settings.circle_removal, name="circle-removal"),
    path("you/peace", settings.peace, name="peace"),
    path("you/shares", settings.shares, name="shares"),
    path("you/capture", settings.capture, name="capture"),
    path("posts/<int:post_id>/follow", settings.thread_following, name="thread-follow"),
    path("moderation", moderation_views.moderation, name="moderation"),
    path("moderation/log", log.log, name="audit-log"),
    path("moderation/held/<int:post_id>", moderation_views.held, name="held"),
    path("moderation/tags", moderation_views.tags, name="merge-tags"),
    path("moderation/suspended/<str:handle>", moderation_views.suspension, name="suspension"),
    path("moderation/network", moderation_views.network, name="network"),
    path("manifest.webmanifest", well_known.manifest, name="manifest"),
    path("offline", well_known.offline, name="offline"),
    path("sw.js", well_known.worker, name="service-worker"),
    path("opensearch.xml", well_known.opensearch, name="opensearch"),
    path("robots.txt", well_known.robots, name="robots"),
    path("sitemap.xml", well_known.sitemap, name="sitemap"),
]
