"""The rules of the queue's settings and of production, each reported by name."""

from typing import Any

import pytest
from django.conf import settings as current
from django.core.checks import run_checks
from pytest_django import Settings

from pipeline.checks import check_production, check_queue


def problems(settings: Settings, **changes: Any) -> list[tuple[str | None, str]]:
    settings.Q_CLUSTER = {**current.Q_CLUSTER, **changes}
    return [(found.id, found.msg) for found in check_queue(None)]


def test_the_settings_as_they_are_break_no_rule(settings: Settings) -> None:
    assert problems(settings) == []
    assert not [found for found in run_checks() if str(found.id).startswith("pipeline.")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_attempts": 0}, "Q_CLUSTER['max_attempts'] must be 1, not 0."),
        ({"ack_failures": False}, "Q_CLUSTER['ack_failures'] must be True, not False."),
        ({"bulk": 10}, "Q_CLUSTER['bulk'] must be 1, not 10."),
        ({"save_limit": 250}, "Q_CLUSTER['save_limit'] must be -1, not 250."),
        ({"scheduler": True}, "Q_CLUSTER['scheduler'] must be False, not True."),
        (
            {"timeout": 1200},
            "Q_CLUSTER['timeout'] must exceed the drain's budget and the longest step (1200 s).",
        ),
        ({"retry": 1260}, "Q_CLUSTER['retry'] must exceed its timeout, or a drain that runs long is started twice."),
        ({"queue_limit": 50}, "Q_CLUSTER['queue_limit'] must equal its workers: what is fetched ahead is lost with its process."),
        ({"poll": 2}, "Q_CLUSTER['poll'] must be at most 0.5 s."),
    ],
)
def test_each_rule_of_the_queue_is_reported_by_name(settings: Settings, changes: dict[str, Any], message: str) -> None:
    assert problems(settings, **changes) == [("pipeline.E001", message)]


def test_every_broken_rule_is_reported_at_once(settings: Settings) -> None:
    assert len(problems(settings, bulk=2, poll=9, save_limit=0)) == 3


@pytest.mark.parametrize("name", ["WEBHOOK_ALLOW_HTTP", "WEBHOOK_ALLOW_LOOPBACK"])
def test_switches_of_development_are_refused_in_production(settings: Settings, name: str) -> None:
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = False
    setattr(settings, name, True)

    found = [problem.msg for problem in check_production(None) if problem.id == "pipeline.E002"]

    assert found == [f"{name} is for development: it lets webhooks reach what they must not."]


@pytest.mark.parametrize(("engine", "ids"), [("foundation.sqlite", ["pipeline.W001"]), ("django.db.backends.postgresql", [])])
def test_sqlite_in_production_is_a_warning(settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: str, ids: list[str]) -> None:
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = False
    monkeypatch.setitem(current.DATABASES["default"], "ENGINE", engine)

    assert [problem.id for problem in check_production(None)] == ids
