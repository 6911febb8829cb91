from django.urls import path

from designer.notifications import alert_views, views
from designer.notifications import api as rest

api = [
    path("notifications", rest.NotificationList.as_view(), name="api_notifications"),
    path("notifications/read", rest.NotificationsRead.as_view(), name="api_notifications_read"),
    path("notifications/settings", rest.NotificationSettings.as_view(), name="api_notification_settings"),
    path("alerts", rest.AlertList.as_view(), name="api_alerts"),
]
pages = [
    path("notifications", views.centre, name="notifications"),
    path("notifications/read", views.read, name="notifications_read"),
    path("notifications/unsubscribe", views.unsubscribe, name="notifications_unsubscribe"),
    path("notifications/bell", views.bell, name="notifications_bell"),
    path("notifications/<uuid:pk>", views.follow, name="notification"),
    path("alerts", alert_views.shown, name="alerts"),
    path("alerts/<uuid:pk>/put-away", alert_views.put_away, name="alert_put_away"),
    path("settings/notifications", views.wishes, name="settings_notifications"),
]
