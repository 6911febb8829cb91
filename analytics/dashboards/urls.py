from django.urls import path

from analytics.dashboards import api as rest
from analytics.dashboards import views

api = [
    path("dashboards", rest.DashboardList.as_view(), name="api_dashboards"),
    path("dashboards/<uuid:pk>", rest.DashboardDetail.as_view(), name="api_dashboard"),
]
pages = [
    path("analytics/dashboards", views.dashboards, name="dashboards"),
    path("analytics/dashboards/<uuid:pk>", views.dashboard, name="dashboard"),
    path("analytics/dashboards/<uuid:pk>/act", views.act, name="dashboard_act"),
    path("analytics/dashboards/<uuid:pk>/arrange", views.arrange, name="dashboard_arrange"),
]
