from django.urls import path

from batches.automations import api as rest
from batches.automations import views

ONE = "teams/<uuid:team_id>/automations/<uuid:automation_id>"

api = [
    path("teams/<uuid:team_id>/automations", rest.AutomationList.as_view(), name="api_automations"),
    path(ONE, rest.AutomationDetail.as_view(), name="api_automation"),
    path(f"{ONE}/runs", rest.AutomationRuns.as_view(), name="api_automation_runs"),
    path(f"{ONE}/zip", rest.AutomationZip.as_view(), name="api_automation_zip"),
]
pages = [
    path("teams/<uuid:team_id>/automations", views.automations, name="automations"),
    path("teams/<uuid:team_id>/automations/new", views.new, name="automation_new"),
    path(ONE, views.show, name="automation"),
    path(f"{ONE}/change", views.change, name="automation_change"),
    path(f"{ONE}/act", views.act, name="automation_act"),
]
