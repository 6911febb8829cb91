"""`manage.py models`: what is on this machine, onto it and off it."""

import dataclasses
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from designer import outbound
from enhancement.engine import installing, manifest, own
from enhancement.operations import registry

from .engine.conftest import SHAPE, random_module
from .engine.test_weights import as_pth

pytestmark = pytest.mark.django_db
NAME = "realesr-general-x4v3"


@pytest.fixture
def content(monkeypatch):
    """The bytes of a small file that the manifest takes for the published one."""
    data = as_pth(random_module().state_dict())
    published = {"sha256": (hashlib.sha256(data).hexdigest(),), "size": len(data)}
    entry = dataclasses.replace(manifest.catalogue()[NAME], **published)
    known = {**manifest.catalogue(), NAME: entry}
    for module in (manifest, own):
        monkeypatch.setattr(module, "catalogue", lambda: known)
    return data


def models(*words):
    out = io.StringIO()
    call_command("models", *words, stdout=out)
    return out.getvalue()


def states():
    return {line["name"]: line["state"] for line in json.loads(models("list", "--json"))}


def test_the_list_says_of_every_known_model_whether_it_is_here(folder):
    assert states()["designer-compact-x2"] == "shipped"
    assert states()["GFPGANv1.4"] == "missing"
    text = models("list")
    assert "RealESRGAN_x4plus" in text and "67.0 MB" in text and "BSD-3-Clause" in text


def test_installing_verifying_and_removing(folder, content, monkeypatch):
    asked = []

    def serve(method, url, **more):
        asked.append(url)
        where = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"}
        return outbound.Answer(206, where, content, False, 0.0)

    monkeypatch.setattr(installing.install, "__kwdefaults__", {**installing.install.__kwdefaults__, "call": serve})
    assert "right hash" in models("install", NAME)
    assert asked == ["https://mirror.example/weights/realesr-general-x4v3.pth"]
    assert "right hash" in models("install", NAME) and len(asked) == 1
    assert states()[NAME] == "installed"
    assert "installed" in models("verify")
    (folder / "realesr-general-x4v3.pth").write_bytes(content[:-1])
    with pytest.raises(CommandError, match=NAME):
        models("verify", NAME)
    assert "is removed" in models("remove", NAME)
    assert "was not here" in models("remove", NAME)
    assert states()[NAME] == "missing"


def test_a_refusal_ends_the_command_with_its_remedy(folder, content, monkeypatch):
    def away(method, url, **more):
        raise outbound.OutboundRefused("no_such_host", "This host name leads nowhere.")

    monkeypatch.setattr(installing.install, "__kwdefaults__", {**installing.install.__kwdefaults__, "call": away})
    with pytest.raises(CommandError, match=r"leads nowhere\. Check the address"):
        models("install", NAME)
    with pytest.raises(CommandError, match=r"no model 'nothing'\. Use one of"):
        models("install", "nothing")


def test_a_stopped_download_says_that_it_can_go_on_and_is_listed(folder, content, monkeypatch):
    def stopped(method, url, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(installing.install, "__kwdefaults__", {**installing.install.__kwdefaults__, "call": stopped})
    with pytest.raises(CommandError, match="goes on where it was"):
        models("install", NAME)
    (folder / f".{NAME}.pth.part").write_bytes(content[: len(content) // 2])
    line = next(line for line in json.loads(models("list", "--json")) if line["name"] == NAME)
    assert (line["state"], line["note"]) == ("partial", "49 % is here")


def test_a_known_file_is_imported_by_its_name_or_under_the_name_given(folder, content, tmp_path):
    for file, words in (("realesr-general-x4v3.pth", []), ("from-a-stick.bin", ["--as", NAME])):
        (tmp_path / file).write_bytes(content)
        assert NAME in models("import", str(tmp_path / file), *words)
        assert states()[NAME] == "installed"
        models("remove", NAME)


def test_an_import_stands_where_the_database_is_not_there(folder, tmp_path):
    (tmp_path / "mine.pth").write_bytes(as_pth(random_module().state_dict()))
    nowhere = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DESIGNER_MODELS_DIR": str(folder)}
    command = [sys.executable, "manage.py", "models", "import", str(tmp_path / "mine.pth")]
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "Imported as own:mine.pth."), done.stderr
    assert "database is not there" in done.stderr and "Traceback" not in done.stderr


def test_a_known_name_with_other_content_is_not_imported(folder, tmp_path):
    (tmp_path / "realesr-general-x4v3.pth").write_bytes(b"something else")
    with pytest.raises(CommandError, match="not the published one"):
        models("import", str(tmp_path / "realesr-general-x4v3.pth"))
    assert states()[NAME] == "missing"


def test_a_file_of_ones_own_is_examined_on_import_and_can_be_removed(folder, tmp_path):
    (tmp_path / "mine.pth").write_bytes(as_pth(random_module().state_dict()))
    assert "own:mine.pth" in models("import", str(tmp_path / "mine.pth"))
    assert states()["own:mine.pth"] == "installed"
    assert "own:mine.pth" in models("verify")
    models("remove", "own:mine.pth")
    assert "own:mine.pth" not in states() and own.entries(folder) == {}


@pytest.mark.parametrize("name", ["broken.pth", "code.ckpt", "absent.pth"])
def test_what_cannot_be_used_is_not_kept(name, folder, tmp_path):
    if name != "absent.pth":
        (tmp_path / name).write_bytes(b"no weights")
    with pytest.raises(CommandError):
        models("import", str(tmp_path / name))
    assert not (folder / name).exists()
    assert own.problems(folder) == {}


def test_a_dropped_file_that_cannot_be_used_is_listed_with_its_reason(folder):
    folder.mkdir()
    (folder / "broken.pth").write_bytes(b"no weights")
    assert states()["own:broken.pth"] == "unusable"
    assert "damaged" in models("list")
    models("remove", "own:broken.pth")
    assert "own:broken.pth" not in states()


def test_a_network_that_does_not_enlarge_is_listed_so_and_offered_by_nobody(folder, tmp_path):
    folder.mkdir()
    same = random_module(dataclasses.replace(SHAPE, scale=1)).state_dict()
    (folder / "denoiser.pth").write_bytes(as_pth(same))
    (folder / "twice.pth").write_bytes(as_pth(random_module().state_dict()))
    assert [states()[f"own:{name}.pth"] for name in ("denoiser", "twice")] == ["unusable", "installed"]
    assert "It does not enlarge" in models("list")
    (model,) = (each for each in registry.get("upscale").parameters if each.name == "model")
    assert "own:twice.pth" in model.choices and "own:denoiser.pth" not in model.choices
    (tmp_path / "other.pth").write_bytes(as_pth(same))
    with pytest.raises(CommandError, match="does not enlarge"):
        models("import", str(tmp_path / "other.pth"))


def test_one_that_an_earlier_release_took_is_not_offered_any_more(folder):
    folder.mkdir()
    (folder / "twice.pth").write_bytes(as_pth(random_module().state_dict()))
    models("list")
    record = folder / own.RECORD
    record.write_text(record.read_text().replace('"scale": 2', '"scale": 1'))
    assert states()["own:twice.pth"] == "unusable"


def test_what_is_part_of_the_program_stays(folder):
    with pytest.raises(CommandError, match="part of this program"):
        models("remove", "designer-compact-x2")


def test_a_name_cannot_lead_out_of_the_folder(folder, tmp_path):
    shutil.copy(__file__, tmp_path / "outside.pth")
    models("remove", "own:../outside.pth")
    assert (tmp_path / "outside.pth").exists()
