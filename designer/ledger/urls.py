from django.urls import path

from designer.ledger import api as rest
from designer.ledger import views

api = [path("teams/<uuid:team>/budgets", rest.TeamBudgets.as_view(), name="api_team_budgets")]
pages = [
    path("costs/ticker", views.ticker, name="costs_ticker"),
    path("settings/costs", views.costs, name="settings_costs"),
]
