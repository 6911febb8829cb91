"""Whoever asked for a bought step leaves: what was ordered is followed to its end and paid, and nothing more bought."""

import pytest

from designer.jobs.claims import claim
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.jobs.settling import died
from enhancement.operations import pictures
from enhancement.operations.base import OperationResult
from enhancement.remote import buying, errands, fetching
from tests.enhancement.buying import Dead, ask, both_services, done, dying, orders, outcomes, paid, recipe

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = {"ordered": (buying, "_awaited"), "waiting": (buying, "_rest"), "paid": (fetching, "picture")}


@pytest.fixture(autouse=True)
def services(simulator, settings, monkeypatch):
    with both_services(simulator, settings, monkeypatch) as playing:
        yield playing


def only_looks(client_of, row) -> None:
    """Its owner may only look from now on."""
    said = {"role": "viewer"}
    answer = client_of("admin").put(f"/api/teams/{row.team_id}/members/{row.owner_id}", said, format="json")
    assert answer.status_code == 200


def begun_and_died(where, monkeypatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(*where, dying)
        job = claim("remote", "doomed")
        with pytest.raises(Dead):
            perform(job)
    died(Job.objects.get(pk=job.pk))


@pytest.mark.parametrize("name", ["replicate", "fal"])
@pytest.mark.parametrize("point", PLACES)
def test_what_was_ordered_before_its_owner_left_is_followed_to_its_end_and_charged(
    name, point, editor, asset, simulator, monkeypatch, client_of
):
    row = ask(editor, asset, recipe(name))
    begun_and_died(PLACES[point], monkeypatch)
    only_looks(client_of, row)
    row = done(row)
    assert (row.status, row.result_id is not None, orders(simulator)) == ("succeeded", True, 1)
    assert (len(paid()), outcomes()[-1]) == (1, "succeeded")


def test_an_order_whose_answer_was_lost_says_so_also_where_its_owner_left(
    editor, asset, simulator, monkeypatch, client_of
):
    row = ask(editor, asset, recipe("replicate"))
    begun_and_died((buying, "_ordered"), monkeypatch)
    only_looks(client_of, row)
    row = done(row)
    assert (row.status, row.error["code"], orders(simulator)) == ("failed", "outcome_unknown", 0)


def test_the_step_that_is_under_way_is_paid_and_the_next_one_is_not_bought(
    editor, asset, simulator, monkeypatch, client_of
):
    row = ask(editor, asset, [*recipe("replicate"), {"name": "face_restore", "service": "replicate/gfpgan"}])
    really = fetching.picture

    def faces(offer, image, params):  # as of a picture with faces
        order = errands._order(offer, pictures.read(image).pixels, offer.words(1, params))
        return errands.Errand(offer=offer, order=order, finish=lambda made: OperationResult(made, {}))

    monkeypatch.setattr(errands, "_faces", faces)

    def leaving(*args, **more):
        only_looks(client_of, row)
        return really(*args, **more)

    monkeypatch.setattr(fetching, "picture", leaving)
    row = done(row)
    assert (row.status, row.error["code"], orders(simulator)) == ("failed", "owner_left", 1)
    assert (len(paid()), row.cost, outcomes()) == (1, paid()[0], ["succeeded"])


def test_nothing_is_ordered_for_somebody_who_left_before(editor, asset, simulator, client_of):
    row = ask(editor, asset, recipe("fal"))
    only_looks(client_of, row)
    row = done(row)
    assert (row.status, row.error["code"], orders(simulator), paid()) == ("failed", "owner_left", 0, [])
