from django.urls import path

from designer.realtime.api import EventsView

api = [path("events", EventsView.as_view(), name="events")]
