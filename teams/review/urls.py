"""Addresses of what is said in a team."""

from django.urls import path

from teams.review import api as room
from teams.review import views

ONE = "teams/<uuid:team_id>/comments/<uuid:comment_id>"

api = [
    path("teams/<uuid:team_id>/comments", room.CommentList.as_view(), name="api_comments"),
    path(ONE, room.CommentDetail.as_view(), name="api_comment"),
    path(f"{ONE}/resolve", room.CommentResolve.as_view(), name="api_comment_resolve"),
    path(f"{ONE}/reopen", room.CommentReopen.as_view(), name="api_comment_reopen"),
    path(f"{ONE}/history", room.CommentHistory.as_view(), name="api_comment_history"),
    path(f"{ONE}/reactions/<slug:sign>", room.CommentReaction.as_view(), name="api_comment_reaction"),
]
pages = [
    path("collections/<uuid:pk>/comments", views.collection_comments, name="collection_comments"),
    path("comments/<uuid:comment_id>/history", views.history, name="comment_history"),
]
