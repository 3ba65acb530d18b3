"""Browsers say which page opens a socket: only this product's own pages and those of STREAM_ORIGINS may."""

import pytest
from pytest_django import Settings

from engines.models import Engine
from tests.stream.groups import Work, submit
from tests.stream.sockets import group_path, is_accepted, with_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(engine: Engine, transactional_db: None, settings: Settings) -> Work:
    settings.PUBLIC_URL = "https://Interlinear.example:443/behind/a/path"
    settings.STREAM_ORIGINS = ["https://shop.example", "http://localhost:5173"]
    return submit(engine, "de")


def from_page(key: str, *origins: str) -> list[tuple[bytes, bytes]]:
    return with_key(key) + [(b"origin", origin.encode()) for origin in origins]


async def test_own_and_listed_pages_are_accepted(work: Work, key: str) -> None:
    for origin in ("https://interlinear.example", "https://shop.example", "http://localhost:5173"):
        assert await is_accepted(group_path(work.id), from_page(key, origin)), origin


async def test_program_without_an_origin_is_accepted(work: Work, key: str) -> None:
    assert await is_accepted(group_path(work.id), with_key(key))


async def test_foreign_pages_are_refused_whatever_their_key(work: Work, key: str) -> None:
    foreign = [
        "null",
        "",
        "https://evil.example",
        "http://interlinear.example",
        "https://interlinear.example:8443",
        "https://interlinear.example.evil.example",
        "https://interlinear.example@evil.example",
        "https://sub.interlinear.example",
        "http://shop.example",
        "http://localhost",
        "interlinear.example",
        "http://[",
        "file://",
    ]

    accepted = [origin for origin in foreign if await is_accepted(group_path(work.id), from_page(key, origin))]

    assert accepted == []


async def test_two_origins_are_refused(work: Work, key: str) -> None:
    assert not await is_accepted(group_path(work.id), from_page(key, "https://shop.example", "https://shop.example"))
