"""The pipeline of an engine: read and set whole."""

import json
from typing import Any

import pytest

from engines.models import Engine
from organizations.models import AuditEvent
from tests.api import Api, invalid
from tests.engines.management.calls import ENGINES, nothing_written, version_of
from tests.engines.management.test_manage_engines import DEFAULT_PIPELINE

NEEDS_HUMAN = "Needs humanEdit to be enabled."


def pipeline(**human: Any) -> dict[str, Any]:
    return {**DEFAULT_PIPELINE, "humanEdit": {**DEFAULT_PIPELINE["humanEdit"], **human}}


def path_of(engine: Engine) -> str:
    return f"{ENGINES}/{engine.pk}/pipeline"


def test_new_engine_has_every_optional_stage_off(api: Api, engine: Engine) -> None:
    assert api.get(path_of(engine)).shown == (200, DEFAULT_PIPELINE)


def test_pipeline_is_set_whole(api: Api, engine: Engine) -> None:
    first = api.put(path_of(engine), {"humanEdit": {"tier": "pro", "timeoutHours": 0.5}}, if_match=api.get(path_of(engine)).tag)
    second = api.put(path_of(engine), {"humanEdit": {"mode": "external", "maxCostUsd": 12.5}}, if_match=first.tag)

    assert first.shown == (200, pipeline(tier="pro", timeoutHours=0.5))
    assert second.shown == (200, pipeline(mode="external", maxCostUsd=12.5))
    assert api.get(f"{ENGINES}/{engine.pk}").body["pipelineConfig"] == second.body
    audit = AuditEvent.objects.latest("sequence")
    assert (audit.action, audit.target_id) == ("engine.pipeline_changed", engine.pk)
    assert json.loads(audit.detail) == {"before": {"humanEdit": first.body["humanEdit"]}, "after": {"humanEdit": second.body["humanEdit"]}}
    assert version_of(engine) == 1


def test_pipeline_sent_back_as_it_was_read_writes_nothing(api: Api, engine: Engine) -> None:
    read = api.get(path_of(engine))

    with nothing_written():
        answer = api.put(path_of(engine), read.body, if_match=read.tag)

    assert (answer.shown, answer.tag) == ((200, read.body), read.tag)


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"postEdit": {"enabled": True}}, [("postEdit.enabled", NEEDS_HUMAN)]),
        (
            {"postEdit": {"enabled": True}, "humanEdit": {"enabled": False}},
            [("postEdit.enabled", NEEDS_HUMAN)],
        ),
        ({"localize": {"enabled": True}}, [("localize", "Unknown field.")]),
        ({"preEdit": {"model": "x"}}, [("preEdit.model", "Unknown field.")]),
        ({"preEdit": None}, [("preEdit", "Must not be null.")]),
        ({"preEdit": True}, [("preEdit", "Must be an object.")]),
        ({"preEdit": {"enabled": "yes"}}, [("preEdit.enabled", "Must be true or false.")]),
        ({"humanEdit": {"timeoutHours": 0}}, [("humanEdit.timeoutHours", "Must be greater than 0.")]),
        ({"humanEdit": {"timeoutHours": 720.5}}, [("humanEdit.timeoutHours", "Must be at most 720.")]),
        ({"humanEdit": {"timeoutHours": "48"}}, [("humanEdit.timeoutHours", "Must be a number.")]),
        ({"humanEdit": {"timeoutHours": None}}, [("humanEdit.timeoutHours", "Must not be null.")]),
        ({"humanEdit": {"maxCostUsd": -1}}, [("humanEdit.maxCostUsd", "Must be at least 0.")]),
        ({"humanEdit": {"mode": "both"}}, [("humanEdit.mode", "Must be one of: internal, external.")]),
        ({"humanEdit": {"tier": "gold"}}, [("humanEdit.tier", "Must be one of: standard, pro.")]),
    ],
)
def test_pipeline_that_is_wrong_is_refused(api: Api, engine: Engine, body: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    tag = api.get(path_of(engine)).tag

    with nothing_written():
        answer = api.put(path_of(engine), body, if_match=tag)

    assert answer.shown == invalid(*problems)
