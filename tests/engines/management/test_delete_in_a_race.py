"""An engine that is deleted while somebody submits to it, or somebody else changes it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from engines.management import services
from engines.management.locking import hold_engine
from engines.models import Engine
from foundation.api_errors import Conflict, NotFound
from localization.models import JobGroup
from organizations.access import Actor
from organizations.models import Organization
from tests.api import Api, not_found
from tests.engines.management.calls import ENGINES, GONE_ID, INSTRUCTIONS
from tests.factories import AUTHOR, NOW, organization_owner
from tests.localization.steps import make_group
from tests.rivals import PATIENCE_SECONDS, as_rival, together

only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
pytestmark = pytest.mark.django_db(transaction=True)


def delete(organization: Organization, engine: Engine) -> None:
    actor = Actor(user=organization_owner(organization), organization=organization)
    services.delete_engine(actor=actor, engine_id=engine.pk, if_match="*", author=AUTHOR, now=NOW)


def wait_for_a_rival() -> None:
    """Until another connection waits for a lock of this one."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
        Event().wait(0.01)
    raise AssertionError("nobody waits")


@only_postgresql
def test_deletion_waits_for_a_submission_under_way_and_then_refuses(organization: Organization, engine: Engine) -> None:
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            assert hold_engine(engine.pk)
            deletion = threads.submit(as_rival, lambda: delete(organization, engine))
            wait_for_a_rival()
            make_group(organization)

        with pytest.raises(Conflict):
            deletion.result(PATIENCE_SECONDS)

    assert Engine.objects.filter(pk=engine.pk).exists()


@only_postgresql
def test_engine_that_is_held_can_be_held_and_changed_by_others(api: Api, engine: Engine) -> None:
    with transaction.atomic():
        assert hold_engine(engine.pk)

        assert as_rival(lambda: hold_engine(engine.pk))
        assert as_rival(lambda: api.post(INSTRUCTIONS.path(engine), INSTRUCTIONS.new)).status == 201


def test_engine_that_is_gone_is_not_held(organization: Organization, engine: Engine) -> None:
    assert hold_engine(engine.pk)
    delete(organization, engine)

    assert not hold_engine(engine.pk)
    assert not hold_engine(f"eng_{GONE_ID}")


def test_engine_is_deleted_once(organization: Organization, engine: Engine) -> None:
    def try_to_delete() -> str:
        try:
            delete(organization, engine)
        except NotFound:
            return "not found"
        return "deleted"

    assert sorted(together(try_to_delete, try_to_delete)) == ["deleted", "not found"]
    assert JobGroup.objects.count() == 0


def test_layer_of_an_engine_that_is_deleted_at_the_same_moment_is_not_left_behind(api: Api, organization: Organization, engine: Engine) -> None:
    path = f"{ENGINES}/{engine.pk}"

    deleted, added = together(lambda: api.delete(path, if_match="*"), lambda: api.post(INSTRUCTIONS.path(engine), INSTRUCTIONS.new))

    assert deleted.status == 204
    assert added.shown == not_found("engine", "engine", engine.pk) or added.status == 201
    assert not Engine.objects.filter(pk=engine.pk).exists()
