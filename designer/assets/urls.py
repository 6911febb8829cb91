from django.urls import path

from designer.assets import api as rest
from designer.assets import views

api = [
    path("assets", rest.AssetList.as_view(), name="api_assets"),
    path("assets/<uuid:pk>", rest.AssetDetail.as_view(), name="api_asset"),
    path("assets/<uuid:pk>/restore", rest.AssetRestore.as_view(), name="api_asset_restore"),
    path("assets/<uuid:pk>/promote", rest.AssetPromote.as_view(), name="api_asset_promote"),
    path("assets/<uuid:pk>/provenance", rest.AssetProvenance.as_view(), name="api_asset_provenance"),
    path("assets/<uuid:pk>/content", rest.AssetContent.as_view(), name="api_asset_content"),
    path("assets/<uuid:pk>/thumbnail", rest.AssetThumbnail.as_view(), name="api_asset_thumbnail"),
]
pages = [
    path("assets/<uuid:pk>/provenance", views.provenance, name="asset_provenance"),
    path("assets/<uuid:pk>/promote", views.promote, name="asset_promote"),
]
