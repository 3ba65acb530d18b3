"""Writes pictures of every page: a demo deployment on SQLite, filled by `tests.e2e.showcase`, seen in both themes and two widths.

`script/screenshots [--only NAME] FOLDER`. Prints what `tests.e2e.gallery` finds wrong; then the exit status is 1.
"""

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.gallery import PAGES, SIZES, THEMES, Gallery
from tests.servers.deployment import Deployment

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/screenshots", description="Writes pictures of every page into a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages whose name begins so")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    with Deployment("sqlite", settings={"DEBUG": "1"}) as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        gallery = Gallery(product, browser)
        for shot in (shot for shot in PAGES if shot.name.startswith(arguments.only)):
            for size in SIZES:
                for theme in THEMES:
                    problems += gallery.look(shot, size=size, theme=theme, picture=arguments.folder / f"{shot.name}-{size}-{theme}.png")
        browser.close()
    print("\n".join(problems) or "No problem was found.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
