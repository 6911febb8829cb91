"""What is in a strange file of weights? Found out in a process of its own: little memory, little time, no writing.

Before anything is unpickled its opcodes are read: a name that is not part of plain tensors ends it there. Then torch's
own narrow unpickler (`weights_only`) reads it, spandrel says which network it is, and the network is tried once.
The child says one JSON line: the fields of a manifest Entry that depend on the file, or a `problem`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickletools
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from enhancement.engine import own
from enhancement.engine.errors import EngineError, InvalidWeights

MEMORY: Final = 6 << 30  # bytes of address space; torch alone maps two
CPU_SECONDS: Final = 120
WALL_SECONDS: Final = 180
ROOT: Final = Path(__file__).resolve().parents[2]
PLAIN: Final = {
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._tensor", "_rebuild_from_type_v2"),
    ("torch", "Size"),
    ("torch", "device"),
    ("torch.nn.parameter", "Parameter"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy", "dtype"),
}
KINDS: Final = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
STORAGES: Final = {f"{kind}Storage" for kind in KINDS}
LEGACY_PICKLES: Final = 5  # magic, protocol, system, content, keys: the form before torch 1.6
HIDING: Final = {"STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4"}
MAX_OPCODES: Final = 5_000_000
RATIO: Final = 1.01  # torch stores without compression; a zip that grows on opening is a bomb


def examine(path: Path) -> dict[str, Any]:
    """Look into a file and write down what it is (see `own`); the same facts come back.

    Never raises for what is in the file: then `problem` says why it cannot be used.
    """
    found = _asked(path)
    own.remember(path, found)
    return found


def examine_all(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """Look into every file of one's own that has not been looked into; by file name, what each is."""
    return {path.name: examine(path) for path in own.unexamined(folder)}


def _asked(path: Path) -> dict[str, Any]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        child = subprocess.run(  # noqa: S603 - our own module, and the path is one argument
            [sys.executable, "-s", "-m", "enhancement.engine.examining", str(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            cwd=ROOT,
            env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"},
            check=False,
        )
        answer = json.loads(child.stdout) if child.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        answer = None
    return answer if isinstance(answer, dict) else {"problem": "It could not be read safely."}


# --- in the child -----------------------------------------------------------------------------------------------------


def scan(data: bytes) -> None:
    """Raises InvalidWeights unless every pickle in a .pth names nothing but what plain tensors are made of."""
    try:
        for pickled in _pickles(data):
            _check_names(pickled)
    except (ValueError, IndexError, EOFError, zipfile.BadZipFile, UnicodeDecodeError, OverflowError) as error:
        raise _refused("It is damaged, or no file of weights.") from error


def _pickles(data: bytes) -> Iterator[io.BytesIO]:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        stream = io.BytesIO(data)
        for _ in range(LEGACY_PICKLES):
            yield stream
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > len(data) * RATIO:
            raise _refused("It is a compressed archive, which may grow beyond measure.")
        for member in archive.infolist():
            if member.filename.endswith(".pkl"):
                yield io.BytesIO(archive.read(member))


def _check_names(stream: io.BytesIO) -> None:
    """Read one pickle's opcodes. Torch writes names in plain sight (GLOBAL); other ways to one hide something."""
    for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        if count > MAX_OPCODES:
            raise _refused("It is too long for a file of weights.")
        if opcode.name in HIDING:
            raise _refused("It holds objects other than tensors.")
        if opcode.name == "GLOBAL":
            _check_name(*str(argument).split(" ", 1))


def _check_name(module: str = "", name: str = "") -> None:
    if (module, name) not in PLAIN and not (module == "torch" and name in STORAGES):
        raise _refused(f"It would run {module}.{name}".strip()[:120] + ", which plain weights do not need.")


def _refused(reason: str) -> InvalidWeights:
    return InvalidWeights(reason, remedy="Fetch it from another source, as .safetensors if there is one.")


def looked_into(path: Path) -> dict[str, Any]:
    """The facts about one file. Raises EngineError where it cannot be used."""
    from enhancement.engine import weights
    from enhancement.engine.probing import describe

    data = weights.bounded_bytes(path)
    if path.suffix.lower() == ".pth":
        scan(data)
    facts = describe(weights.parse(data, name=path.name))
    return {"problem": "", "sha256": [hashlib.sha256(data).hexdigest()], "size": len(data), **facts}


def _limit() -> None:
    """Take away memory, time and files, where the system can (POSIX)."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def answer(path: Path) -> dict[str, Any]:
    """What the child says about a file."""
    try:
        return looked_into(path)
    except EngineError as error:
        return {"problem": error.message}
    except (MemoryError, OSError):
        return {"problem": "It could not be read."}


def main() -> None:
    _limit()
    sys.stdout.write(json.dumps(answer(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
