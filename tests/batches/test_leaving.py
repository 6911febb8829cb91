"""Who loses a right while an export is being sent to them gets no more of it, and no file that looks whole."""

import http.client
import io
import os
import time
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from batches.models import BatchItem
from designer.assets.models import Asset
from designer.generations.models import Generation
from teams.accounts.services import create_token, revoke_token
from teams.base import streams
from teams.membership.services import change_role, remove_member
from tests.batches.asking import made, run_out
from tests.designer.realtime import live

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = 8 * 2**20  # bytes of an image: some of them are more than a network keeps on its way


def removed(client, team, boss):
    remove_member(actor=boss, team_id=team.pk, user_id=client.user.pk)


def suspended(client, team, boss):
    client.user.is_active = False
    client.user.save()


def signed_out(client, team, boss):
    client.logout()


def new_password(client, team, boss):
    client.user.set_password("another correct horse")
    client.user.save()


@pytest.mark.parametrize("lose", [removed, suspended, signed_out, new_password])
@pytest.mark.parametrize("way", ["zip", "results", "results?as=json"])
def test_an_export_ends_when_the_right_to_it_is_lost(way, lose, client_of, team, member, monkeypatch):
    monkeypatch.setattr(streams, "ASK_EVERY", 0)
    client = client_of("editor")
    pk = run_out(client, {"base": {"brief": "a coat"}, "variations": 2}, team=str(team.pk))["id"]
    blocks = iter(client.get(f"/api/batch/{pk}/{way}").streaming_content)
    next(blocks)
    lose(client, team, member("owner"))
    with pytest.raises(streams.RightLost):
        list(blocks)


def test_an_audit_log_ends_when_its_reader_no_longer_manages_the_team(client_of, team, member, monkeypatch):
    monkeypatch.setattr(streams, "ASK_EVERY", 0)
    client = client_of("admin")
    blocks = iter(client.get(f"/api/teams/{team.pk}/audit/export").streaming_content)
    next(blocks)
    change_role(actor=member("owner"), team_id=team.pk, user_id=client.user.pk, role="editor")
    with pytest.raises(streams.RightLost):
        list(blocks)


def test_who_keeps_the_right_gets_all_and_is_asked_seldom(client_of, team, django_assert_max_num_queries):
    client = client_of("editor")
    pk = run_out(client, {"base": {"brief": "a coat"}, "variations": 2}, team=str(team.pk))["id"]
    with django_assert_max_num_queries(25):
        whole = client.get(f"/api/batch/{pk}/zip").getvalue()
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None


@pytest.mark.parametrize("lost", ["removed", "token revoked"])
def test_the_connection_of_an_archive_is_cut(lost, client_of, team, member, settings):
    client = client_of("editor")
    _, token = create_token(actor=client.user, name="t")
    pk = made(client, {"base": {"brief": "a coat"}}, team=str(team.pk), start=False)["id"]
    path = default_storage.save("large.png", ContentFile(os.urandom(LARGE)))
    generation = Generation.objects.create(team=team, owner=client.user, brief="a coat", status="succeeded")
    for number in range(8):
        Asset.objects.create(
            team=team, owner=client.user, kind="generated", generation=generation, sha256=f"{number:064}", path=path,
            media_type="image/png", width=8, height=8, bytes=LARGE,
        )  # fmt: skip
    BatchItem.objects.filter(batch=pk).update(generation=generation)
    with live.server(MEDIA_ROOT=str(settings.MEDIA_ROOT)) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("GET", f"/api/batch/{pk}/zip", headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        assert answer.status == 200
        begun = answer.read(2**16)
        if lost == "removed":
            remove_member(actor=member("owner"), team_id=team.pk, user_id=client.user.pk)
        else:
            revoke_token(actor=client.user, token_id=client.user.api_tokens.get().pk)
        time.sleep(4 * streams.ASK_EVERY)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)) as cut:
            answer.read()
        sent = len(begun) + len(getattr(cut.value, "partial", b""))
        assert sent < 8 * LARGE
