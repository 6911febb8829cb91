"""What lies in the files of a portfolio, archives in archives included. No archive is trusted. No ORM, no network.

Rules, stated once:
- Only ZIP is opened, three deep; members are packed by DEFLATE or not at all, for the other ways take memory at will.
- The directory of an archive is read up to MAX_DIRECTORY bytes and MAX_MEMBERS names.
- A member is unpacked to where it is needed, never to its own name: by bytes that are counted while they come, whatever
  its header says. What grows more than RATIO times and over FREE_BYTES is a bomb, and so is an import over its budget.
- Names that lead out of the archive, links, devices and encrypted members are not opened; each is listed with why.
- What a computer adds by itself (__MACOSX, ._x, .DS_Store, Thumbs.db, desktop.ini) is passed over, and listed too.
"""

from __future__ import annotations

import errno
import io
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final

from designer.assets.sniffing import kind_of

DEPTH: Final = 3  # archives in archives; the outermost counts as one
MAX_MEMBERS: Final = 20_000  # names in one archive
MAX_ROWS: Final = 25_000  # listed in one import
MAX_PICTURES: Final = 2_000  # read in one import
MAX_DIRECTORY: Final = 4 << 20  # bytes of an archive's list of names
MAX_PICTURE: Final = 256 << 20  # the room's own limit is lower; this one bounds what is unpacked to see that
NESTED_BYTES: Final = 1 << 30  # of all archives within archives together
RATIO: Final = 200
FREE_BYTES: Final = 8 << 20  # below this a high ratio harms nobody
CHUNK: Final = 1 << 18
IN_MEMORY: Final = 8 << 20  # a nested archive larger than this is unpacked to a nameless file on the disk
TOO_MANY: Final = "too_many_pictures"  # the code of those beyond MAX_PICTURES
HEAD: Final = 512  # bytes that tell a picture or an archive
LONGEST: Final = 400  # characters of a path that is shown
JUNK_NAMES: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".localized", "icon\r"})
JUNK_FOLDERS: Final = frozenset({"__macosx", ".git", ".trashes", ".spotlight-v100", "@eadir"})
DRIVE: Final = re.compile(r"^[A-Za-z]:")
HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
READ_AS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".heic", ".heif"})
READABLE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    IndexError,
    KeyError,
)  # what the reader is seen to raise over damaged archives

OURS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE)

Stop = Callable[[], None]


class Unreadable(Exception):
    """A file that is not opened, and why; for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file that was found. `trail`: the place of its upload, then of the member in each archive it lies in;
    `code` "" = a picture to read; else why not, in `reason`, and whether it is only passed over (`ignored`)."""

    path: str
    trail: tuple[int, ...]
    code: str = ""
    reason: str = ""
    ignored: bool = False


@dataclass(slots=True)
class Budget:
    """What an import may still unpack and list."""

    nested: int = NESTED_BYTES
    pictures: int = MAX_PICTURES
    rows: int = MAX_ROWS


class _Guarded(io.RawIOBase):
    """An archive's file that hands out at most MAX_DIRECTORY bytes at a time: its list of names is read in one go."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self.file = file
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)

    def read(self, size: int | None = -1) -> bytes:
        left = self.size - self.file.tell()
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > MAX_DIRECTORY:
            raise Unreadable("too_many_members", "This archive's list of names is too long to be read.")
        return self.file.read(max(0, wanted))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def listed(uploads: Sequence[tuple[str, Callable[[], IO[bytes]]]], stop: Stop = lambda: None) -> Iterator[Entry]:
    """Every file in `uploads` (name, opener), in a fixed order. `stop` is called between files and may raise."""
    budget = Budget()
    for place, (name, opened) in enumerate(uploads):
        with opened() as file:
            yield from _within_rows(_of_file(file, shown_path(name), (place,), 0, budget, stop), budget)


def promised(file: IO[bytes]) -> int:
    """How many pictures a file holds by the names in its directory; one where it is no archive. What lies in archives
    within is not counted, nor what is in one that cannot be read: that shows when it is listed."""
    head = file.read(HEAD)
    try:
        if not looks_packed(head):
            return 1
        with zipfile.ZipFile(_Guarded(file)) as archive:
            names = (info.filename for info in archive.infolist() if not info.is_dir())
            return sum(PurePosixPath(name).suffix.casefold() in READ_AS and not junk_of(name) for name in names)
    except (Unreadable, *BROKEN):
        return 0
    finally:
        file.seek(0)


def _within_rows(entries: Iterator[Entry], budget: Budget) -> Iterator[Entry]:
    for entry in entries:
        if budget.rows <= 0:
            return
        budget.rows -= 1
        if budget.rows == 0:
            reason = f"Only the first {MAX_ROWS:,} files of a portfolio are listed. Send the rest as another one."
            entry = Entry(path=entry.path, trail=entry.trail, code="too_many_files", reason=reason)
        yield entry


def _of_file(
    file: IO[bytes], path: str, trail: tuple[int, ...], depth: int, budget: Budget, stop: Stop
) -> Iterator[Entry]:
    """The entries of one file at hand: itself, or what lies in it."""
    stop()
    if junk := junk_of(path):
        yield Entry(path=path, trail=trail, code="junk", reason=junk, ignored=True)
        return
    head = file.read(HEAD)
    file.seek(0)
    if not looks_packed(head):
        yield _picture(path, trail, head, budget)
    elif depth >= DEPTH:
        reason = f"This archive lies {depth + 1} deep; {DEPTH} is the limit. Unpack it and send its pictures."
        yield Entry(path=path, trail=trail, code="too_deep", reason=reason)
    else:
        try:
            with zipfile.ZipFile(_Guarded(file)) as archive:
                yield from _members(archive, path, trail, depth + 1, budget, stop)
        except Unreadable as why:
            yield Entry(path=path, trail=trail, code=why.code, reason=why.message)
        except BROKEN as error:
            not_ours(error)
            yield Entry(path=path, trail=trail, code="damaged_archive", reason="This archive is damaged or not whole.")


def _picture(path: str, trail: tuple[int, ...], head: bytes, budget: Budget) -> Entry:
    if not head:
        return Entry(path=path, trail=trail, code="empty", reason="This file is empty.")
    if kind_of(head) is None:
        reason = "This is no picture that is read here (JPEG, PNG, WebP, TIFF, AVIF or HEIC)."
        return Entry(path=path, trail=trail, code="no_picture", reason=reason, ignored=not _named_picture(path))
    if budget.pictures <= 0:
        reason = f"Only the first {MAX_PICTURES:,} pictures of a portfolio are read. Send the rest as another one."
        return Entry(path=path, trail=trail, code=TOO_MANY, reason=reason)
    budget.pictures -= 1
    return Entry(path=path, trail=trail)


def _members(
    archive: zipfile.ZipFile, path: str, trail: tuple[int, ...], depth: int, budget: Budget, stop: Stop
) -> Iterator[Entry]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Unreadable("too_many_members", f"This archive names {len(infos):,} files; {MAX_MEMBERS:,} is the limit.")
    names: set[str] = set()
    for place, info in enumerate(infos):
        if info.is_dir():
            continue
        stop()
        here, shown = (*trail, place), shown_path(f"{path}/{info.filename}")
        if junk := junk_of(info.filename):
            yield Entry(path=shown, trail=here, code="junk", reason=junk, ignored=True)
        elif why := refusal_of(info, names):
            yield Entry(path=shown, trail=here, code=why.code, reason=why.message)
        else:
            names.add(info.filename)
            yield from _member(archive, info, shown, here, depth, budget, stop)


def _member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    shown: str,
    here: tuple[int, ...],
    depth: int,
    budget: Budget,
    stop: Stop,
) -> Iterator[Entry]:
    try:
        with archive.open(info) as packed:
            head = packed.read(HEAD)
        if not looks_packed(head):
            yield _picture(shown, here, head, budget)
            return
        if depth >= DEPTH:
            reason = f"This archive lies {depth + 1} deep; {DEPTH} is the limit. Unpack it and send its pictures."
            yield Entry(path=shown, trail=here, code="too_deep", reason=reason)
            return
        with unpacked(archive, info, budget.nested, stop) as inner:
            budget.nested -= inner.seek(0, io.SEEK_END)
            inner.seek(0)
            yield from _of_file(inner, shown, here, depth, budget, stop)
    except Unreadable as why:
        yield Entry(path=shown, trail=here, code=why.code, reason=why.message)
    except BROKEN as error:
        not_ours(error)
        yield Entry(path=shown, trail=here, code="damaged", reason="This file is damaged within its archive.")


def refusal_of(info: zipfile.ZipInfo, names: set[str]) -> Unreadable | None:
    """Why a member is not opened, or None. `names`: those before it in the same archive."""
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or DRIVE.match(name) or ".." in PurePosixPath(name).parts:
        return Unreadable("unsafe_name", "Its name leads out of the archive. Nothing was opened.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.create_system == 3 and kind not in (0, stat.S_IFREG):
        return Unreadable("link", "This is a link or a device, not a file.")
    if info.flag_bits & 0x1 or info.flag_bits & 0x40:
        return Unreadable("encrypted", "This file is locked by a password. Send the archive without one.")
    if info.compress_type not in READABLE:
        return Unreadable("unknown_packing", "It is packed in a way that is not read here. Use a plain ZIP.")
    if info.filename in names:
        return Unreadable("same_name", "The archive has an earlier file of this very name.")
    return None


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, stop: Stop = lambda: None) -> IO[bytes]:
    """A member's bytes in a nameless file. Raises Unreadable over `most` bytes and for what grows like a bomb."""
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the caller closes it)
    try:
        with archive.open(info) as packed:
            got = 0
            while chunk := packed.read(CHUNK):
                got += len(chunk)
                if got > FREE_BYTES and got > RATIO * max(1, info.compress_size):
                    raise Unreadable("bomb", f"It grows more than {RATIO} times when unpacked. It was left alone.")
                if got > most:
                    raise Unreadable("too_large", "It is larger unpacked than a portfolio may be. Send it by itself.")
                target.write(chunk)
                stop()
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


class Opener:
    """Opens pictures by their trail, and keeps the archives on the way open for the next one. Use as a context."""

    def __init__(self, uploads: Sequence[Callable[[], IO[bytes]]], most: int, stop: Stop = lambda: None) -> None:
        self.uploads, self.most, self.stop = uploads, most, stop
        self.way: list[tuple[int, IO[bytes], zipfile.ZipFile | None]] = []

    def __enter__(self) -> Opener:
        return self

    def __exit__(self, *_: object) -> None:
        self._back_to(0)

    def read(self, trail: Sequence[int]) -> bytes:
        """The picture's bytes, at most `most` + 1 of them. Raises Unreadable."""
        try:
            return self._read(list(trail))
        except BROKEN as error:
            not_ours(error)
            raise Unreadable("damaged", "This file is damaged within its archive.") from error

    def _read(self, trail: list[int]) -> bytes:
        if len(trail) == 1:
            with self.uploads[trail[0]]() as file:
                return file.read(self.most + 1)
        self._go(trail[:-1])
        archive = self.way[-1][2]
        if archive is None:
            raise Unreadable("damaged", "This file is damaged within its archive.")
        with unpacked(archive, archive.infolist()[trail[-1]], min(self.most + CHUNK, MAX_PICTURE), self.stop) as file:
            return file.read(self.most + 1)

    def _go(self, trail: list[int]) -> None:
        """Have the archive at `trail` open as the last of the way."""
        shared = 0
        while shared < min(len(self.way), len(trail)) and self.way[shared][0] == trail[shared]:
            shared += 1
        self._back_to(shared)
        for depth in range(shared, len(trail)):
            outer = self.way[-1][2] if self.way else None
            file = (
                self.uploads[trail[0]]()
                if outer is None
                else unpacked(outer, outer.infolist()[trail[depth]], NESTED_BYTES, self.stop)
            )
            self.way.append((trail[depth], file, None))
            archive = zipfile.ZipFile(_Guarded(file))
            self.way[-1] = (trail[depth], file, archive)

    def _back_to(self, depth: int) -> None:
        while len(self.way) > depth:
            _, file, archive = self.way.pop()
            if archive is not None:
                archive.close()
            file.close()


def not_ours(error: Exception) -> None:
    """Raises `error` again if this machine is at fault, not the archive: a full disk is no reason to refuse a file."""
    if isinstance(error, OSError) and error.errno in OURS:
        raise error


def looks_packed(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def junk_of(name: str) -> str:
    """Why a file is passed over by its name, or ""."""
    parts = [part.casefold() for part in name.replace("\\", "/").split("/") if part]
    if any(part in JUNK_FOLDERS for part in parts):
        return "A computer's own note about other files."
    last = parts[-1] if parts else ""
    return "A computer's own note about other files." if last in JUNK_NAMES or last.startswith("._") else ""


def shown_path(name: str) -> str:
    """A path as text to show: plain characters, the last LONGEST of them."""
    plain = HIDDEN.sub("\N{REPLACEMENT CHARACTER}", name.replace("\\", "/"))
    return plain if len(plain) <= LONGEST else "…" + plain[-LONGEST + 1 :]


def _named_picture(path: str) -> bool:
    """Whether the name promises a picture, so that a designer wants to hear why it is none."""
    return PurePosixPath(path).suffix.casefold() in READ_AS | {".gif", ".bmp", ".raw", ".psd"}
