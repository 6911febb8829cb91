from django.urls import path

from designer.jobs import views
from designer.jobs.api import DeadList, Replay
from designer.jobs.operating_api import ShareOfTeam, Shares

api = [
    path("queue/dead", DeadList.as_view(), name="queue-dead"),
    path("queue/dead/replay", Replay.as_view(), name="queue-replay"),
    path("queue/teams", Shares.as_view(), name="queue-teams"),
    path("queue/teams/<uuid:team_id>", ShareOfTeam.as_view(), name="queue-team"),
]
pages = [
    path("settings/queue", views.queue, name="settings_queue"),
    path("settings/queue/now", views.panel, name="settings_queue_panel"),
    path("settings/queue/teams", views.weigh, name="settings_queue_teams"),
    path("settings/dead-letters", views.dead, name="settings_dead"),
]
