from django.urls import path

from batches.webhooks import api as rest

api = [
    path("webhooks", rest.WebhookList.as_view(), name="api_webhooks"),
    path("webhooks/<uuid:pk>", rest.WebhookDetail.as_view(), name="api_webhook"),
    path("webhooks/<uuid:pk>/secret", rest.WebhookSecret.as_view(), name="api_webhook_secret"),
    path("webhooks/<uuid:pk>/test", rest.WebhookTest.as_view(), name="api_webhook_test"),
    path("webhooks/<uuid:pk>/deliveries", rest.DeliveryList.as_view(), name="api_webhook_deliveries"),
    path("webhooks/<uuid:pk>/deliveries/<uuid:did>", rest.DeliveryDetail.as_view(), name="api_webhook_delivery"),
    path("webhooks/<uuid:pk>/deliveries/<uuid:did>/replay", rest.DeliveryReplay.as_view(), name="api_webhook_replay"),
]
