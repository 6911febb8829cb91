"""Addresses of review sessions."""

from django.urls import path

from designer.sessions import api as room
from designer.sessions import views

api = [
    path("teams/<uuid:team_id>/sessions", room.SessionList.as_view(), name="api_sessions"),
    path("sessions/<uuid:pk>", room.SessionDetail.as_view(), name="api_session"),
    path("sessions/<uuid:pk>/images", room.SessionImages.as_view(), name="api_session_images"),
    path("sessions/<uuid:pk>/images/<uuid:asset_id>", room.SessionImage.as_view(), name="api_session_image"),
    path("sessions/<uuid:pk>/present", room.SessionPresent.as_view(), name="api_session_present"),
    path("sessions/<uuid:pk>/presenter", room.SessionPresenter.as_view(), name="api_session_presenter"),
    path("sessions/<uuid:pk>/timer", room.SessionTimer.as_view(), name="api_session_timer"),
    path("sessions/<uuid:pk>/votes", room.SessionVotes.as_view(), name="api_session_votes"),
    path("sessions/<uuid:pk>/reveal", room.SessionReveal.as_view(), name="api_session_reveal"),
    path("sessions/<uuid:pk>/attendance", room.SessionAttendance.as_view(), name="api_session_attendance"),
    path("sessions/<uuid:pk>/end", room.SessionEnd.as_view(), name="api_session_end"),
    path("sessions/<uuid:pk>/summary", room.SessionSummary.as_view(), name="api_session_summary"),
]
pages = [
    path("sessions/<uuid:pk>", views.session, name="session"),
    path("collections/<uuid:pk>/sessions", views.of_collection, name="collection_sessions"),
]
