"""Celery as the bell: its messages wake a worker and carry no work (DESIGN: the queue kernel)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")
app = Celery("designer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf["CELERY_DB_REUSE_MAX"] = 1000  # wake-ups between fresh connections; opening one takes longer than a claim
app.autodiscover_tasks(["designer.jobs"])
