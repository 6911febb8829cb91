"""Monthly statements: every charge on exactly one, also late ones; frozen; for who may see what a team costs."""

import csv
import io
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analytics.billing import making, months, rounding, services, tasks
from analytics.billing.models import Stated, Statement
from batches.models import Batch
from designer.jobs.invariants import broken
from designer.jobs.models import Job
from designer.ledger.models import LedgerEntry, Reservation
from designer.notifications.models import Notification
from teams.membership import closing
from teams.membership.models import Team
from tests.analytics.rows import Rows, _at
from tests.factories import TeamFactory
from tests.pdfs import Read
from tests.work import work_off

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
HOLDS = "a statement says what the charges on it say"
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
SIMULATED = ("sketchbook", "sketchbook-1", True)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def rows(team) -> Rows:
    return Rows(team, Random(1))


def url(row, tail="") -> str:
    return f"/api/teams/{row.team_id}/statements/{row.pk}{tail}"


def sums(row, section) -> tuple[Decimal, Decimal]:
    lines = row.lines[section]
    owed, simulated = ([Decimal(line[name]) for line in lines] for name in ("owed", "simulated"))
    return sum(owed, Decimal(0)), sum(simulated, Decimal(0))


# -- what stands on one


def test_the_lines_of_each_section_add_up_to_the_ledger_to_the_micro_dollar(rows, team, member):
    people = [member("owner"), member("editor")]
    rows.many(people, at(11, 1, 0), 29.9, 60)
    assert making.catch_up(team.pk, FIRST_OF_DECEMBER) == 1
    row = Statement.objects.get()
    owed, simulated = (
        LedgerEntry.objects.filter(simulated=flag).aggregate(sum=Sum("amount"))["sum"] for flag in (False, True)
    )
    assert (row.owed, row.simulated, row.month, row.number) == (owed, simulated, NOVEMBER, 1)
    assert owed > 0 and simulated > 0 and row.charges == LedgerEntry.objects.count()
    for section in making.SECTIONS:
        assert sums(row, section) == (owed, simulated), section
    assert {line["name"] for line in row.lines["members"]} == {*(each.shown_name for each in people), making.STUDIO}
    assert HOLDS not in broken()


def test_work_of_a_batch_stands_under_its_name(rows, team, member):
    batch = Batch.objects.create(team=team, owner=member("owner"), title="Autumn coats", plan={})
    entry = rows.charge(at(11, 5), "0.250000")
    rows.charge(at(11, 5), "0.100000")
    Reservation.objects.create(
        team=team, subject=entry.subject, batch_id=batch.pk, period="2026-11", amount=1, left=0, state="settled"
    )
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    told = {line["name"]: line["owed"] for line in Statement.objects.get().lines["batches"]}
    assert told == {"Autumn coats": "0.250000", "In no batch": "0.100000"}


def test_a_correction_stands_on_the_statement_of_the_month_in_which_it_was_made(rows, team):
    entry = rows.charge(at(10, 5), "2.000000")
    amend = LedgerEntry(
        team=team, job_id=entry.job_id, attempt=1, step="x", kind="adjustment", subject=entry.subject,
        provider=entry.provider, model=entry.model, quantity=1, unit_price=Decimal("-0.5"), amount=Decimal("-0.5"),
    )  # fmt: skip
    _at(amend, at(11, 9))
    assert making.catch_up(team.pk, FIRST_OF_DECEMBER) == 2
    october, november = Statement.objects.order_by("month")
    assert (october.owed, november.owed) == (Decimal(2), Decimal("-0.5"))
    (line,) = november.lines["corrections"]
    assert (line["name"], line["note"], line["owed"]) == (entry.subject, "2026-10", "-0.500000")
    assert not october.lines["corrections"] and not november.late


# -- when


def test_a_month_has_an_hour_of_patience_and_then_one_statement(rows, team):
    rows.charge(at(11, 30, 23), "1.000000")
    early = FIRST_OF_DECEMBER - timedelta(seconds=1)
    assert making.waiting(early) == [] and making.catch_up(team.pk, early) == 0
    assert making.waiting(FIRST_OF_DECEMBER) == [team.pk]
    assert making.catch_up(team.pk, FIRST_OF_DECEMBER) == 1
    assert making.waiting(FIRST_OF_DECEMBER) == [] and making.catch_up(team.pk, FIRST_OF_DECEMBER) == 0


def test_after_an_outage_each_month_with_charges_gets_its_own_in_their_order(rows, team):
    for month, amount in ((8, "1"), (8, "2"), (10, "4")):
        rows.charge(at(month, 3), amount)
    other = TeamFactory()
    assert making.waiting(FIRST_OF_DECEMBER) == [team.pk], "who spent nothing gets none"
    assert making.catch_up(team.pk, FIRST_OF_DECEMBER) == 2
    told = list(Statement.objects.order_by("month").values_list("month", "number", "owed"))
    assert told == [(date(2026, 8, 1), 1, Decimal(3)), (OCTOBER, 2, Decimal(4))]
    assert making.catch_up(other.pk, FIRST_OF_DECEMBER) == 0


def test_the_first_microsecond_of_a_month_belongs_to_it(rows, team):
    rows.charge(datetime(2026, 11, 1, tzinfo=UTC), "1")
    rows.charge(datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=UTC), "2")
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    assert dict(Statement.objects.values_list("month", "owed")) == {OCTOBER: Decimal(2), NOVEMBER: Decimal(1)}


@pytest.mark.django_db(transaction=True)
def test_a_charge_whose_transaction_ends_after_the_statement_is_on_the_next_as_late(rows, team):
    rows.charge(at(10, 30), "1.000000")
    written, stated = threading.Event(), threading.Event()

    def charge_slowly() -> None:
        try:
            with transaction.atomic():
                rows.charge(at(10, 31), "0.250000")
                written.set()
                stated.wait(20)
        finally:
            connection.close()

    slow = threading.Thread(target=charge_slowly)
    slow.start()
    assert written.wait(20)
    assert making.catch_up(team.pk, at(11, 1, 1)) == 1
    stated.set()
    slow.join(20)
    assert Statement.objects.get().owed == 1
    assert making.catch_up(team.pk, at(11, 20)) == 0, "November is not over, and October is said"
    rows.charge(at(11, 2), "0.500000")
    assert making.catch_up(team.pk, FIRST_OF_DECEMBER) == 1
    november = Statement.objects.get(month=NOVEMBER)
    assert (november.owed, november.late) == (Decimal("0.75"), Decimal("0.25"))
    assert [(line["name"], line["owed"]) for line in november.lines["late"]] == [("2026-10", "0.250000")]
    assert Statement.objects.aggregate(sum=Sum("owed"))["sum"] == Decimal("1.75")
    assert Stated.objects.count() == 3 and HOLDS not in broken()


def test_what_is_late_alone_makes_a_statement_of_the_next_month(rows, team):
    rows.charge(at(10, 30), "1.000000")
    making.catch_up(team.pk, at(11, 1, 1))
    rows.charge(at(10, 31), "0.250000")
    assert making.waiting(FIRST_OF_DECEMBER) == [team.pk]
    assert making.catch_up(team.pk, FIRST_OF_DECEMBER) == 1
    november = Statement.objects.get(month=NOVEMBER)
    assert november.owed == november.late == Decimal("0.25")


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_make_each_statement_once(rows, team):
    for month in (8, 9, 10, 11):
        rows.charge(at(month, 3), "1")
    start, faults = threading.Barrier(16), []

    def make() -> None:
        try:
            start.wait(20)
            making.catch_up(team.pk, FIRST_OF_DECEMBER)
        except Exception as error:  # noqa: BLE001  (told by the test)
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
    assert list(Statement.objects.order_by("month").values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("archived", [False, True])
def test_the_clock_orders_a_job_that_makes_it_and_owners_are_told(archived, rows, team, member, monkeypatch):
    owner, editor = member("owner"), member("editor")
    rows.charge(at(10, 3), "1.234567")
    if archived:
        closing.archive(actor=owner, team_id=team.pk)
    monkeypatch.setattr(tasks.timezone, "now", lambda: FIRST_OF_DECEMBER)
    tasks.order_statements()
    tasks.order_statements()
    assert Job.objects.filter(kind=making.KIND).count() == 1
    monkeypatch.undo()
    work_off()
    row = Statement.objects.get()
    told = Notification.objects.get(kind="statement", user=owner)
    assert "October 2026" in told.title and told.body == "1.23 USD"
    assert told.link == f"/teams/{team.pk}/statements/{row.pk}"
    assert not Notification.objects.filter(kind="statement", user=editor).exists()


def test_after_an_outage_one_hears_of_each_and_gets_one_mail(rows, team, member):
    member("owner")
    for month in (8, 9, 11):
        rows.charge(at(month, 3), "1")
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    assert Notification.objects.filter(kind="statement").count() == 3
    assert Job.objects.filter(kind="notification.mail").count() == 1


# -- frozen


def test_nobody_changes_or_deletes_one_and_it_goes_with_its_team(rows, team):
    rows.charge(at(11, 3), "1")
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    for table in ("billing_statements", "billing_stated"):
        for deed in (f"UPDATE {table} SET team_id = team_id", f"DELETE FROM {table}"):  # noqa: S608
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(deed)
    Team.objects.filter(pk=team.pk).update(ends_at=timezone.now() - timedelta(days=1), ending_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_stated")
        cursor.execute("DELETE FROM billing_statements")
    assert making.catch_up(team.pk, FIRST_OF_DECEMBER) == 0, "its end has begun"


def test_a_later_name_changes_nothing_of_it(rows, team, member):
    editor = member("editor", name="Ada")
    rows.charge(at(11, 3), "1", actor=editor)
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    type(editor).objects.filter(pk=editor.pk).update(name="Grace")
    assert Statement.objects.get().lines["members"][0]["name"] == "Ada"


def test_one_that_says_other_than_its_charges_is_found(team):
    nothing: dict[str, list[object]] = {name: [] for name in (*making.SECTIONS, *making.ASIDE)}
    row = Statement.objects.create(
        team=team, number=1, month=NOVEMBER, called="x", charges=1, owed=1, simulated=0, late=0, lines=nothing
    )
    assert broken()[HOLDS] == [row.pk]


# -- printed


@given(st.lists(st.integers(-99_000_000, 9_999_000_000), max_size=30))
def test_printed_lines_add_up_to_the_printed_total_and_none_is_off_by_a_cent(micros):
    amounts = [Decimal(each) / 1_000_000 for each in micros]
    shown = rounding.printed(amounts)
    assert sum(shown, Decimal(0)) == rounding.total(amounts)
    assert all(abs(cents - exact) < rounding.CENT for cents, exact in zip(shown, amounts, strict=True))


def test_thirds_of_a_cent_are_printed_so_that_they_add_up():
    assert rounding.printed([Decimal("0.003333")] * 3) == [Decimal("0.01"), Decimal("0.00"), Decimal("0.00")]


def test_of_a_long_section_what_cost_least_is_one_line_and_all_still_adds_up():
    lines = [
        {"name": f"b{n}", "note": "", "charges": 1, "owed": f"{1 / (n + 1):.6f}", "simulated": "0.001"}
        for n in range(450)
    ]
    (section,) = services.sections({"batches": lines})
    assert len(section.lines) == services.MOST_SHOWN == 200
    assert (section.lines[0].name, section.lines[-1].name, section.lines[-1].charges) == ("b0", "251 more", 251)
    whole = sum(Decimal(line["owed"]) for line in lines)
    assert sum(line.owed for line in section.lines) == rounding.total([whole])
    assert sum(line.simulated for line in section.lines) == Decimal("0.45")


def test_half_a_cent_is_the_same_in_the_lines_in_the_whole_and_in_the_news(rows, team, member, client_of):
    owner = client_of("owner")
    rows.charge(at(11, 3), "0.125000")
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    row = Statement.objects.get()
    page = owner.get(f"/teams/{team.pk}/statements/{row.pk}").content.decode()
    assert "<strong>0.13 USD</strong>" in page and page.count('data-label="USD">0.13<') == len(making.SECTIONS)
    assert Notification.objects.get(kind="statement").body == "0.13 USD"


def test_months_follow_one_another_over_the_year():
    assert months.following(date(2026, 12, 1)) == date(2027, 1, 1)
    assert months.last_over(datetime(2027, 1, 1, 0, 59, 59, tzinfo=UTC)) == NOVEMBER
    assert months.last_over(datetime(2027, 1, 1, 1, tzinfo=UTC)) == date(2026, 12, 1)


# -- who sees it, and how


@pytest.fixture
def made(rows, team, member) -> Statement:
    editor = member("editor", name="=Ada")
    rows.charge(at(11, 3), "1.234567", actor=editor)
    rows.charge(at(11, 3), "0.500000", maker=SIMULATED)
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    return Statement.objects.get()


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("admin", 200), ("editor", 403), ("viewer", 403), ("stranger", 404)]
)
def test_only_those_who_may_see_costs_see_statements(role, status, made, client_of):
    client = client_of(role)
    for path in (url(made), url(made, "/file?as=csv"), url(made, "/file"), f"/api/teams/{made.team_id}/statements"):
        assert client.get(path).status_code == status, path
    for path in (f"/teams/{made.team_id}/statements", f"/teams/{made.team_id}/statements/{made.pk}"):
        assert client.get(path).status_code == status, path


def test_a_statement_is_not_reached_by_way_of_another_team(made, client_of, member):
    owner = client_of("owner")
    other = TeamFactory(owner=owner.user)
    assert owner.get(f"/api/teams/{other.pk}/statements/{made.pk}").status_code == 404
    assert owner.get(f"/teams/{other.pk}/statements/{made.pk}").status_code == 404


def test_the_csv_is_exact_and_runs_no_formula(made, client_of):
    answer = client_of("owner").get(url(made, "/file?as=csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert lines[0]["section"] == "total" and lines[0]["owed_usd"] == "1.234567"
    assert sum(Decimal(line["owed_usd"]) for line in lines if line["section"] == "members") == Decimal("1.234567")
    assert "'=Ada" in [line["name"] for line in lines]
    assert 'filename="statement-2026-11-1.csv"' in answer["Content-Disposition"]


def test_the_pdf_says_what_is_owed_and_can_be_read_aloud(made, client_of):
    answer = client_of("owner").get(url(made, "/file?as=pdf"))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    paper = Read(answer.content)
    assert "November 2026" in paper.text and "1.23" in paper.text and "0.50" in paper.text
    assert f"Page 1 of {paper.pages}" in paper.text
    assert paper.has(rb"/MarkInfo") and paper.has(rb"/StructTreeRoot") and paper.has(rb"pdfuaid")


def test_the_list_is_searched_and_filtered_by_year(rows, team, client_of):
    owner = client_of("owner")
    rows.charge(datetime(2025, 12, 3, tzinfo=UTC), "1", maker=("google", "gemini-image", False))
    rows.charge(at(11, 3), "2")
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    path = f"/api/teams/{team.pk}/statements"

    def months_of(query: str) -> list[str]:
        return [each["month"] for each in owner.get(f"{path}{query}").json()["results"]]

    assert months_of("") == ["2026-11", "2025-12"] and months_of("?year=2025") == ["2025-12"]
    assert months_of("?search=gemini") == ["2025-12"] and months_of("?search=november+2026") == ["2026-11"]
    page = owner.get(f"/teams/{team.pk}/statements?search=gemini").content.decode()
    assert "December 2025" in page and "November 2026" not in page
    assert "Nothing matches" in owner.get(f"/teams/{team.pk}/statements?search=zzz").content.decode()


def test_pages_ask_no_more_for_many_statements_and_members(rows, team, member, client_of):
    owner = client_of("owner")
    rows.charge(at(9, 3), "1", actor=owner.user)
    making.catch_up(team.pk, FIRST_OF_DECEMBER)

    def asked(path: str) -> int:
        owner.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(path).status_code == 200
        return len(queries)

    paths = f"/teams/{team.pk}/statements", f"/api/teams/{team.pk}/statements"
    few = [asked(path) for path in (*paths, f"{paths[0]}/{Statement.objects.get().pk}")]
    for who in [member("editor") for _ in range(5)]:
        rows.charge(at(10, 3), "1", actor=who)
        rows.charge(at(11, 3), "1", actor=who)
        rows.charge(timezone.now(), "1", actor=who)
    making.catch_up(team.pk, FIRST_OF_DECEMBER)
    many = [asked(path) for path in (*paths, f"{paths[0]}/{Statement.objects.get(month=NOVEMBER).pk}")]
    assert Statement.objects.count() == 3 and many[1:] == few[1:]
    assert many[0] <= few[0] + 1, "the first names of the present month are one more"


def test_the_page_has_the_month_so_far_with_what_is_simulated(rows, team, client_of):
    owner = client_of("owner")
    rows.charge(timezone.now(), "1.500000")
    rows.charge(timezone.now(), "0.250000", maker=SIMULATED)
    page = " ".join(owner.get(f"/teams/{team.pk}/statements").content.decode().split())
    assert "<dd>1.50 USD</dd>" in page and "0.25 USD, paid to nobody" in page and "No statement yet" in page
