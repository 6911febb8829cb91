from django.urls import path

from enhancement import api as rest
from enhancement import views

api = [
    path("enhance/operations", rest.OperationList.as_view(), name="api_enhance_operations"),
    path("enhance/batch", rest.EnhanceBatch.as_view(), name="api_enhance_batch"),
    path("enhance/<uuid:pk>", rest.EnhanceDetail.as_view(), name="api_enhance"),
    path("enhance/<uuid:pk>/cancel", rest.EnhanceCancel.as_view(), name="api_enhance_cancel"),
]
pages = [
    path("assets/<uuid:asset_id>/enhancements", views.panel, name="enhancement_panel"),
    path("assets/<uuid:asset_id>/enhance", views.enhance, name="enhance_asset"),
    path("enhancements/<uuid:pk>/cancel", views.cancel, name="enhancement_cancel"),
]
