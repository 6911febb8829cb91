from django.urls import path

from batches import api as rest

api = [
    path("batch", rest.BatchList.as_view(), name="api_batches"),
    path("batch/estimate", rest.BatchEstimate.as_view(), name="api_batch_estimate"),
    path("batch/generate", rest.BatchGenerate.as_view(), name="api_batch_generate"),
    path("batch/templates", rest.TemplateList.as_view(), name="api_batch_templates"),
    path("batch/templates/<uuid:pk>", rest.TemplateDetail.as_view(), name="api_batch_template"),
    path("batch/<uuid:pk>", rest.BatchDetail.as_view(), name="api_batch"),
    path("batch/<uuid:pk>/progress", rest.BatchProgress.as_view(), name="api_batch_progress"),
    path("batch/<uuid:pk>/items", rest.BatchItems.as_view(), name="api_batch_items"),
    path("batch/<uuid:pk>/errors", rest.BatchErrors.as_view(), name="api_batch_errors"),
    path("batch/<uuid:pk>/start", rest.BatchStart.as_view(), name="api_batch_start"),
    path("batch/<uuid:pk>/pause", rest.BatchPause.as_view(), name="api_batch_pause"),
    path("batch/<uuid:pk>/resume", rest.BatchResume.as_view(), name="api_batch_resume"),
    path("batch/<uuid:pk>/retry", rest.BatchRetry.as_view(), name="api_batch_retry"),
    path("batch/<uuid:pk>/clone", rest.BatchClone.as_view(), name="api_batch_clone"),
]
