"""A photo and a brief become pictures in a folder, each in its larger version:

python lookbook.py swatch.jpg "a midi wrap dress" looks
"""

import sys
from pathlib import Path

from designer_bff import DesignerBFF, DesignerBFFError
from designer_bff.progress import bar


def lookbook(photo: str, brief: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with DesignerBFF() as studio:
        reference = studio.upload(photo)
        asked = studio.generate(brief, references=[reference["id"]], n=2)
        with bar(brief) as show:
            made = studio.finished_generation(asked["id"], show=show)
        larger = [studio.enhance(asset["id"], [{"name": "upscale", "scale": 2}]) for asset in made["assets"]]
        for enhancement in larger:
            done = studio.finished_enhancement(enhancement["id"])
            if done["result"]:
                print(studio.download(done["result"]["id"], folder / f"{done['id']}.png", format="png"))


if __name__ == "__main__":
    try:
        lookbook(sys.argv[1], sys.argv[2], Path(sys.argv[3] if sys.argv[3:] else "looks"))
    except DesignerBFFError as error:
        sys.exit(f"{error} {error.remedy}")
