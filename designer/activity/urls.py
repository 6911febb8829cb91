from django.urls import path

from designer.activity import api as rest
from designer.activity import views

api = [path("teams/<uuid:team_id>/activity", rest.TeamActivity.as_view(), name="api_team_activity")]
pages = [path("teams/<uuid:team_id>/activity", views.activity, name="team_activity")]
