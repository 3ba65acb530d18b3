"""Apertium, Debian's rule-based translator: needs no account, and knows some pairs of languages. It runs as a program, one run for a whole chunk.

It would translate placeholders and reads a line break as a space, so that words of neighbouring texts mix. Hence placeholders are masked, texts are
divided into lines, and an empty line stands between any two: that ends a sentence. A text for which nothing comes back is left out of the answer.
"""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import cast

import langcodes
import structlog

from engines.model_loop import shared
from engines.providers.base import Answer, Refused, Task, TaskKind, Unavailable
from engines.translation.placeholders import mask, unmask

log = structlog.get_logger(__name__)

PROGRAM = "apertium"
LIST_SECONDS = 10
RUNS_AT_ONCE = os.cpu_count() or 1  # each is a pipeline of programs that keeps a processor busy
_MODE = re.compile(r"([a-z]{2,3})-([a-z]{2,3})(?:_([A-Za-z]{2,8}))?")
_LINE_BREAK = re.compile(r"(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])")
_LETTER = re.compile(r"[^\W\d_]")
_BETWEEN = "\n\n"


class ApertiumProvider:
    kinds: frozenset[TaskKind] = frozenset({"translate"})
    learns = False
    excused = frozenset({"icu_plural"})  # the syntax of a message stays as it is
    account = None

    async def complete(self, task: Task, *, model: str, timeout: float, trace: str) -> Answer:
        """`model` is a direction that Apertium lists, as `eng-spa`."""
        if model not in available_pairs().values():
            raise Refused(f"apertium has no direction {model} here.")
        texts = {number: _MaskedLines(text) for number, text in task.texts.items()}
        lines = [line for text in texts.values() for line in text.lines()]
        gate = cast(_Gate, shared(PROGRAM, _Gate))
        async with gate.places:
            translated = iter(await _translate_lines(model, lines))
        joined = {number: text.join(translated) for number, text in texts.items()}
        return Answer(texts={number: text for number, text in joined.items() if text is not None})


@lru_cache(maxsize=1)
def available_pairs() -> Mapping[tuple[str, str], str]:
    """Source and target locale → the direction's name at Apertium, of those installed. Empty where Apertium is not."""
    if shutil.which(PROGRAM) is None:
        return {}
    try:
        listed = subprocess.run([PROGRAM, "-l"], capture_output=True, text=True, timeout=LIST_SECONDS, check=True, env=_environment())
    except (OSError, subprocess.SubprocessError):
        log.warning("apertium_unusable", exc_info=True)
        return {}
    return dict(_read_pairs(listed.stdout.split()))


def _read_pairs(modes: list[str]) -> Iterator[tuple[tuple[str, str], str]]:
    for mode in modes:
        found = _MODE.fullmatch(mode)
        if found:
            source, target, variant = found.groups()
            locale = f"{target}-{variant}" if variant else target
            if langcodes.tag_is_valid(locale):
                yield (langcodes.standardize_tag(source), langcodes.standardize_tag(locale)), mode


def _environment() -> dict[str, str]:
    """No secret of ours; and not the newer extractor, which has other rules for white space."""
    return {"PATH": os.environ.get("PATH", os.defpath), "APERTIUM_TRANSFUSE": "no"}


class _Gate:
    def __init__(self) -> None:
        self.places = asyncio.Semaphore(RUNS_AT_ONCE)

    async def aclose(self) -> None:
        """Nothing is held between calls."""


class _MaskedLines:
    """One text as the lines that are sent, and what is kept of it to put their translations back."""

    def __init__(self, text: str) -> None:
        masked = mask(text)
        self._pieces = masked.pieces
        self._parts = _LINE_BREAK.split(masked.text)

    def lines(self) -> list[str]:
        return [part.strip() for part in self._parts if _LETTER.search(part)]

    def join(self, translated: Iterator[str]) -> str | None:
        """Takes as many lines as it gave. None where one came back empty or a placeholder was lost."""
        parts = [self._put_back(part, next(translated)) if _LETTER.search(part) else part for part in self._parts]
        if None in parts:
            return None
        return unmask("".join(part for part in parts if part is not None), self._pieces)

    @staticmethod
    def _put_back(source: str, translated: str) -> str | None:
        """The translation between the white space of its source. A dropped pronoun leaves a second space, which the source did not have."""
        text = translated.strip()
        if not text:
            return None
        if "  " not in source:
            text = re.sub(" {2,}", " ", text)
        start = len(source) - len(source.lstrip())
        end = len(source.rstrip())
        return f"{source[:start]}{text}{source[end:]}"


async def _translate_lines(mode: str, lines: list[str]) -> list[str]:
    """One line for each. Raises Unavailable."""
    if not lines:
        return []
    output = await _run(mode, _BETWEEN.join([*lines, ""]))
    translated = output.removesuffix(_BETWEEN).split(_BETWEEN)
    if len(translated) != len(lines):
        raise Unavailable(f"apertium:{mode} answered {len(translated)} lines for {len(lines)}.")
    return translated


async def _run(mode: str, text: str) -> str:
    """What the program prints. Ends with it and all that it started when cancelled. Raises Unavailable."""
    # Its own directory for temporary files: killed, it leaves them behind.
    with tempfile.TemporaryDirectory(prefix="interlinear-apertium-", ignore_cleanup_errors=True) as directory:
        process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "-u", "-f", "txt", mode),  # -u: no marks on unknown words
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment() | {"TMPDIR": directory},
            start_new_session=True,
        )
        try:
            output, _ = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                # The program is a shell script: its pipeline would go on without it.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
    if process.returncode != 0:
        raise Unavailable(f"apertium:{mode} failed with status {process.returncode}.")
    return output.decode(errors="replace")
