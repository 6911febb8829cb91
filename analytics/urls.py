from django.urls import path

from analytics import api as rest
from analytics import views

api = [
    path("analytics/overview", rest.Overview.as_view(), name="api_analytics_overview"),
    path("analytics/costs", rest.Costs.as_view(), name="api_analytics_costs"),
    path("analytics/quality", rest.Quality.as_view(), name="api_analytics_quality"),
    path("analytics/models", rest.Models.as_view(), name="api_analytics_models"),
    path("analytics/users", rest.Users.as_view(), name="api_analytics_users"),
    path("analytics/trends", rest.Trends.as_view(), name="api_analytics_trends"),
    path("analytics/insights", rest.Insights.as_view(), name="api_analytics_insights"),
    path("analytics/insights/<uuid:pk>/dismiss", rest.InsightDismiss.as_view(), name="api_insight_dismiss"),
    path("analytics/insights/<uuid:pk>/snooze", rest.InsightSnooze.as_view(), name="api_insight_snooze"),
    path("analytics/insights/<uuid:pk>/restore", rest.InsightRestore.as_view(), name="api_insight_restore"),
    path("teams/<uuid:team>/analytics", rest.TeamAnalytics.as_view(), name="api_team_analytics"),
]
pages = [
    path("analytics", views.dashboard, name="analytics"),
    path("analytics/now", views.figures, name="analytics_now"),
    path("analytics/insights/<uuid:pk>", views.insight, name="analytics_insight"),
]
