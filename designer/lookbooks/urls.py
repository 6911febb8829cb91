"""Addresses of lookbooks."""

from django.urls import path

from designer.lookbooks import views
from designer.lookbooks.api import CollectionLookbook

api = [
    path(
        "teams/<uuid:team_id>/collections/<uuid:collection_id>/lookbook",
        CollectionLookbook.as_view(),
        name="api_collection_lookbook",
    ),
]
pages = [path("collections/<uuid:pk>/lookbook", views.lookbook, name="collection_lookbook")]
