from django.urls import path

from analytics.billing import api as rest
from analytics.billing import views

api = [
    path("teams/<uuid:team>/statements", rest.StatementList.as_view(), name="api_statements"),
    path("teams/<uuid:team>/statements/<uuid:statement>", rest.StatementDetail.as_view(), name="api_statement"),
    path("teams/<uuid:team>/statements/<uuid:statement>/file", rest.StatementFile.as_view(), name="api_statement_file"),
]
pages = [
    path("teams/<uuid:team>/statements", views.statements, name="statements"),
    path("teams/<uuid:team>/statements/<uuid:statement>", views.statement, name="statement"),
]
