from django.urls import path

from designer.jobs import views
from designer.jobs.api import DeadList, Replay

api = [
    path("queue/dead", DeadList.as_view(), name="queue-dead"),
    path("queue/dead/replay", Replay.as_view(), name="queue-replay"),
]
pages = [
    path("settings/queue", views.queue, name="settings_queue"),
    path("settings/queue/now", views.panel, name="settings_queue_panel"),
    path("settings/dead-letters", views.dead, name="settings_dead"),
]
