"""What passes between the executor and the transitions: a step that was claimed, and what its run came to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engines.errors import Usage as Usage
from engines.memory import NewEntry
from engines.pipeline_config import StageId
from engines.term_count import NO_TERMS, TermCount
from foundation.lease import WorkStatus
from localization.models import JobGroup


@dataclass(frozen=True, slots=True)
class ClaimedStep:
    """A step this process holds, with all of its job that its stage needs. `group` is shared by the steps of a group; it is not to be changed."""

    id: int
    fence: int
    attempt: int  # 1 at the first
    stage: StageId
    organization_id: str
    group: JobGroup
    job_id: str
    target_locale: str
    payload: str | None  # JSON: the translation as the last stage left it; None before `localize`
    cleaned: str | None  # JSON: the source as `preEdit` left it; None where it did not run, failed or is yet to come
    needed: str | None  # JSON: for a stage that works on another's output, what that one started from; None where it gave no output
    model: str  # `provider:model` that translated the source; empty where none did yet
    warnings: tuple[str, ...]  # of the job so far
    started_at: datetime  # of the first attempt
    detail: str  # JSON: what an earlier attempt left for this one
    expected_tokens: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.id, self.fence


@dataclass(frozen=True, slots=True)
class WaitEnd:
    """How a wait ends: completed with what a person made, failed, or skipped; one row of `transitions.end_waits`."""

    step_id: int
    status: WorkStatus
    output: str | None = None
    detail: str = "{}"  # JSON
    error: str = ""
    terms: TermCount = NO_TERMS  # of the glossary, in what the person made


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a step came to; one row of `transitions.settle_steps`.

    `status` is final, `waiting` (until `due_at`) or `ready` (again from `run_after` on). `output` is None where the stage left the payload alone.
    """

    step: ClaimedStep
    status: WorkStatus
    output: str | None = None
    error: str = ""
    detail: str = "{}"
    usage: Usage = field(default_factory=Usage)
    engine_version: int = 0
    run_after: datetime | None = None
    due_at: datetime | None = None
    warnings: tuple[str, ...] = ()  # sentences for the job, also where the stage did its work
    learned: tuple[NewEntry, ...] = ()  # for the translation memory, once the outcome is settled
    words: int = 0  # of the source texts; said once of a step, however often it runs
    terms: TermCount = NO_TERMS  # of the glossary, in the texts as the stage leaves them
    open: Callable[[ClaimedStep, datetime], None] | None = None  # of a wait: called in the transaction that makes the step waiting

    @property
    def payload(self) -> str | None:
        """The translation that is carried forward."""
        return self.step.payload if self.output is None else self.output

    @property
    def cost_usd(self) -> Decimal | None:
        """What this run cost: nothing where no model was asked, None where a price is not known."""
        if self.usage.cost_usd is None and not self.usage.calls and not self.usage.input_tokens:
            return Decimal(0)
        return self.usage.cost_usd

    def as_failure(self, error: str) -> "Outcome":
        """A failure that keeps nothing of what the run brought: any value of it may be the one that could not be stored."""
        return Outcome(step=self.step, status=WorkStatus.FAILED, error=error, engine_version=self.engine_version)
