"""Several briefs at once, each told as it ends:

python briefs.py "a linen skirt" "a wool coat" "a silk blouse"
"""

import asyncio
import sys

from designer_bff import AsyncDesignerBFF


async def one(studio: AsyncDesignerBFF, brief: str) -> None:
    asked = await studio.generate(brief)
    made = await studio.finished_generation(asked["id"], timeout=300)
    print(made["status"], brief, *(asset["url"] for asset in made["assets"]), flush=True)


async def main(briefs: list[str]) -> None:
    async with AsyncDesignerBFF() as studio, asyncio.TaskGroup() as group:
        for brief in briefs:
            group.create_task(one(studio, brief))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
