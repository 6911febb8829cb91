from django.urls import path

from analytics.uptime import api as rest
from analytics.uptime import views

api = [path("analytics/uptime", rest.AnalyticsUptime.as_view(), name="api_analytics_uptime")]
pages = [path("analytics/uptime", views.uptime, name="uptime")]
