"""The rollups stay exact whatever is written late, changed or deleted, by however many at once; and nobody waits."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from analytics import rollups
from analytics.models import MoneyDay, MoneySlot, PendingSlot, WorkDay, WorkSlot, ZoneKept
from analytics.tasks import work_off
from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.jobs.invariants import broken
from designer.jobs.scheduler import DUTIES
from designer.personas.models import Feedback
from tests.analytics.rows import Rows, utc

AT = utc(2026, 11, 3, 12, 7)


def exact() -> bool:
    """Nothing is noted and nothing differs."""
    call_command("check_analytics", stdout=StringIO())
    return not PendingSlot.objects.exists() and "the analytics of a team add up to its ledger" not in broken()


def totals() -> dict[str, int]:
    names = ("asked", "failed", "succeeded", "images", "rated", "liked")
    return {name: sum(getattr(row, name) for row in WorkSlot.objects.all()) for name in names}


@pytest.mark.django_db
class TestExact:
    def test_a_row_that_comes_late_is_counted_where_it_belongs(self, rows: Rows, user):
        rows.generation(user, timezone.now())
        rollups.work_off()
        rows.generation(user, AT)
        rollups.work_off()
        assert WorkSlot.objects.get(slot=utc(2026, 11, 3, 12, 0)).asked == 1
        assert exact()

    def test_a_slot_that_cannot_be_worked_out_keeps_no_other_waiting(self, rows: Rows, user):
        bad = rows.image(rows.generation(user, AT), AT)
        Asset.objects.filter(pk=bad.pk).update(quality={"score": 1e30})
        rows.generation(user, AT - timedelta(days=1))
        rows.generation(user, AT + timedelta(days=1))
        rollups.work_off(seconds=5)
        assert sum(row.asked for row in WorkSlot.objects.all()) == 2
        assert set(PendingSlot.objects.values_list("slot", flat=True)) == {utc(2026, 11, 3, 12, 0)}
        assert not PendingSlot.objects.filter(held_until=None).exists()
        Asset.objects.filter(pk=bad.pk).update(quality={"score": 0.5})
        rollups.work_off(seconds=5)
        assert sum(row.asked for row in WorkSlot.objects.all()) == 2, "it is left for a while"
        PendingSlot.objects.filter(held_until__isnull=False).update(held_until=timezone.now())
        rollups.work_off(seconds=5)
        assert sum(row.asked for row in WorkSlot.objects.all()) == 3

    def test_what_is_too_much_for_one_turn_is_less_in_the_next(self, rows: Rows, user, monkeypatch):
        for number in range(30):
            rows.generation(user, AT - timedelta(hours=number))
        whole = rollups._work_cells_out

        def slow(cursor, cells, until):
            if len(cells) > 1:
                time.sleep(0.06)
                raise OperationalError("canceling statement due to statement timeout")
            whole(cursor, cells, until)

        monkeypatch.setattr(rollups, "_work_cells_out", slow)
        monkeypatch.setattr(rollups, "_pace", rollups.Pace())
        for _ in range(200):
            rollups.work_off(seconds=0.05)
        assert sum(row.asked for row in WorkSlot.objects.all()) == 30
        assert not PendingSlot.objects.exists()

    def test_what_happens_now_does_not_wait_behind_the_past(self, rows: Rows, user, monkeypatch):
        monkeypatch.setattr(rollups, "NOTES", 1)
        monkeypatch.setattr(rollups, "_pace", rollups.Pace(some=1))
        past = rows.generation(user, AT)
        PendingSlot.objects.bulk_create(
            PendingSlot(team_id=past.team_id, slot=AT - timedelta(minutes=15 * number)) for number in range(2000)
        )
        new = rows.generation(user, timezone.now())
        rollups.work_off(seconds=0.05)
        assert WorkSlot.objects.filter(slot__gte=new.created_at - timedelta(minutes=15)).exists()
        assert PendingSlot.objects.count() > 1000

    def test_an_end_that_is_corrected_moves_from_one_column_to_the_other(self, rows: Rows, user):
        row = rows.generation(user, AT, status="failed", error={"code": "timeout"})
        rollups.work_off()
        assert WorkSlot.objects.get().faults == {"timeout": 1}
        Generation.objects.filter(pk=row.pk).update(status="succeeded", error=None, model="other")
        rollups.work_off()
        found = WorkSlot.objects.get()
        assert (found.failed, found.succeeded, found.faults, found.model) == (0, 1, {}, "other")
        assert exact()

    def test_feedback_counts_with_its_image_whenever_it_comes_changes_and_goes(self, rows: Rows, user, member):
        image = rows.image(rows.generation(user, AT), AT)
        said = [rows.said(image, user, "like"), rows.said(image, member("viewer"), "rating", 4)]
        rollups.work_off()
        assert (totals()["rated"], totals()["liked"]) == (1, 1)
        for each in said:
            each.delete()
        Feedback.objects.create(team=rows.team, owner=user, generation=image.generation, asset=image, kind="dislike")
        rollups.work_off()
        assert (totals()["rated"], totals()["liked"]) == (1, 0)
        Feedback.objects.update(kind="like")
        rollups.work_off()
        assert (totals()["rated"], totals()["liked"]) == (1, 1)
        Feedback.objects.all().delete()
        rollups.work_off()
        assert (totals()["rated"], totals()["liked"]) == (0, 0)
        assert exact()

    def test_what_is_deleted_for_good_is_gone_and_its_money_stays(self, rows: Rows, user):
        row = rows.generation(user, AT)
        image = rows.image(row, AT)
        rows.said(image, user, "like")
        rows.charge(AT, "0.040000", row=row, actor=user)
        rollups.work_off()
        image.delete()
        rollups.work_off()
        assert (totals()["images"], totals()["asked"]) == (0, 1)
        Generation.objects.filter(pk=row.pk).delete()
        rollups.work_off()
        assert not WorkSlot.objects.exists() and str(MoneySlot.objects.get().amount) == "0.040000"
        assert exact()

    def test_a_row_that_changes_its_time_or_its_team_leaves_nothing_behind(self, rows: Rows, user):
        from tests.factories import TeamFactory

        row = rows.generation(user, AT)
        image = rows.image(row, AT)
        rollups.work_off()
        rows.dated(row, AT - timedelta(days=40))
        Asset.objects.filter(pk=image.pk).update(team=TeamFactory())
        rollups.work_off()
        assert {(found.team_id == rows.team.pk, found.asked, found.images) for found in WorkSlot.objects.all()} == {
            (True, 1, 0),
            (False, 0, 1),
        }
        assert exact()

    def test_a_percent_that_moves_notes_nothing(self, rows: Rows, user):
        row = rows.generation(user, AT, status="running")
        rollups.work_off()
        for percent in (10, 20, 30):
            Generation.objects.filter(pk=row.pk).update(percent=percent, stage="generation")
        row.refresh_from_db()
        row.save()
        assert not PendingSlot.objects.exists()

    def test_a_night_of_everything(self, rows: Rows, member):
        people = [member("owner"), member("editor")]
        for zone in ("Europe/Paris", "Asia/Kathmandu"):
            rollups.wish_for_days([rows.team.pk], zone)
        rollups.fill_days()
        for _ in range(5):
            rows.many(people, utc(2026, 10, 20), 10, 15)
            rollups.work_off()
            some = list(Asset.objects.order_by("?")[:5])
            for image in some[:3]:
                image.delete()
            Asset.objects.filter(pk__in=[image.pk for image in some[3:]]).update(set_aside=True, quality={"score": 0.5})
            for row in Generation.objects.order_by("?")[:5]:
                rows.dated(row, row.created_at + timedelta(minutes=rows.rng.randrange(-900, 900)))
            Feedback.objects.filter(pk__in=Feedback.objects.order_by("?").values("pk")[:5]).delete()
            assert exact()

    def test_the_command_lists_what_differs_and_mends_it(self, rows: Rows, user):
        rows.image(rows.generation(user, AT), AT)
        rows.charge(AT, "0.040000", actor=user)
        rollups.work_off()
        WorkSlot.objects.filter(asked=1).update(asked=7)
        MoneySlot.objects.all().delete()
        counts = {name: 1 for name in rollups.WORK.figures if name not in ("millis", "faults", "score")}
        key = {"team_id": rows.team.pk, "slot": utc(2026, 9, 1), "member_id": user.pk, "simulated": False}
        WorkSlot.objects.create(**key, provider="p", model="m", millis=[], faults={}, score=0, **counts)
        out = StringIO()
        with pytest.raises(CommandError, match="3 figures are not what the raw rows say"):
            call_command("check_analytics", stdout=out)
        assert '"asked": 7' in out.getvalue() and "0.04" in out.getvalue() and "2026-09" in out.getvalue()
        call_command("check_analytics", rebuild=True, stdout=StringIO())
        assert exact() and totals()["asked"] == 1

    def test_days_of_a_zone_are_filled_in_bit_by_bit_and_then_follow(self, rows: Rows, user):
        for days in (0, 1, 39, 40, 41, 200):
            rows.generation(user, AT - timedelta(days=days))
        rollups.work_off()
        rollups.wish_for_days([rows.team.pk], "Asia/Tokyo")
        assert not rollups.days_are_kept([rows.team.pk], "Asia/Tokyo")
        assert rollups.fill_days(seconds=0.000001) == rollups.AT_ONCE
        assert not rollups.days_are_kept([rows.team.pk], "Asia/Tokyo")
        rows.generation(user, AT - timedelta(days=20))  # meanwhile, in what is there, and in what is not yet
        rows.generation(user, AT - timedelta(days=150))
        rollups.work_off()
        rollups.fill_days()
        assert rollups.days_are_kept([rows.team.pk], "Asia/Tokyo")
        rows.generation(user, AT - timedelta(days=300))  # later than all that, before the first
        rollups.work_off()
        assert sum(row.asked for row in WorkDay.objects.all()) == 9 and WorkDay.objects.count() == 9
        assert exact()

    def test_the_command_finds_a_day_that_is_not_what_its_slots_say(self, rows: Rows, user):
        rollups.wish_for_days([rows.team.pk], "Asia/Tokyo")
        rollups.fill_days()
        rows.generation(user, AT)
        rows.charge(AT, "0.040000", actor=user)
        rollups.work_off()
        WorkDay.objects.update(asked=5)
        MoneyDay.objects.all().delete()
        with pytest.raises(CommandError, match="2 figures are not"):
            call_command("check_analytics", stdout=StringIO())
        call_command("check_analytics", rebuild=True, stdout=StringIO())
        assert exact()

    def test_so_many_zones_are_kept_and_no_more(self, rows: Rows, client_of):
        client = client_of("owner")
        asked = {"from": "2026-01-01", "to": "2026-11-03", "team": str(rows.team.pk)}
        client.get("/api/analytics/overview", {**asked, "timezone": "Pacific/Apia"})
        assert not ZoneKept.objects.exists(), "neither one's own nor the team's"
        for zone in ("Asia/Tokyo", "UTC", "UTC"):
            client.user.timezone = zone
            client.user.save()
            client.get("/api/analytics/overview", asked)
        assert sorted(ZoneKept.objects.values_list("zone", flat=True)) == ["Asia/Tokyo", "UTC"]
        for zone in ("Asia/Seoul", "Asia/Dhaka", "Asia/Dubai", "Asia/Kabul", "Asia/Baku", "Asia/Aden"):
            rollups.wish_for_days([rows.team.pk], zone)
        assert ZoneKept.objects.count() == rollups.MOST_ZONES

    def test_who_only_looks_uses_up_no_zone_of_the_team(self, rows: Rows, client_of):
        asked = {"from": "2026-01-01", "to": "2026-11-03", "team": str(rows.team.pk)}
        for role in ("viewer", "editor"):
            client = client_of(role)
            for zone in ("Asia/Seoul", "Asia/Dhaka", "Asia/Dubai", "Asia/Kabul", "Asia/Baku", "Asia/Aden", "Asia/Hovd"):
                client.user.timezone = zone
                client.user.save()
                told = client.get("/api/analytics/overview", asked)
                assert told.status_code == 200 and told.json()["about"]["timezone"] == zone
        assert not ZoneKept.objects.exists()
        rows.team.settings = {"time_zone": "America/New_York"}
        rows.team.save()
        for zone in ("America/New_York", "UTC"):  # which are everybody's
            assert client.get("/api/analytics/overview", {**asked, "timezone": zone}).status_code == 200
        assert sorted(ZoneKept.objects.values_list("zone", flat=True)) == ["America/New_York", "UTC"]
        admin = client_of("admin")
        admin.user.timezone = "Asia/Tokyo"
        admin.user.save()
        admin.get("/api/analytics/overview", {**asked, "timezone": "Asia/Tokyo"})
        assert ZoneKept.objects.filter(team_id=rows.team.pk, zone="Asia/Tokyo").exists()

    def test_what_waits_to_be_worked_out_is_said(self, rows: Rows, client_of):
        client = client_of("owner")
        rows.generation(client.user, AT)
        told = client.get("/api/analytics/overview").json()["about"]
        assert told["pending"] is True and told["lag_seconds"] >= 0
        rollups.work_off()
        assert client.get("/api/analytics/overview").json()["about"]["pending"] is False

    def test_the_scheduler_sees_to_it_every_second(self):
        assert DUTIES[f"{work_off.__module__}.{work_off.__qualname__}"].seconds == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_that_write_the_same_slot_do_not_wait_for_each_other(self, rows: Rows, member):
        people = [member("editor"), member("editor")]
        open_, done = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                rows.generation(people[0], AT)
                open_.set()
                assert done.wait(10)
            connection.close()

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(slow)
            assert open_.wait(10)
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '500ms'")
                rows.generation(people[1], AT)
            rollups.work_off()
            assert totals()["asked"] == 1, "what is not committed is not counted"
            done.set()
            first.result()
        rollups.work_off()
        assert totals()["asked"] == 2
        assert exact()

    def test_many_writers_and_two_who_work_off_lose_nothing(self, rows: Rows, member):
        people = [member("editor") for _ in range(3)]
        stop = threading.Event()

        def write(number: int) -> None:
            from random import Random

            own = Rows(rows.team, Random(number))
            for _ in range(12):
                with transaction.atomic():
                    own.many(people, utc(2026, 11, 3), 0.05, 1)  # a few slots, all of them hot
            image = Asset.objects.filter(owner=people[number]).first()
            if image:
                Asset.objects.filter(pk=image.pk).update(set_aside=True)
            connection.close()

        def keep_working_off() -> None:
            while not stop.is_set():
                rollups.work_off(seconds=0.2)
            connection.close()

        with ThreadPoolExecutor(5) as pool:
            drains = [pool.submit(keep_working_off) for _ in range(2)]
            for each in [pool.submit(write, number) for number in range(3)]:
                each.result()
            stop.set()
            for each in drains:
                each.result()
        assert exact()
        assert totals()["asked"] == 36 == Generation.objects.count()
