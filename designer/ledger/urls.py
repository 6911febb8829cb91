from django.urls import path

from designer.ledger import api as rest

api = [path("teams/<uuid:team>/budgets", rest.TeamBudgets.as_view(), name="api_team_budgets")]
