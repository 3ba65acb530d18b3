"""A review by people outside, from the order to the stage's output."""

import json
from datetime import timedelta

import pytest
from django.conf import settings

from engines.models import BrandVoice, GlossaryItem, Instruction
from foundation.customer_json import dump
from organizations.models import Organization
from reviews.providers.brackets import wrap
from reviews.sandbox.server import Sandbox
from tests.factories import NOW
from tests.localization.steps import stages_of
from tests.reviews.external.orders import (
    DRAFT,
    hand_in,
    human_step,
    job_statuses,
    make_order,
    only_job,
    order_state,
    run_all,
    run_orders,
    sent_jobs,
)

pytestmark = pytest.mark.django_db

EDITED = {**DRAFT, "title": "Datei speichern"}


def test_what_people_write_is_the_output_of_the_stage(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    assert (human_step().status, job_statuses(sandbox)) == ("waiting", {"title": "available", "body": "available"})

    hand_in(sandbox, {"title": "Datei speichern", "body": wrap(DRAFT["body"])})
    run_all(NOW + timedelta(minutes=31))

    step, job = human_step(), only_job()
    assert (step.status, step.output) == ("completed", dump(EDITED))
    assert json.loads(step.detail) == {
        "mode": "external",
        "provider": "gengo",
        "tier": "standard",
        "cost": 0.45,
        "currency": "USD",
        "orderId": "1001",
        "revisions": 0,
        "changed": 1,
    }
    assert (job.status, job.warnings, stages_of(job.id)) == ("completed", [], [("localize", "completed"), ("humanEdit", "completed")])
    assert job_statuses(sandbox) == {"title": "approved", "body": "approved"}
    assert order_state("status", "phase", "provider_order", "error", "late_output") == {
        "status": "completed",
        "phase": "watch",
        "provider_order": "1001",
        "error": "",
        "late_output": None,
    }


def test_each_text_is_a_job_in_reading_order_with_all_that_a_translator_needs(customer: Organization, sandbox: Sandbox) -> None:
    order = make_order(customer, target="de", tier="pro", context="A file manager.", hints={"title": ["Toolbar", "Button"]}, locked_keys=["id"])

    run_all()

    jobs = sent_jobs(sandbox)
    assert [(path, job["position"], job["tier"], job["lc_src"], job["lc_tgt"]) for path, job in jobs.items()] == [
        ("title", 1, "pro", "en", "de"),
        ("body", 2, "pro", "en", "de"),
    ]
    assert jobs["body"]["body_src"] == "Hello [[[{name}]]], you have [[[<b>]]]3[[[</b>]]] files."
    assert jobs["title"]["comment"] == (
        "Locale: de. Text between [[[ and ]]] must stay exactly as it is.\n\nWhere it stands:\nToolbar > Button\n\n"
        "About the whole:\nA file manager.\n\nMachine translation to start from:\nSpeichern Sie die Datei"
    )
    mark = json.loads(jobs["title"]["custom_data"])
    assert mark["number"] == 1
    assert mark["reference"].startswith(f"{order.reference}:")
    assert {job["callback_url"].startswith(f"{settings.PUBLIC_URL}/reviews/callbacks/{order.reference}:") for job in jobs.values()} == {True}
    assert [(one.reference, job["auto_approve"], job["force"]) for one in sandbox.book.orders.values() for job in jobs.values()] == [
        (mark["reference"], 0, 0)
    ] * 2


def test_translator_sees_the_terms_that_occur_and_the_rules_of_the_engine(customer: Organization, sandbox: Sandbox) -> None:
    order = make_order(customer)
    engine = order.step.job.group.engine
    GlossaryItem.objects.create(engine=engine, source_text="file", target_text="Datei", hint="not a nail file")
    GlossaryItem.objects.create(engine=engine, source_text="cart", target_text="Korb")
    Instruction.objects.create(engine=engine, name="Formal", target_locale="de", text="Say Sie.")
    BrandVoice.objects.create(engine=engine, locale="de", text="Warm.")

    run_all()

    comment = sent_jobs(sandbox)["title"]["comment"]
    assert "Glossary:\nfile = Datei (not a nail file)\n\nInstructions:\nSay Sie.\nWarm.\n\n" in comment
    assert "cart" not in comment


def test_order_in_work_is_looked_at_every_15_to_30_minutes(customer: Organization, sandbox: Sandbox) -> None:
    order = make_order(customer)
    run_all()

    order.refresh_from_db()
    assert (order.status, order.phase, order.attempts) == ("ready", "watch", 0)
    assert timedelta(minutes=15) <= order.run_after - NOW <= timedelta(minutes=30)
    calls = dict(sandbox.book.calls)
    assert run_orders(NOW + timedelta(minutes=14)) == 0
    assert sandbox.book.calls == calls


def test_order_is_read_until_the_provider_has_made_its_jobs(customer: Organization, sandbox: Sandbox) -> None:
    sandbox.book.account.queued_reads = 3
    make_order(customer)
    run_all()
    assert order_state("texts") == {"texts": [{"number": 1, "job": "", "status": ""}, {"number": 2, "job": "", "status": ""}]}

    for minutes in (1, 2, 5):
        run_orders(NOW + timedelta(minutes=minutes))

    assert order_state("texts") == {
        "texts": [{"number": 1, "job": "1002", "status": "available"}, {"number": 2, "job": "1003", "status": "available"}]
    }


def test_text_that_the_provider_approved_by_itself_is_taken(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": "Datei speichern", "body": wrap(DRAFT["body"])})
    for job in sandbox.book.jobs.values():
        sandbox.book.act(job.id, {"action": "approve"})

    run_all(NOW + timedelta(hours=1))

    assert human_step().output == dump(EDITED)


def test_stage_waits_for_the_last_text(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": "Datei speichern"})

    run_all(NOW + timedelta(hours=1))
    assert (human_step().status, job_statuses(sandbox)) == ("waiting", {"title": "approved", "body": "available"})
    hand_in(sandbox, {"body": wrap(DRAFT["body"])})
    run_all(NOW + timedelta(hours=2))

    assert human_step().output == dump(EDITED)


def test_many_texts_come_back_in_their_places(customer: Organization, sandbox: Sandbox) -> None:
    source = {"rows": [{"n": index, "text": f"Row {index} of the {word}"} for index, word in enumerate(["file", "list", "page"] * 10)]}
    draft = {"rows": [{"n": index, "text": f"Zeile {index} von {word}"} for index, word in enumerate(["Datei", "Liste", "Seite"] * 10)]}
    make_order(customer, source=source, draft=draft)
    run_all()
    edited = {"rows": [{**row, "text": f"{row['text']}!"} for row in draft["rows"]]}
    hand_in(sandbox, {f"rows[{index}].text": row["text"] for index, row in enumerate(edited["rows"])})

    run_all(NOW + timedelta(hours=1))

    assert human_step().output == dump(edited)
    assert json.loads(human_step().detail)["changed"] == 30


def test_regional_locale_is_ordered_under_the_provider_s_own_code(customer: Organization, sandbox: Sandbox) -> None:
    for target in ("pt-BR", "zh-Hant-TW", "zh-CN", "de-AT"):
        make_order(customer, target=target, source={"title": f"Save for {target}"}, draft={"title": "x"})

    run_all()

    assert sorted(str(job.fields["lc_tgt"]) for job in sandbox.book.jobs.values()) == ["de", "pt-br", "zh", "zh-tw"]
