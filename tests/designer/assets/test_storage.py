"""Where the files lie, and what is said when they cannot be written or read."""

import errno
import os
import subprocess
import sys

import pytest
from botocore.config import Config
from django.core.files.storage import InMemoryStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile

from designer.assets import garbage
from designer.assets.models import Asset
from designer.env import ROOT
from tests import images
from tests.designer.assets.s3 import store

S3_KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-1"}


class FailingStorage(InMemoryStorage):
    """Takes `room` files and then fails as it is told."""

    room, number = 0, errno.ENOSPC

    def _save(self, name, content):
        if len(stored_in(self)) >= type(self).room:
            raise OSError(type(self).number, "told to fail")
        return super()._save(name, content)


def stored_in(storage, folder: str = "") -> list[str]:
    folders, files = storage.listdir(folder)
    inner = [name for one in folders for name in stored_in(storage, f"{folder}/{one}".strip("/"))]
    return [f"{folder}/{name}" for name in files] + inner


def send(client, **more):
    file = SimpleUploadedFile("look.png", images.encoded("PNG", images.photo((700, 500))))
    return client.post("/api/assets", {"file": file}, format="multipart", **more)


@pytest.fixture
def failing(settings, monkeypatch):
    def fail(room: int, number: int) -> None:
        monkeypatch.setattr(FailingStorage, "room", room)
        monkeypatch.setattr(FailingStorage, "number", number)
        chosen = {"BACKEND": f"{__name__}.FailingStorage"}
        if settings.STORAGES["default"] != chosen:  # a new setting would begin with an empty storage
            settings.STORAGES = {**settings.STORAGES, "default": chosen}

    return fail


@pytest.mark.parametrize("room", [0, 1, 2, 3])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_fills_up_leaves_no_row_and_no_file(room, number, client_of, failing):
    failing(room, number)
    answer = send(client_of("editor"))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (507, "no_room")
    assert answer["Content-Type"] == "application/problem+json"
    assert body["errors"][0]["field"] == "file" and body["remedy"]
    assert not Asset.objects.exists()
    assert stored_in(storages["default"]) == []


def test_a_storage_that_fails_says_when_to_try_again(client_of, failing):
    failing(1, errno.EIO)
    answer = send(client_of("editor"))
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "storage_away", "60")
    assert not Asset.objects.exists() and stored_in(storages["default"]) == []


def test_after_the_disk_has_room_again_the_same_key_may_be_used(client_of, failing):
    client, key = client_of("editor"), {"Idempotency-Key": "upload-1"}
    failing(2, errno.ENOSPC)
    assert send(client, headers=key).status_code == 507
    failing(99, errno.ENOSPC)
    assert send(client, headers=key).status_code == 201
    assert Asset.objects.count() == 1


def test_a_picture_that_another_row_names_outlives_a_failed_upload_of_the_same(client_of, failing):
    client = client_of("editor")
    failing(99, errno.ENOSPC)
    first = send(client).json()
    stored = Asset.objects.get(pk=first["id"])
    storages["default"].delete(f"{stored.path}.640.webp")
    failing(0, errno.ENOSPC)
    assert send(client).status_code == 507
    assert storages["default"].exists(stored.path)


@pytest.fixture
def s3(settings, monkeypatch):
    """The store that S3_BUCKET and S3_ENDPOINT choose; gives its objects."""
    for name, value in S3_KEYS.items():
        monkeypatch.setenv(name, value)
    with store() as (address, objects):
        chosen = {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {"bucket_name": "looks", "endpoint_url": address, "file_overwrite": True},
        }
        settings.STORAGES = {**settings.STORAGES, "default": chosen}
        yield objects


def test_the_environment_chooses_s3():
    code = (
        "import django; django.setup();"
        "from django.core.files.storage import storages; s = storages['default'];"
        "print(type(s).__module__, s.bucket_name, s.endpoint_url, s.default_acl, s.client_config.read_timeout)"
    )
    said = {"S3_BUCKET": "looks", "S3_ENDPOINT": "http://127.0.0.1:9", "DJANGO_SETTINGS_MODULE": "designer.settings"}
    environment = {**os.environ, **said}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["storages.backends.s3", "looks", "http://127.0.0.1:9", "None", "20"]


def test_in_s3_a_picture_is_stored_delivered_in_part_and_swept(client_of, s3):
    client = client_of("editor")
    body = send(client).json()
    stored = Asset.objects.get(pk=body["id"])
    assert f"looks/{stored.path}" in s3
    assert len(s3) == 1 + len(stored.facts["thumbnails"])
    data = s3[f"looks/{stored.path}"]
    assert b"".join(client.get(body["url"]).streaming_content) == data
    part = client.get(body["url"], headers={"Range": "bytes=5-14"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, data[5:15])
    assert client.get(body["thumbnail"]).status_code == 200
    assert garbage.sweep_orphans() == 0
    Asset.objects.all().delete()
    assert garbage.sweep_orphans() == 1
    assert s3 == {}


def test_an_s3_that_is_away_is_a_503(client_of, settings, monkeypatch):
    for name, value in S3_KEYS.items():
        monkeypatch.setenv(name, value)
    once = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    options = {"bucket_name": "looks", "endpoint_url": "http://127.0.0.1:9", "client_config": once}
    chosen = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": chosen}
    answer = send(client_of("editor"))
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_away")
    assert not Asset.objects.exists()
