"""`designer-bff`: make, enhance and watch from a shell. Results on stdout, progress on stderr.

Exit codes: 0 done, 1 it failed or was cancelled, 2 wrongly called, 3 not signed in or not allowed, 4 no such thing,
5 refused as asked, 6 too much at once, 7 the studio failed or cannot be reached, 130 interrupted (and cancelled there),
141 nobody reads the output any more.
"""

import argparse
import dataclasses
import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import UUID

from designer_bff import __version__
from designer_bff._sync.client import DesignerBFF
from designer_bff.completion import SHELLS, script
from designer_bff.errors import (
    AuthenticationError,
    ConflictError,
    DesignerBFFError,
    ForbiddenError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    ServerError,
)
from designer_bff.events import LiveEvent
from designer_bff.progress import bar
from designer_bff.settings import keep
from designer_bff.types import BatchEstimate

CODES: Final[Mapping[type[DesignerBFFError], int]] = {
    AuthenticationError: 3,
    ForbiddenError: 3,
    NotFoundError: 4,
    ConflictError: 5,
    InvalidRequestError: 5,
    RateLimitError: 6,
    ServerError: 7,
    NetworkError: 7,
}
LOCAL: Final = {"no_url": 2, "no_json": 2, "no_token": 3}
INTERRUPTED: Final = 130
PIPE: Final = 141
DONE: Final = {"succeeded", "partial", "completed"}
GENERATING: Final = {
    "team": "the id of one of your teams",
    "persona": "the id of a persona to follow",
    "aspect-ratio": "such as 3:4",
    "strategy": "how a model is chosen: balanced, quality, cost, speed, …",
    "provider": "whose models",
    "model": "this one and no other",
    "max-cost": "the most it may cost, USD",
}
Show: TypeAlias = Callable[[LiveEvent], object]
Row: TypeAlias = Mapping[str, Any]
Adding: TypeAlias = Callable[[str, str], argparse.ArgumentParser]  # a command of this name, and what it does


def main(words: Sequence[str] | None = None) -> int:
    wish = _parser().parse_args(words, argparse.Namespace(url=None, json=False))
    try:
        return int(wish.do(wish))
    except DesignerBFFError as error:
        print(_refusal(error, as_json=wish.json), file=sys.stderr)
        return LOCAL.get(error.code) or CODES.get(type(error), 1)
    except BrokenPipeError:  # whoever read along, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else error
        print(f"designer-bff: {what}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED


def _refusal(error: DesignerBFFError, *, as_json: bool) -> str:
    """What went wrong, where and what to do about it."""
    if as_json:
        facts = {"code": error.code, "message": str(error), "remedy": error.remedy, "status": error.status}
        return json.dumps({"error": {**facts, "field": error.field, "errors": error.errors}})
    where = f"{error.field}: " if error.field and error.field not in str(error) else ""
    remedy = "" if error.remedy in str(error) else f" {error.remedy}"
    return f"designer-bff: {where}{error}{remedy}"


def _parser() -> argparse.ArgumentParser:
    anywhere = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)  # before or after COMMAND
    anywhere.add_argument("--url", help="where the studio is (DESIGNER_BFF_URL)")
    anywhere.add_argument("--json", action="store_true", help="results as lines of JSON, errors too")
    said = "Make and enhance fashion images."
    parser = argparse.ArgumentParser(prog="designer-bff", description=said, parents=[anywhere])
    parser.add_argument("--version", action="version", version=f"designer-bff {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, said: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=said, description=said, parents=[anywhere])

    login = command("login", "keep address and token for this person")
    login.set_defaults(do=_login)
    making = [_generate_options(command), _enhance_options(command), _batch_options(command)]
    for each in making:
        each.add_argument("--output", type=Path, help="the folder to write pictures to")
        each.add_argument("--no-wait", action="store_true", help="do not wait for the end")
    watch = command("watch", "tell what happens on channels, such as generation:ID or team:ID, until all have ended")
    watch.add_argument("channel", nargs="+")
    watch.add_argument("--after", type=int, help="the newest number you have (of one channel)")
    watch.add_argument("--timeout", type=float, help="seconds")
    watch.set_defaults(do=_watch)
    completion = command("completion", "a script that completes commands and options in your shell")
    completion.add_argument("shell", choices=SHELLS)
    completion.set_defaults(do=_completion)
    return parser


def _generate_options(command: Adding) -> argparse.ArgumentParser:
    generate = command("generate", "a brief, photos, or both become images")
    generate.add_argument("brief", nargs="?", default="")
    generate.add_argument("--photo", action="append", default=[], type=Path, help="a reference; may be repeated")
    generate.add_argument("-n", type=int, help="how many images, 1 to 8; else as many as the brief says")
    for name, said in GENERATING.items():
        generate.add_argument(f"--{name}", help=said)
    generate.add_argument("--seed", type=int, help="the same again for the same number")
    generate.set_defaults(do=_generate)
    return generate


def _enhance_options(command: Adding) -> argparse.ArgumentParser:
    enhance = command("enhance", "make a picture larger or better")
    enhance.add_argument("subject", help="a picture file, or the id of an asset or a generation")
    enhance.add_argument("--scale", type=int, choices=[2, 4, 8], help="2 where no operation is said")
    _recipe_option(enhance)
    enhance.set_defaults(do=_enhance)
    return enhance


def _batch_options(command: Adding) -> argparse.ArgumentParser:
    batch = command("batch", "many images from the rows of a CSV or XLSX file, a plan, or a collection")
    source = batch.add_mutually_exclusive_group(required=True)
    said = "rows (.csv, .xlsx), or a plan as docs/batches.md has it (.json)"
    source.add_argument("plan", nargs="?", type=Path, help=said)
    source.add_argument("--collection", metavar="ID", help="enhance the images that are in it now")
    batch.add_argument("--team", help="the id of the team that it belongs to")
    _recipe_option(batch)
    batch.add_argument("--title", default="")
    batch.add_argument("--budget", help="the most it may cost, USD")
    batch.add_argument("--estimate", action="store_true", help="only say what it would make and cost")
    batch.set_defaults(do=_batch)
    return batch


def _recipe_option(command: argparse.ArgumentParser) -> None:
    said = "what is done, in this order; may be repeated"
    name = "NAME[:KEY=VALUE,…]"
    command.add_argument("--operation", action="append", default=[], type=_operation, metavar=name, help=said)


def _operation(text: str) -> dict[str, Any]:
    """`upscale:scale=4,denoise=0.5` as an operation of a recipe."""
    name, _, rest = text.partition(":")
    found: dict[str, Any] = {"name": name}
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise argparse.ArgumentTypeError(f"{part!r} is no KEY=VALUE")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def _login(wish: argparse.Namespace) -> int:
    url = wish.url or input("Where is the studio? ")
    token = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    with DesignerBFF(url, token) as studio:
        me = studio.me()
        path = keep(studio.settings.url, token)
    print(f"Signed in as {me['name'] or me['email']}; kept in {path}.")
    return 0


def _generate(wish: argparse.Namespace) -> int:
    asked = {name: getattr(wish, name) for name in ("n", "team", "persona", "aspect_ratio", "strategy", "provider")}
    asked |= {name: getattr(wish, name) for name in ("model", "max_cost", "seed")}
    asked = {name: value for name, value in asked.items() if value is not None}
    with DesignerBFF(wish.url) as studio:
        references = [studio.upload(photo)["id"] for photo in wish.photo]
        made = studio.generate(wish.brief, references=references, **asked)
        done = _followed(wish, made, studio.cancel_generation, studio.finished_generation, wish.brief or "Generation")
        files = _saved(studio, wish.output, [asset["id"] for asset in done["assets"]])
    return _told(wish, done, files or _pages(studio.settings.url, done))


def _enhance(wish: argparse.Namespace) -> int:
    operations = list(wish.operation)
    if wish.scale or not operations:
        operations.append({"name": "upscale", "scale": wish.scale or 2})
    with DesignerBFF(wish.url) as studio:
        subject = wish.subject if _is_id(wish.subject) else studio.upload(wish.subject)["id"]
        made = studio.enhance(subject, operations)
        done = _followed(wish, made, studio.cancel_enhancement, studio.finished_enhancement, wish.subject)
        files = _saved(studio, wish.output, [done["result"]["id"]] if done["result"] else [])
    return _told(wish, done, files or _pages(studio.settings.url, done))


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _batch(wish: argparse.Namespace) -> int:
    with DesignerBFF(wish.url) as studio:
        plan, title = _planned(wish, studio)
        if wish.estimate:
            return _priced(wish, studio.estimate_batch(plan, team=wish.team))
        made = studio.create_batch(plan, title=wish.title or title, team=wish.team, budget=wish.budget)
        done = _followed(wish, made, studio.cancel_batch, studio.finished_batch, made["title"])
        files: list[Path] = []
        if wish.output and not wish.no_wait:
            wish.output.mkdir(parents=True, exist_ok=True)
            files = [studio.download_batch(done["id"], wish.output / f"{done['id']}.zip")]
    return _told(wish, done, files or _pages(studio.settings.url, done))


def _planned(wish: argparse.Namespace, studio: DesignerBFF) -> tuple[Any, str]:
    """The plan, and its title where none was said."""
    if wish.collection:
        recipe = wish.operation or [{"name": "upscale", "scale": 2}]
        return {"kind": "enhance", "collection": wish.collection, "operations": recipe}, ""
    if wish.plan.suffix == ".json":
        return _plan(wish.plan), wish.plan.stem
    rows = studio.import_rows(wish.plan, team=wish.team)
    for fault in rows["errors"]:
        print(f"designer-bff: left out: {json.dumps(fault)}", file=sys.stderr)
    return {"sheet": rows["id"]}, wish.plan.stem


def _plan(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise DesignerBFFError(f"{path} is no JSON: {error}", code="no_json") from error


def _priced(wish: argparse.Namespace, estimate: BatchEstimate) -> int:
    cost = estimate["cost"]
    plain = f"{estimate['images']} images, {cost['low']} to {cost['high']} USD"
    print(json.dumps(estimate) if wish.json else plain)
    return 0


def _watch(wish: argparse.Namespace) -> int:
    left = set(wish.channel)
    with DesignerBFF(wish.url) as studio, bar() as show:
        for event in studio.watch(*wish.channel, after=wish.after, timeout=wish.timeout):
            if show.drawn:
                show(event)
            if wish.json:
                print(json.dumps(dataclasses.asdict(event)), flush=True)
            elif event.is_last or event.percent is None or not (show.drawn and sys.stdout.isatty()):
                print(event.channel, event.name, json.dumps(event.data), flush=True)
            left -= {event.channel} if event.is_last else set()
            if not left:
                break
    return 0


def _completion(wish: argparse.Namespace) -> int:
    print(script(wish.shell, _parser()), end="")
    return 0


def _followed(
    wish: argparse.Namespace, made: Row, cancel: Callable[[str], object], finished: Callable[..., Row], title: str
) -> Row:
    """The row once it has ended. An interrupt cancels the work in the studio too."""
    if wish.no_wait:
        return made
    try:
        with bar(title[:40]) as show:
            return finished(made["id"], show=show)
    except KeyboardInterrupt:
        cancel(made["id"])
        print(f"designer-bff: cancelled {made['id']}", file=sys.stderr)
        raise


def _saved(studio: DesignerBFF, folder: Path | None, assets: list[str]) -> list[Path]:
    if folder is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    return [studio.download(asset, folder / f"{asset}.png", format="png") for asset in assets]


def _pages(url: str, row: Row) -> list[str]:
    """Where a browser shows what was made."""
    if "counts" in row:
        return [f"{url}/batches/{row['id']}"]
    made = row["assets"] if "assets" in row else [row["result"]]
    return [f"{url}/assets/{asset['id']}" for asset in made if asset]


def _told(wish: argparse.Namespace, row: Row, made: Sequence[Path | str]) -> int:
    """The result, and the files or else the pages of what was made."""
    if wish.json:
        print(json.dumps({**row, "files": [str(path) for path in made if isinstance(path, Path)]}))
    else:
        print(" ".join(str(row[name]) for name in ("id", "status", "cost") if row.get(name) is not None))
        print(*made, sep="\n", end="\n" if made else "")
        if row.get("error"):
            print(f"designer-bff: {row['error'].get('message')}", file=sys.stderr)
    return 0 if wish.no_wait or row["status"] in DONE else 1
