"""Is it alive, is it ready, what are its figures; and what strangers may see of that."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from designer.jobs.models import SchedulerBeat
from designer.jobs.scheduler import NAME
from designer.web import probes


def checks(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["checks"]


def test_ready_means_that_everything_answers(db):
    SchedulerBeat.objects.update_or_create(
        name=NAME, defaults={"holder": "here:1", "backend": 1, "beat_at": timezone.now()}
    )
    status, states = checks(Client())
    assert (status, set(states.values())) == (200, {"ok"})
    assert set(states) == {"database", "migrations", "redis", "storage", "scheduler"}


def test_each_thing_that_is_missing_is_named(db, settings, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.MEDIA_ROOT = tmp_path / "file"
    status, states = checks(Client())
    assert status == 503
    assert states["database"] == "ok"
    assert states["redis"] == "failed: ConnectionError"
    assert states["storage"].startswith("failed: ")
    assert "run_scheduler" in states["scheduler"]


def test_missing_migrations_are_counted(db, monkeypatch):
    probes.migrations.cache_clear()
    monkeypatch.setattr(probes.MigrationExecutor, "migration_plan", lambda self, targets: [("m", False)] * 2)
    assert checks(Client())[1]["migrations"].startswith("2 migrations")


def test_alive_asks_nothing_of_anybody(settings):
    settings.ALLOWED_HOSTS = []
    assert Client().get("/healthz").json() == {"status": "ok"}


def test_figures_are_for_this_machine_or_the_holder_of_the_token(db, settings):
    assert b"django_http_requests" in Client().get("/metrics").content
    away = Client(REMOTE_ADDR="203.0.113.9")
    assert away.get("/metrics").status_code == 404
    assert Client(headers={"X-Forwarded-For": "127.0.0.1"}).get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "long-and-random"
    for given, status in [("Bearer long-and-random", 200), ("Bearer wrong", 404), ("", 404), ("Bearer é", 404)]:
        assert away.get("/metrics", headers={"Authorization": given}).status_code == status


@pytest.mark.parametrize("path", ["/gallery", "/api/assets", "/api/docs", "/accounts/login/", "/nowhere"])
def test_every_answer_carries_the_safety_headers(path, db):
    answer = Client().get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "object-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
