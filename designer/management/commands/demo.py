"""`manage.py demo`: the main job without a browser, through the public API and the Python SDK."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from PIL import Image, ImageDraw

from designer.env import ROOT

sys.path.insert(0, str(ROOT / "sdk" / "python"))
from designer_bff import DesignerBFF

BRIEF = "A midi wrap dress in emerald silk satin with long bishop sleeves, quiet evening mood"
BAR = 28


def sample_photo(target: Path) -> Path:
    """A real photo from the data beside the project where there is one, else the project's own drawn sample."""
    beside = ROOT.parent / "shared" / "data" / "photos" / "clothing"
    photos = sorted(beside.glob("dress_*.jpg"))
    if photos:
        return photos[0]
    picture = Image.new("RGB", (480, 640), "#e9e4dc")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(200, 120), (280, 120), (300, 300), (370, 560), (110, 560), (180, 300)], fill="#1f6b52")
    picture.save(target / "sample.png")
    return target / "sample.png"


class Command(BaseCommand):
    help = "Upload a photo and a brief, generate, enhance, and write before/after pictures under var/demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brief", default=BRIEF)
        parser.add_argument("--photo", type=Path)
        parser.add_argument("--images", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        keys = json.loads((settings.VAR / "credentials.json").read_text())
        target: Path = settings.VAR / "demo"
        target.mkdir(parents=True, exist_ok=True)
        with DesignerBFF(keys["url"], keys["token"]) as studio:
            began = time.monotonic()
            photo = options["photo"] or sample_photo(target)
            asset = studio.upload(photo)
            self.say(f"Photo     {photo.name}  {asset['width']} x {asset['height']}")
            made = self.generate(studio, options, asset["id"])
            sources = {"photo": asset["id"], "image": made["assets"][0]["id"]}
            written = [self.write_images(studio, target, made)]
            for name, source in sources.items():
                written += self.write_pair(studio, target, name, source, self.enhance(studio, name, source))
            for path in written:
                self.show(path)
            self.say(f"Done in {time.monotonic() - began:.1f} s. Pictures: {target}")

    def say(self, line: str) -> None:
        self.stdout.write(line)

    def generate(self, studio: DesignerBFF, options: dict[str, Any], photo_id: str) -> Mapping[str, Any]:
        asked = studio.generate(options["brief"], references=[photo_id], n=options["images"])
        self.say(f"Brief     {options['brief']}")
        self.follow(studio, f"generation:{asked['id']}")
        made = studio.generation(asked["id"])
        if made["status"] not in ("succeeded", "partial"):
            raise SystemExit(f"The generation {made['status']}: {made['error']}")
        for stage in made["stages"]:
            self.say(f"  {stage['name']:<13}{seconds(stage):6.2f} s  ${stage['cost']}")
        self.say(f"Prompt    {made['prompt']}")
        simulated = " (simulated)" if made["simulated"] else ""
        self.say(f"Cost      ${made['cost']}{simulated} with {made['model']}, estimated ${made['estimate']}")
        return made

    def enhance(self, studio: DesignerBFF, name: str, source: str) -> Mapping[str, Any]:
        asked = studio.enhance(source, [{"name": "upscale", "scale": 2}])
        self.follow(studio, f"enhancement:{asked['id']}")
        done = studio.enhancement(asked["id"])
        if done["status"] != "succeeded":
            raise SystemExit(f"The enhancement {done['status']}: {done['error']}")
        self.say(f"  {name} 2x{'':<5}{seconds(done):6.2f} s  ${done['cost']}")
        return done

    def follow(self, studio: DesignerBFF, channel: str) -> None:
        """A progress bar fed by the live channel until the last event."""
        for event in studio.watch(channel, timeout=540):
            percent = int(event.data.get("percent") or 0)
            if self.stdout.isatty():
                filled = BAR * percent // 100
                stage = event.data.get("stage") or event.data.get("status") or ""
                self.stdout.write(f"  [{'█' * filled}{'·' * (BAR - filled)}] {percent:3d} %  {stage:<14}", ending="\r")
                self.stdout.flush()
            if event.is_last:
                break
        self.stdout.write(f"  [{'█' * BAR}] 100 %{'':<18}")

    def write_images(self, studio: DesignerBFF, target: Path, made: Mapping[str, Any]) -> Path:
        """Every image of the generation, and all of them on one sheet; the sheet's path."""
        images = [
            studio.download(asset["id"], target / f"image-{n}.png", format="png")
            for n, asset in enumerate(made["assets"], 1)
        ]
        contact_sheet(images, target / "contact-sheet.png")
        return target / "contact-sheet.png"

    def write_pair(
        self, studio: DesignerBFF, target: Path, name: str, source: str, enhanced: Mapping[str, Any]
    ) -> list[Path]:
        return [
            studio.download(source, target / f"{name}-before.png", format="png"),
            studio.download(enhanced["result"]["id"], target / f"{name}-after.png", format="png"),
        ]

    def show(self, path: Path) -> None:
        with Image.open(path) as picture:
            self.say(f"  {path.name:<18} {picture.width} x {picture.height}  {path.stat().st_size // 1024} kB")


def seconds(row: Mapping[str, Any]) -> float:
    from datetime import datetime

    if not row["finished_at"]:
        return 0.0
    return (datetime.fromisoformat(row["finished_at"]) - datetime.fromisoformat(row["started_at"])).total_seconds()


def contact_sheet(paths: list[Path], target: Path, *, edge: int = 480, gap: int = 24) -> None:
    """The pictures side by side on paper, each `edge` pixels high."""
    pictures = []
    for path in paths:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
            pictures.append(picture.resize((max(1, picture.width * edge // picture.height), edge)))
    width = sum(picture.width for picture in pictures) + gap * (len(pictures) + 1)
    sheet = Image.new("RGB", (width, edge + 2 * gap), "#faf8f5")
    left = gap
    for picture in pictures:
        sheet.paste(picture, (left, gap))
        left += picture.width + gap
    sheet.save(target)
