"""Takes the pictures of the documentation: `docs/*.md` show `pictures/<shot>.png`, and `tests.e2e.gallery` knows each shot by its name.

The window as it opens, 1400 px wide, light. A picture that no text shows any more is removed. The exit status is 1 where a name is no shot's, a
picture became too large, or the page has a fault.
"""

import re
import sys

from playwright.sync_api import sync_playwright

from script.screenshots import CHROMIUM
from tests.e2e.gallery import PAGES, Gallery
from tests.servers.deployment import ROOT, Deployment

DOCS = ROOT / "docs"
PICTURES = DOCS / "pictures"
MAX_BYTES = 250_000
_SHOWN = re.compile(r"\]\(pictures/([a-z0-9-]+)\.png\)")


def main() -> int:
    names = shown_names()
    shots = {shot.name: shot for shot in PAGES}
    problems = [f"{name}: there is no such shot in tests/e2e/gallery.py" for name in names if name not in shots]
    PICTURES.mkdir(exist_ok=True)
    with Deployment("sqlite") as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        gallery = Gallery(product, browser)
        for name in (name for name in names if name in shots):
            path = PICTURES / f"{name}.png"
            problems += gallery.look(shots[name], size="wide", theme="light", picture=path, is_whole=False)
            if path.stat().st_size > MAX_BYTES:
                problems.append(f"{path.name}: {path.stat().st_size:,} bytes are more than {MAX_BYTES:,}")
        browser.close()
    for path in PICTURES.glob("*.png"):
        if path.stem not in names:
            path.unlink()
    print("\n".join(problems) or f"{len(names)} pictures.")
    return 1 if problems else 0


def shown_names() -> list[str]:
    return sorted({name for path in DOCS.glob("*.md") for name in _SHOWN.findall(path.read_text(encoding="utf-8"))})


if __name__ == "__main__":
    sys.exit(main())
