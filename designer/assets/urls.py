from django.urls import path

from designer.assets import api as rest
from designer.assets import approval_views, avatar_api, comment_api, comment_views, views

api = [
    path("assets", rest.AssetList.as_view(), name="api_assets"),
    path("assets/<uuid:pk>", rest.AssetDetail.as_view(), name="api_asset"),
    path("assets/<uuid:pk>/restore", rest.AssetRestore.as_view(), name="api_asset_restore"),
    path("assets/<uuid:pk>/promote", rest.AssetPromote.as_view(), name="api_asset_promote"),
    path("assets/<uuid:pk>/versions", rest.AssetVersions.as_view(), name="api_asset_versions"),
    path("assets/<uuid:pk>/use", rest.AssetUse.as_view(), name="api_asset_use"),
    path("assets/<uuid:pk>/comments", comment_api.AssetComments.as_view(), name="api_asset_comments"),
    path("assets/<uuid:pk>/provenance", rest.AssetProvenance.as_view(), name="api_asset_provenance"),
    path("assets/<uuid:pk>/content", rest.AssetContent.as_view(), name="api_asset_content"),
    path("assets/<uuid:pk>/thumbnail", rest.AssetThumbnail.as_view(), name="api_asset_thumbnail"),
    path("teams/<uuid:team_id>/avatar", avatar_api.TeamAvatarView.as_view(), name="api_team_avatar"),
]
pages = [
    path("assets/<uuid:pk>/provenance", views.provenance, name="asset_provenance"),
    path("assets/<uuid:pk>/use", views.use, name="asset_use"),
    path("assets/<uuid:pk>/name", views.name, name="asset_name"),
    path("assets/<uuid:pk>/comments", comment_views.comments, name="asset_comments"),
    path("assets/<uuid:pk>/approval", approval_views.approval, name="asset_approval"),
    path("assets/<uuid:pk>/promote", views.promote, name="asset_promote"),
    path("teams/<uuid:team_id>/avatar", avatar_api.avatar, name="team_avatar"),
]
