"""The models folder of this machine, as an operator sees it: what is there, what could be, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from enhancement.engine import examining, installing, manifest, own
from enhancement.engine.errors import MissingWeights
from enhancement.engine.installing import InstallRefused, Progress

State = str  # "shipped", "installed", "partial", "missing", "damaged", "unusable"


@dataclass(frozen=True, slots=True)
class Model:
    """One line of the list. note: how much is here, or what is wrong."""

    name: str
    title: str
    purpose: str
    scale: int
    architecture: str
    licence: str
    size: int
    state: State
    note: str = ""


def folder() -> Path:
    """Where downloads lie. The environment goes before the settings."""
    return manifest.models_folder() or settings.DESIGNER_MODELS_DIR


def everything() -> list[Model]:
    """Known models and the studio's own, as far as these have been looked into (see `look`)."""
    known = [_known(entry) for entry in manifest.catalogue().values()]
    mine = [_line(entry, "installed") for entry in own.entries(folder()).values()]
    useless = [
        Model(own.PREFIX + file, file, "", 0, "", "", (folder() / file).stat().st_size, "unusable", problem)
        for file, problem in sorted(own.problems(folder()).items())
    ]
    return [*known, *mine, *useless]


def is_unknown() -> bool:
    """Whether there are files in the folder that nobody has looked into as they are now."""
    return bool(own.unexamined(folder()))


def look() -> None:
    """Look into the files that somebody put into the folder."""
    examining.examine_all(folder())


def install(name: str, *, progress: Progress) -> Path:
    """Download a known model. Raises InstallRefused or MissingWeights (an unknown name)."""
    mirror = settings.DESIGNER_MODELS_MIRROR
    return installing.install(_entry(name), folder(), mirror=mirror, progress=progress)


def take(file: Path, name: str = "") -> str:
    """Import a file, as the known model `name` or by its file name, else as the studio's own; under which name.

    A known model's file needs its hash. A file of one's own is examined, and goes again if it cannot be used.
    Raises InstallRefused or MissingWeights.
    """
    if not file.is_file():
        raise InstallRefused("no_file", f"There is no file {file}.", "Check the path.")
    by_file = {entry.file: entry for entry in manifest.catalogue().values() if not entry.shipped}
    entry = _entry(name) if name else by_file.get(file.name)
    if entry:
        installing.take(file, folder() / entry.file, entry.sha256)
        return entry.name
    if file.suffix.lower() not in own.SUFFIXES:
        raise InstallRefused("invalid_weights", f"{file.name} is no .safetensors or .pth file.", "Convert it first.")
    target = installing.take(file, folder() / file.name, ())
    found = examining.examine(target)
    if found["problem"]:
        remove(own.name_of(target))
        raise InstallRefused("invalid_weights", f"{file.name}: {found['problem']}", "It was not kept.")
    return own.name_of(target)


def verify(names: list[str] | None = None) -> list[Model]:
    """Hash the files that are here (all, or those named); those that are not what they were say "damaged"."""
    chosen = [_entry(name) for name in names] if names else _present()
    return [_hashed(entry) for entry in chosen]


def remove(name: str) -> bool:
    """Delete a model's file and what there may be of its download; whether there was anything. Raises MissingWeights.

    Work that waits for it then fails with `missing_weights` and is not charged.
    """
    if name.startswith(own.PREFIX):
        path = folder() / Path(name.removeprefix(own.PREFIX)).name
        own.forget(path)
    else:
        entry = _entry(name)
        if entry.shipped:
            raise InstallRefused("shipped", f"{name} is part of this program.", "Leave it.")
        path = folder() / entry.file
    return installing.remove(path)


def _entry(name: str) -> manifest.Entry:
    entry = manifest.catalogue().get(name) or own.entries(folder()).get(name)
    if entry is None:
        known = ", ".join([*manifest.catalogue(), *own.entries(folder())])
        raise MissingWeights(f"There is no model {name!r:.60}.", remedy=f"Use one of {known}.")
    return entry


def _present() -> list[manifest.Entry]:
    here: Callable[[manifest.Entry], bool] = lambda entry: manifest.locate(entry, folder()) is not None  # noqa: E731
    return [*filter(here, manifest.catalogue().values()), *own.entries(folder()).values()]


def _known(entry: manifest.Entry) -> Model:
    if entry.shipped:
        return _line(entry, "shipped")
    if manifest.locate(entry, folder()):
        return _line(entry, "installed")
    part = installing.partial(folder() / entry.file)
    return _line(entry, "partial", f"{100 * part // entry.size} % is here") if part else _line(entry, "missing")


def _hashed(entry: manifest.Entry) -> Model:
    path = manifest.locate(entry, folder())
    if path is None:
        return _line(entry, "missing")
    found = installing.digest(path)
    if found in entry.sha256:
        return _line(entry, "shipped" if entry.shipped else "installed")
    return _line(entry, "damaged", f"SHA-256 {found}")


def _line(entry: manifest.Entry, state: State, note: str = "") -> Model:
    facts = (entry.name, entry.title, entry.purpose, entry.scale, entry.architecture, entry.licence, entry.size)
    return Model(*facts, state, note)
