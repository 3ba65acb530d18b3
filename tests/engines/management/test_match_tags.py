"""If-Match: nobody overwrites what they have not seen, also not in a race."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from engines.management import layer_services, services
from engines.management.layer_kinds import INSTRUCTIONS as KIND
from engines.models import Engine, Instruction
from foundation.api_errors import PreconditionFailed
from organizations.access import Actor
from organizations.models import Organization
from tests.api import Answer, Api
from tests.engines.management.calls import ENGINES, INSTRUCTIONS, LAYERS, STALE, UNCONDITIONAL, nothing_written
from tests.factories import AUTHOR, NOW, make_engine, organization_owner
from tests.rivals import together

ROUNDS = 10


@pytest.fixture
def paths(api: Api, engine: Engine) -> list[str]:
    """Everything that can be changed: the engine, its pipeline, an item of each layer."""
    items = [layer.path(engine, layer.add(api, engine).body["id"]) for layer in LAYERS]
    return [f"{ENGINES}/{engine.pk}", f"{ENGINES}/{engine.pk}/pipeline", *items]


def changes_of(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two bodies that change what is at `path`."""
    if path.endswith("/pipeline"):
        return {"humanEdit": {"timeoutHours": 1}}, {"humanEdit": {"timeoutHours": 2}}
    noun = path.split("/")[3] if path.count("/") > 2 else ""
    name = {"": "name", "models": "model", "glossary": "hint", "instructions": "name", "brand-voices": "text"}[noun]
    return {name: "first"}, {name: "second"}


def test_change_without_a_tag_is_refused(api: Api, paths: list[str]) -> None:
    with nothing_written():
        answers = [api.put(path, changes_of(path)[0]) for path in paths]
        answers += [api.put(path, changes_of(path)[0], if_match=" ") for path in paths]
        answers += [api.delete(path) for path in paths if not path.endswith("/pipeline")]

    assert [answer.shown for answer in answers] == [UNCONDITIONAL] * 17


def test_change_with_a_stale_tag_is_refused(api: Api, paths: list[str]) -> None:
    for path in paths:
        tag = api.get(path).tag
        first, second = changes_of(path)
        assert api.put(path, first, if_match=tag).status == 200

        with nothing_written():
            answers = [api.put(path, second, if_match=tag)]
            answers += [] if path.endswith("/pipeline") else [api.delete(path, if_match=tag)]

        assert [answer.shown for answer in answers] == [STALE] * len(answers)


@pytest.mark.parametrize("tag", ['"x"', "x", "W/{tag}", '"', "🦆", "{tag}x", '"a", "b"'])
def test_tag_that_is_not_the_present_one_is_stale(api: Api, paths: list[str], tag: str) -> None:
    with nothing_written():
        answers = [api.put(path, changes_of(path)[0], if_match=tag.replace("{tag}", api.get(path).tag)) for path in paths]

    assert [answer.shown for answer in answers] == [STALE] * 6


@pytest.mark.parametrize("tag", ["*", '"x", {tag}', '{tag},"x"'])
def test_any_of_several_tags_and_the_star_match(api: Api, paths: list[str], tag: str) -> None:
    answers = [api.put(path, changes_of(path)[0], if_match=tag.replace("{tag}", api.get(path).tag)) for path in paths]

    assert [answer.status for answer in answers] == [200] * 6


def test_answer_of_a_change_has_the_tag_for_the_next(api: Api, paths: list[str]) -> None:
    for path in paths:
        first, second = changes_of(path)
        tag = api.put(path, first, if_match=api.get(path).tag).tag

        assert api.put(path, second, if_match=tag).status == 200


def test_change_of_a_layer_makes_the_engines_tag_stale(api: Api, engine: Engine) -> None:
    path = f"{ENGINES}/{engine.pk}"
    tag = api.get(path).tag
    INSTRUCTIONS.add(api, engine)

    with nothing_written():
        assert api.put(path, {"name": "Shop"}, if_match=tag).shown == STALE


def test_item_that_a_rival_changed_after_it_was_found_is_not_overwritten(api: Api, organization: Organization, engine: Engine) -> None:
    """The rival's change comes between the view's look and the service's lock."""
    added = INSTRUCTIONS.add(api, engine)
    actor = Actor(user=organization_owner(organization), organization=organization)
    call: dict[str, Any] = {"actor": actor, "engine_id": engine.pk, "item_id": added.body["id"], "if_match": added.tag, "author": AUTHOR, "now": NOW}
    found = layer_services.find_item(KIND, engine, added.body["id"])
    Instruction.objects.filter(pk=found.pk).update(text="The rival's.")

    for change in (lambda: layer_services.change_item(KIND, values={"text": "Mine."}, **call), lambda: layer_services.delete_item(KIND, **call)):
        with pytest.raises(PreconditionFailed):
            change()

    assert Instruction.objects.get(pk=found.pk).text == "The rival's."


@pytest.mark.django_db(transaction=True)
def test_of_changes_at_the_same_moment_with_one_tag_exactly_one_succeeds(api: Api, paths: list[str]) -> None:
    for path in paths:
        for number in range(ROUNDS):
            tag = api.get(path).tag
            bodies = [
                {name: {"timeoutHours": 1 + 2 * number + rival} if name == "humanEdit" else f"{number} {rival}"}
                for rival in (0, 1)
                for name in changes_of(path)[0]
            ]
            answers = together(*(put(api, path, body, tag) for body in bodies))

            assert sorted(answer.status for answer in answers) == [200, 412]
            winner = next(answer for answer in answers if answer.status == 200)
            assert api.get(path).shown == winner.shown


@pytest.mark.django_db(transaction=True)
def test_of_a_change_and_a_removal_at_the_same_moment_one_succeeds(api: Api, engine: Engine) -> None:
    for number in range(ROUNDS):
        added = INSTRUCTIONS.add(api, engine)
        path = INSTRUCTIONS.path(engine, added.body["id"])

        changed, removed = together(put(api, path, {"name": str(number)}, added.tag), partial(api.delete, path, if_match=added.tag))

        assert (changed.status, removed.status) in {(200, 412), (404, 204)}


@pytest.mark.django_db(transaction=True)
def test_of_engines_made_the_default_at_the_same_moment_one_is(api: Api, organization: Organization, engine: Engine) -> None:
    engines = [f"{ENGINES}/{make_engine(organization, is_default=False).pk}" for _ in range(3)]
    for _ in range(ROUNDS):
        tags = [api.get(path).tag for path in engines]
        answers = together(*(put(api, path, {"isDefault": True}, tag) for path, tag in zip(engines, tags, strict=True)))

        assert {answer.status for answer in answers} <= {200, 412}
        assert Engine.objects.filter(organization=organization, is_default=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_first_engines_made_at_the_same_moment_are_one_default(api: Api, organization: Organization) -> None:
    Engine.objects.all().delete()
    actor = Actor(user=organization_owner(organization), organization=organization)
    values = {"organization_id": organization.pk, "name": "Shop"}

    made = together(*[lambda: services.create_engine(actor=actor, values=values, author=AUTHOR, now=NOW)] * 3)

    assert sorted(engine.is_default for engine in made) == [False, False, True]


def put(api: Api, path: str, body: dict[str, Any], tag: str) -> Callable[[], Answer]:
    return lambda: api.put(path, body, if_match=tag)
