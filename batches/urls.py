from django.urls import path

from batches import api as rest
from batches import comment_views, shoot_views, views, vote_views
from batches import results_api as taken

api = [
    path("batch", rest.BatchList.as_view(), name="api_batches"),
    path("batch/estimate", rest.BatchEstimate.as_view(), name="api_batch_estimate"),
    path("batch/generate", rest.BatchGenerate.as_view(), name="api_batch_generate"),
    path("batch/import", taken.BatchImport.as_view(), name="api_batch_import"),
    path("batch/import/template", taken.ImportTemplate.as_view(), name="api_batch_import_template"),
    path("batch/templates", rest.TemplateList.as_view(), name="api_batch_templates"),
    path("batch/templates/<uuid:pk>", rest.TemplateDetail.as_view(), name="api_batch_template"),
    path("batch/<uuid:pk>", rest.BatchDetail.as_view(), name="api_batch"),
    path("batch/<uuid:pk>/progress", rest.BatchProgress.as_view(), name="api_batch_progress"),
    path("batch/<uuid:pk>/items", rest.BatchItems.as_view(), name="api_batch_items"),
    path("batch/<uuid:pk>/errors", rest.BatchErrors.as_view(), name="api_batch_errors"),
    path("batch/<uuid:pk>/results", taken.BatchResults.as_view(), name="api_batch_results"),
    path("batch/<uuid:pk>/zip", taken.BatchZip.as_view(), name="api_batch_zip"),
    path("batch/<uuid:pk>/contact-sheet", taken.BatchContactSheet.as_view(), name="api_batch_contact_sheet"),
    path("batch/<uuid:pk>/votes", taken.Votes.as_view(), name="api_batch_votes"),
    path("batch/<uuid:pk>/votes/next", taken.NextVote.as_view(), name="api_batch_next_vote"),
    path("batch/<uuid:pk>/start", rest.BatchStart.as_view(), name="api_batch_start"),
    path("batch/<uuid:pk>/pause", rest.BatchPause.as_view(), name="api_batch_pause"),
    path("batch/<uuid:pk>/resume", rest.BatchResume.as_view(), name="api_batch_resume"),
    path("batch/<uuid:pk>/retry", rest.BatchRetry.as_view(), name="api_batch_retry"),
    path("batch/<uuid:pk>/clone", rest.BatchClone.as_view(), name="api_batch_clone"),
]
pages = [
    path("batches", views.batches, name="batches"),
    path("batches/new", views.new, name="batch_new"),
    path("batches/estimate", views.estimate, name="batch_estimate"),
    path("batches/estimate/shoot", shoot_views.estimate, name="batch_shoot_estimate"),
    path("batches/shoot", shoot_views.shoot, name="batch_shoot"),
    path("batches/templates/<uuid:pk>/delete", views.forget, name="batch_template_delete"),
    path("batches/templates/<uuid:pk>/draft", views.draft_of_template, name="batch_template_draft"),
    path("batches/<uuid:pk>/again", views.again, name="batch_again"),
    path("batches/<uuid:pk>", views.detail, name="batch"),
    path("batches/<uuid:pk>/row", views.row, name="batch_row"),
    path("batches/<uuid:pk>/head", views.head, name="batch_head"),
    path("batches/<uuid:pk>/change-form", views.change_form, name="batch_change_form"),
    path("batches/<uuid:pk>/act", views.act, name="batch_act"),
    path("batches/<uuid:pk>/change", views.change, name="batch_change"),
    path("batches/<uuid:pk>/comments", comment_views.comments, name="batch_comments"),
    path("batches/<uuid:pk>/votes", vote_views.votes, name="batch_votes_page"),
    path("batches/<uuid:pk>/keep", views.keep, name="batch_keep"),
]
