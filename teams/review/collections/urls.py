"""Addresses of collections."""

from django.urls import path

from teams.review.collections import api as room
from teams.review.collections import views

ONE = "teams/<uuid:team_id>/collections/<uuid:collection_id>"

api = [
    path("teams/<uuid:team_id>/collections", room.CollectionList.as_view(), name="api_collections"),
    path(ONE, room.CollectionDetail.as_view(), name="api_collection"),
    path(f"{ONE}/restore", room.CollectionRestore.as_view(), name="api_collection_restore"),
    path(f"{ONE}/assets", room.CollectionAssets.as_view(), name="api_collection_assets"),
    path(f"{ONE}/assets/<uuid:asset_id>", room.CollectionAsset.as_view(), name="api_collection_asset"),
]
pages = [
    path("collections", views.collections, name="collections"),
    path("collections/choose", views.choose, name="collection_choose"),
    path("collections/<uuid:pk>", views.collection, name="collection"),
    path("collections/<uuid:pk>/arrange", views.arrange, name="collection_arrange"),
    path("collections/<uuid:pk>/keep", views.keep, name="collection_keep"),
]
