from django.urls import path

from enhancement import api as rest
from enhancement import builder_views, preset_api, preview_api, preview_views, version_api, version_views, views
from enhancement.remote import hooks

api = [
    path("enhance/operations", rest.OperationList.as_view(), name="api_enhance_operations"),
    path("enhance/models", rest.ModelList.as_view(), name="api_enhance_models"),
    path("enhance", rest.EnhancementList.as_view(), name="api_enhancements"),
    path("enhance/estimate", rest.EnhanceEstimate.as_view(), name="api_enhance_estimate"),
    path("enhance/presets", preset_api.PresetList.as_view(), name="api_enhance_presets"),
    path("teams/<uuid:team>/auto-enhance", preset_api.TeamUsual.as_view(), name="api_team_usual"),
    path("enhance/presets/<uuid:preset>", preset_api.PresetDetail.as_view(), name="api_enhance_preset"),
    path("enhance/batch", rest.EnhanceBatch.as_view(), name="api_enhance_batch"),
    path("enhance/previews", preview_api.PreviewList.as_view(), name="api_previews"),
    path("enhance/previews/<uuid:pk>", preview_api.PreviewDetail.as_view(), name="api_preview"),
    path("enhance/previews/<uuid:pk>/cancel", preview_api.PreviewCancel.as_view(), name="api_preview_cancel"),
    path("enhance/previews/<uuid:pk>/part", preview_api.PreviewPart.as_view(), name="api_preview_part"),
    path(
        "enhance/previews/<uuid:pk>/results/<int:number>",
        preview_api.PreviewResult.as_view(),
        name="api_preview_result",
    ),
    path("enhance/<uuid:pk>", rest.EnhanceDetail.as_view(), name="api_enhance"),
    path("enhance/<uuid:pk>/retry", rest.EnhanceRetry.as_view(), name="api_enhance_retry"),
    path("enhance/<uuid:pk>/cancel", rest.EnhanceCancel.as_view(), name="api_enhance_cancel"),
    path("assets/<uuid:pk>/against/<uuid:before>", version_api.Versus.as_view(), name="api_asset_versus"),
    path("assets/<uuid:pk>/against/<uuid:before>/map", version_api.Difference.as_view(), name="api_asset_difference"),
]
pages = [
    path("assets/<uuid:pk>/versions", version_views.strip, name="asset_versions"),
    path("assets/<uuid:pk>/against/<uuid:before>", version_views.versus, name="versus"),
    path("assets/<uuid:pk>/against/<uuid:before>/figures", version_views.figures, name="versus_figures"),
    path("assets/<uuid:asset_id>/enhancements", views.panel, name="enhancement_panel"),
    path("assets/<uuid:asset_id>/enhance", views.enhance, name="enhance_asset"),
    path("enhancements", views.enhancements, name="enhancements"),
    path("enhancements/usual", views.usual, name="enhance_usual"),
    path("enhancements/new", builder_views.new, name="enhance_new"),
    path("enhancements/choose", builder_views.choose, name="enhance_choose"),
    path("enhancements/estimate", builder_views.estimated, name="enhance_estimate"),
    path("enhancements/start", builder_views.start, name="enhance_start"),
    path("enhancements/previews", preview_views.begin, name="preview_begin"),
    path("enhancements/previews/<uuid:pk>", preview_views.preview, name="preview"),
    path("enhancements/previews/<uuid:pk>/cancel", preview_views.cancel, name="preview_cancel"),
    path("enhancements/presets", builder_views.keep, name="enhance_keep"),
    path("enhancements/presets/<uuid:preset>/change", builder_views.change, name="enhance_change"),
    path("enhancements/presets/<uuid:preset>/delete", builder_views.discard, name="enhance_discard"),
    path("enhancements/<uuid:pk>/row", views.row, name="enhancement_row"),
    path("enhancements/<uuid:pk>/retry", views.retry, name="enhancement_retry"),
    path("enhancements/<uuid:pk>/cancel", views.cancel, name="enhancement_cancel"),
    path("enhancements/hooks/<slug:service>/<uuid:attempt>", hooks.receive, name="enhancement_hook"),
]
