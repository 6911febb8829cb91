from django.urls import path

from designer.jobs import operating_api as operating
from designer.jobs import views
from designer.jobs.api import Causes, DeadList, Discard, Replay

api = [
    path("queue/dead", DeadList.as_view(), name="queue-dead"),
    path("queue/dead/replay", Replay.as_view(), name="queue-replay"),
    path("queue/dead/causes", Causes.as_view(), name="queue-causes"),
    path("queue/dead/discard", Discard.as_view(), name="queue-discard"),
    path("queue/lanes", operating.Lanes.as_view(), name="queue-lanes"),
    path("queue/lanes/<str:lane>/pause", operating.PauseOfLane.as_view(), name="queue-lane-pause"),
    path("queue/workers", operating.Workers.as_view(), name="queue-workers"),
    path("queue/workers/<uuid:worker_id>/drain", operating.DrainOfWorker.as_view(), name="queue-worker-drain"),
    path("queue/unsettled", operating.UnsettledCalls.as_view(), name="queue-unsettled"),
    path("queue/jobs", operating.Jobs.as_view(), name="queue-jobs"),
    path("queue/teams", operating.Shares.as_view(), name="queue-teams"),
    path("queue/teams/<uuid:team_id>", operating.ShareOfTeam.as_view(), name="queue-team"),
]
pages = [
    path("settings/queue", views.queue, name="settings_queue"),
    path("settings/queue/now", views.panel, name="settings_queue_panel"),
    path("settings/queue/workers", views.drain, name="settings_queue_workers"),
    path("settings/queue/jobs", views.jobs, name="settings_queue_jobs"),
    path("settings/queue/teams", views.weigh, name="settings_queue_teams"),
    path("settings/dead-letters", views.dead, name="settings_dead"),
]
