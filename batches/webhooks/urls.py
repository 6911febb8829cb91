from django.urls import path

from batches.webhooks import api as rest
from batches.webhooks import operating_api as operating
from batches.webhooks import views

api = [
    path("webhooks", rest.WebhookList.as_view(), name="api_webhooks"),
    path("webhooks/<uuid:pk>", rest.WebhookDetail.as_view(), name="api_webhook"),
    path("webhooks/<uuid:pk>/secret", rest.WebhookSecret.as_view(), name="api_webhook_secret"),
    path("webhooks/<uuid:pk>/test", rest.WebhookTest.as_view(), name="api_webhook_test"),
    path("webhooks/<uuid:pk>/deliveries", rest.DeliveryList.as_view(), name="api_webhook_deliveries"),
    path("webhooks/<uuid:pk>/deliveries/<uuid:did>", rest.DeliveryDetail.as_view(), name="api_webhook_delivery"),
    path("webhooks/<uuid:pk>/deliveries/<uuid:did>/replay", rest.DeliveryReplay.as_view(), name="api_webhook_replay"),
    path("queue/webhooks", operating.Courier.as_view(), name="queue-webhooks"),
]
pages = [
    path("settings/webhooks", views.overview, name="settings_webhooks"),
    path("settings/webhooks/new", views.new, name="settings_webhook_new"),
    path("settings/webhooks/<uuid:pk>", views.show, name="settings_webhook"),
    path("settings/webhooks/<uuid:pk>/secret", views.rotate, name="settings_webhook_secret"),
    path("settings/webhooks/<uuid:pk>/switch", views.switch, name="settings_webhook_switch"),
    path("settings/webhooks/<uuid:pk>/test", views.test, name="settings_webhook_test"),
    path("settings/webhooks/<uuid:pk>/replay", views.replay_all, name="settings_webhook_replay"),
    path("settings/webhooks/<uuid:pk>/remove", views.remove, name="settings_webhook_remove"),
    path("settings/webhooks/<uuid:pk>/deliveries/<uuid:did>", views.delivery, name="settings_delivery"),
    path("settings/webhooks/<uuid:pk>/deliveries/<uuid:did>/replay", views.replay, name="settings_delivery_replay"),
]
