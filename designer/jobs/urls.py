from django.urls import path

from designer.jobs.api import DeadList, Replay

api = [
    path("queue/dead", DeadList.as_view(), name="queue-dead"),
    path("queue/dead/replay", Replay.as_view(), name="queue-replay"),
]
