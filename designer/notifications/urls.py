from django.urls import path

from designer.notifications import api as rest
from designer.notifications import views

api = [
    path("notifications", rest.NotificationList.as_view(), name="api_notifications"),
    path("notifications/read", rest.NotificationsRead.as_view(), name="api_notifications_read"),
    path("notifications/settings", rest.NotificationSettings.as_view(), name="api_notification_settings"),
]
pages = [
    path("notifications", views.centre, name="notifications"),
    path("notifications/read", views.read, name="notifications_read"),
    path("notifications/bell", views.bell, name="notifications_bell"),
    path("notifications/<uuid:pk>", views.follow, name="notification"),
    path("settings/notifications", views.wishes, name="settings_notifications"),
]
