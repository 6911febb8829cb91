"""Addresses of what is said in a team."""

from django.urls import path

from teams.review import api as room

api = [
    path("teams/<uuid:team_id>/comments", room.CommentList.as_view(), name="api_comments"),
    path("teams/<uuid:team_id>/comments/<uuid:comment_id>", room.CommentDetail.as_view(), name="api_comment"),
]
