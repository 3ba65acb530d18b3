"""The human translations beside the repository (`../shared/corpus`), read for measuring checks. Never part of the repository."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engines.checks import TextPair

ROOT = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
SOURCES = {"excalidraw": "en.json", "matrix-react-sdk": "en_EN.json"}
LOCALES = {"zh_Hans": "zh-Hans", "de_DE": "de-DE", "pt_BR": "pt-BR"}


@dataclass(frozen=True, slots=True)
class HumanPair:
    """One translation. `key` is the path of the text in its file, joined by `.`."""

    project: str
    locale: str
    key: str
    pair: TextPair

    @property
    def name(self) -> str:
        return f"{self.project} {self.locale} {self.key}"


def read_pairs() -> list[HumanPair]:
    """Every translation that is neither empty nor equal to its source."""
    return [pair for project, source in SOURCES.items() for pair in _read_project(ROOT / project, source)]


def _read_project(folder: Path, source_file: str) -> Iterator[HumanPair]:
    sources = dict(_leaves(_load(folder / source_file)))
    for path in sorted(folder.glob("*.json")):
        if path.name == source_file:
            continue
        locale = LOCALES.get(path.stem, path.stem)
        for key, target in _leaves(_load(path)):
            source = sources.get(key)
            if source and target and target != source:
                yield HumanPair(folder.name, locale, key, TextPair(source, target, "en", locale))


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield ".".join(path), value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
