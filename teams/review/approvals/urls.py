"""Addresses of reviews."""

from django.urls import path

from teams.review.approvals import api as room
from teams.review.approvals import views

ONE = "teams/<uuid:team_id>/approvals/<uuid:approval_id>"

api = [
    path("teams/<uuid:team_id>/approvals", room.ApprovalList.as_view(), name="api_approvals"),
    path(ONE, room.ApprovalDetail.as_view(), name="api_approval"),
    path(f"{ONE}/answer", room.ApprovalAnswering.as_view(), name="api_approval_answer"),
    path(f"{ONE}/withdraw", room.ApprovalWithdraw.as_view(), name="api_approval_withdraw"),
]
pages = [
    path("reviews", views.reviews, name="reviews"),
]
