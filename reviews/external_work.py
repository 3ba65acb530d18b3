"""What is done about one external order when its turn comes, over HTTP and without a database: `work_order`.

    SEND    quote, compare with the limit, order; where an earlier attempt may have ordered, first ask whether the provider has it
    WATCH   read the order until its queue is empty, then look at its jobs: what is reviewable is verified and approved, or sent back with the reason
    CANCEL  the stage ended without it: cancel what nobody has begun, watch the rest for a while, keep what comes apart

Each phase looks at how things are and does what is missing, so it may be broken off anywhere and begun again. An order is sent twice only where the
provider, asked in time, says that it does not have it.
"""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import structlog

from foundation.failpoints import failpoint
from reviews.external_orders import ClaimedOrder, OrderResult, Phase
from reviews.external_run import SOON, SWEEP, Run, retry_delay, spell, sweep_delay
from reviews.providers.base import AlreadySent, JobStatus, NewOrder, NotPossible, OrderView, ProviderJob, Quote, Refused, Unavailable
from reviews.providers.registry import make_provider

log = structlog.get_logger(__name__)

NO_ACCOUNT = "The organization has no account at the review provider any more."
NOT_THERE = "The review provider does not have the order, or not yet."
NO_JOB = "The review provider made no job of this text."
BROKE = "Internal error in an external order."

REVISIONS = 2  # of one text; then the AI version stays
SETTLING = timedelta(minutes=10)  # after which a provider that was sent an order knows of it, or never got it
LATE = timedelta(days=14)  # that work which was begun is watched after the stage ended
LOOKS = 10  # for an order that may have been sent, after the stage ended
AT_ONCE = timedelta(0)


def work_order(order: ClaimedOrder) -> OrderResult:
    """One run. Touches no row and never raises."""
    if order.account is None:
        return OrderResult.of(order).failed(NO_ACCOUNT)
    try:
        run = Run(order, make_provider(order.account))
    except Refused as exc:
        return OrderResult.of(order).failed(str(exc))
    try:
        return {Phase.SEND: _send, Phase.WATCH: _watch, Phase.CANCEL: _cancel}[order.phase](run)
    except Refused as exc:
        return run.failed(str(exc))
    except Unavailable as exc:
        log.info("order_postponed", order=order.id, attempt=order.attempt, reason=str(exc))
        return run.postponed(str(exc), retry_after=exc.retry_after)
    except Exception as exc:
        # Without the exception's own text, which may quote what customers wrote.
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(exc.__traceback__)]
        log.error("order_broke", order=order.id, phase=order.phase, attempt=order.attempt, error=type(exc).__name__, places=places)
        return replace(OrderResult.of(order), look_again=retry_delay(order.attempt), error=BROKE)


# ---- sending


def _send(run: Run) -> OrderResult:
    order = run.order
    if order.attempt > 1 or order.sent_at:
        found = run.provider.find(order.reference, since=order.created_at)
        if found:
            return _sent(run, found)
        if order.sent_at and order.clock() < order.sent_at + SETTLING:
            raise Unavailable(NOT_THERE)
    if not run.texts.segments:
        return run.completed({})
    new = run.texts.new_order(is_forced=order.sent_at is not None)
    run.quote = run.provider.quote(new)
    refusal = _too_dear(run.quote, order.max_cost)
    return run.failed(refusal) if refusal else _submit(run, new)


def _submit(run: Run, new: NewOrder) -> OrderResult:
    try:
        order_id = run.provider.submit(new)
    except AlreadySent as exc:
        return run.in_doubt(str(exc))
    except Unavailable as exc:
        if exc.is_in_doubt:
            return run.in_doubt(str(exc))
        raise
    if failpoint("order.sent"):
        return run.in_doubt("The answer was lost.")
    return _sent(run, order_id)


def _sent(run: Run, order_id: str) -> OrderResult:
    run.provider_order = order_id
    return run.again(AT_ONCE, phase=Phase.WATCH, was_sent=True)


def _too_dear(quote: Quote, limit: Decimal | None) -> str:
    if limit is None:
        return ""
    if quote.currency != "USD":
        return f"The review would cost {spell(quote.cost)} {quote.currency}, which cannot be compared with the limit of {spell(limit)} USD."
    return f"The review would cost {spell(quote.cost)} USD, more than the limit of {spell(limit)} USD." if quote.cost > limit else ""


# ---- watching


def _watch(run: Run) -> OrderResult:
    view = run.look()
    wait = _wait_for_jobs(run, view)
    if wait is not None:
        return run.again(wait)
    for job in view.jobs:
        if job.status in (JobStatus.CANCELED, JobStatus.REJECTED) and not run.is_kept(job.number):
            # What is left of the order is cancelled, or its result kept apart.
            return replace(run.failed(f"The review provider {job.status} the review."), phase=Phase.CANCEL, look_again=AT_ONCE, went_well=True)
    done, is_moving = _take(run, view.jobs)
    if all(number in done or run.is_kept(number) for number in run.texts.segments):
        return run.completed(done)
    if run.is_over:
        return run.again(AT_ONCE)
    return run.again(5 * SOON if is_moving else sweep_delay())


def _wait_for_jobs(run: Run, view: OrderView) -> timedelta | None:
    """How long to wait while the provider has not made a job of each text. What it makes none of in time keeps the AI version."""
    order = run.order
    missing = [number for number, state in run.states.items() if not state.job and not run.is_kept(number)]
    age = order.clock() - (order.sent_at or order.created_at)
    if view.queued or (missing and age < SETTLING):
        return min(max(age / 2, SOON), SWEEP)
    for number in missing:
        run.keep(number, NO_JOB)
    return None


def _take(run: Run, jobs: Sequence[ProviderJob]) -> tuple[Mapping[int, str], bool]:
    """Judges what people wrote; returns the texts that are taken, and whether a job moved in the meantime and is to be looked at soon."""
    done: dict[int, str] = {}
    is_moving = False
    for job in jobs:
        if run.is_over:
            break
        if run.is_kept(job.number) or job.status not in (JobStatus.REVIEWABLE, JobStatus.APPROVED):
            continue
        try:
            text = _judge(run, job)
        except NotPossible:
            is_moving = True
            continue
        if text is not None:
            done[job.number] = text
    return done, is_moving


def _judge(run: Run, job: ProviderJob) -> str | None:
    """The text where it can be used, approved; else it was sent back, or keeps the AI version. Raises NotPossible."""
    reading, state = run.texts.read(job.number, job.text), run.states[job.number]
    if not reading.reason:
        if job.status is JobStatus.REVIEWABLE:
            run.provider.approve(job.id)
            run.states[job.number] = replace(state, status=JobStatus.APPROVED)
        return reading.text
    if job.status is JobStatus.APPROVED or state.revisions >= REVISIONS:
        # It is not approved: who ordered may still talk with the provider, which takes it as approved after some days.
        run.keep(job.number, reading.reason)
        return None
    run.provider.revise(job.id, reading.reason)
    run.states[job.number] = replace(state, status=JobStatus.WORKING, revisions=state.revisions + 1)
    return None


# ---- after the stage ended


def _cancel(run: Run) -> OrderResult:
    order = run.order
    if not run.provider_order:
        return _cancel_unknown(run)
    view = run.look()
    late: dict[int, str] = {}
    is_open = bool(view.queued)
    for job in view.jobs:
        if run.is_over:
            return run.again(AT_ONCE, phase=Phase.CANCEL)
        is_open = not _close(run, job, late) or is_open
    if is_open and order.clock() < (order.given_up_at or order.created_at) + LATE:
        return run.again(min(retry_delay(5), SWEEP) if view.queued else sweep_delay(), phase=Phase.CANCEL)
    return run.closed(late)


def _cancel_unknown(run: Run) -> OrderResult:
    """An order of which nobody knows whether it went out."""
    order = run.order
    if order.attempt == 1 and not order.sent_at:
        return run.closed()
    found = run.provider.find(order.reference, since=order.created_at)
    if found:
        run.provider_order = found
        return run.again(AT_ONCE, phase=Phase.CANCEL)
    if order.attempt < LOOKS:
        raise Unavailable(NOT_THERE)
    return run.closed()


def _close(run: Run, job: ProviderJob, late: dict[int, str]) -> bool:
    """Whether nothing more will come of the job. What people wrote and can be used goes into `late`."""
    try:
        if job.status is JobStatus.AVAILABLE:
            run.provider.cancel(job.id)
            run.states[job.number] = replace(run.states[job.number], status=JobStatus.CANCELED)
            return True
        if job.status in (JobStatus.REVIEWABLE, JobStatus.APPROVED):
            reading = run.texts.read(job.number, job.text)
            if reading.reason:
                return True
            if job.status is JobStatus.REVIEWABLE:
                run.provider.approve(job.id)
                run.states[job.number] = replace(run.states[job.number], status=JobStatus.APPROVED)
            late[job.number] = reading.text
            return True
    except NotPossible:
        return False
    return job.status in (JobStatus.CANCELED, JobStatus.REJECTED)
