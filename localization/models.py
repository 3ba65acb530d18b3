"""What an API integration can see: job groups, their jobs, the steps of each job, and the events that tell of them (contract §2–§4).

Statuses are written by `localization.transitions` alone.
"""

from typing import ClassVar

from django.db import models

from engines.models import Engine
from engines.pipeline_config import StageId
from foundation.ids import PrefixedIdField
from foundation.lease import Lease, WorkStatus, work_indexes
from localization.managers import DailyFiguresManager, JobGroupManager, JobManager
from organizations.models import ApiKey, Organization


class JobGroup(models.Model):
    """One submission: a payload, and a job for each target locale. Customer JSON is text: a JSON column would reorder keys and respell numbers."""

    class Status(models.TextChoices):
        PENDING = "pending"  # no job has started
        PROCESSING = "processing"
        COMPLETED = "completed"  # no job failed
        PARTIAL = "partial"  # some did
        FAILED = "failed"  # all did

    FINAL: ClassVar = (Status.COMPLETED, Status.PARTIAL, Status.FAILED)

    id = PrefixedIdField("ljg")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="job_groups")
    # A finished group keeps the id and name of an engine that was deleted.
    engine = models.ForeignKey(Engine, on_delete=models.DO_NOTHING, db_constraint=False, related_name="job_groups")
    engine_name = models.CharField(max_length=200)
    source_locale = models.CharField(max_length=35)
    source = models.TextField()  # the payload, `data` as it was sent
    context = models.TextField(blank=True, default="")
    hints = models.TextField(default="{}")  # JSON: key → breadcrumbs
    locked_keys = models.JSONField(default=list)
    callback_url = models.CharField(max_length=2000, blank=True, default="")
    pipeline_config = models.JSONField(default=dict)  # the effective one, resolved at submission
    idempotency_key = models.CharField(max_length=255, null=True)
    request_digest = models.CharField(max_length=64, blank=True, default="")  # SHA-256 of the body, to compare a repeat with
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    total_jobs = models.PositiveSmallIntegerField()
    completed_jobs = models.PositiveSmallIntegerField(default=0)  # without warnings
    completed_with_warnings_jobs = models.PositiveSmallIntegerField(default=0)
    failed_jobs = models.PositiveSmallIntegerField(default=0)
    seq = models.PositiveIntegerField(default=0)  # of its last event
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)  # no further stage starts
    completed_at = models.DateTimeField(null=True)

    objects = JobGroupManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "idempotency_key"], name="an_idempotency_key_names_one_group"),
        ]
        indexes: ClassVar = [
            # Cancelled and not finished: the sweep looks for what a crash left of a cancellation.
            models.Index(fields=["id"], condition=models.Q(cancelled_at__isnull=False, completed_at=None), name="group_being_cancelled"),
            # Lately cancelled: the sweep looks for reviews that are still open.
            models.Index(fields=["cancelled_at"], condition=models.Q(cancelled_at__isnull=False), name="group_cancelled"),
        ]

    def __str__(self) -> str:
        return self.id


class Job(models.Model):
    """The translation of a group's payload into one locale."""

    class Status(models.TextChoices):
        QUEUED = "queued"  # nothing of it has started
        PROCESSING = "processing"
        COMPLETED = "completed"
        COMPLETED_WITH_WARNINGS = "completed_with_warnings"
        FAILED = "failed"

    FINAL: ClassVar = (Status.COMPLETED, Status.COMPLETED_WITH_WARNINGS, Status.FAILED)

    id = PrefixedIdField("ljb")
    group = models.ForeignKey(JobGroup, on_delete=models.CASCADE, related_name="jobs")
    organization_id = PrefixedIdField("org", primary_key=False)
    target_locale = models.CharField(max_length=35)
    status = models.CharField(max_length=23, choices=Status, default=Status.QUEUED)
    error = models.TextField(blank=True, default="")
    warnings = models.JSONField(default=list)  # sentences
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    objects = JobManager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organization_id", "-id"], name="jobs_newest_first")]

    def __str__(self) -> str:
        return self.id


class Step(Lease):
    """One stage of one job: a work row. It is inserted when its turn comes, so a job has at most one that is not finished.

    `output` is the payload as this stage left it: what the next one starts from, and in the end the job's result.
    """

    FINAL: ClassVar = (WorkStatus.COMPLETED, WorkStatus.FAILED, WorkStatus.SKIPPED)

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps", db_index=False)
    group_id = PrefixedIdField("ljg", primary_key=False)
    stage = models.CharField(max_length=15, choices=StageId)
    output = models.TextField(null=True)
    error = models.TextField(blank=True, default="")
    detail = models.TextField(default="{}")  # JSON, the stage's own: structure report, issues, decision
    model = models.CharField(max_length=231, blank=True, default="")
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True, default=0)  # null: the price of a call is not known
    engine_version = models.PositiveIntegerField(default=0)  # of the layers that were used
    expected_tokens = models.PositiveIntegerField(default=0)  # what a run is thought to use: counts against the budget while it runs
    words = models.PositiveIntegerField(default=0)  # of the source texts that it is about; counts where it completes
    terms = models.PositiveIntegerField(default=0)  # of the glossary, that the source texts have
    terms_missed = models.PositiveIntegerField(default=0)  # of these, not in the translation as the stage left it
    is_counted = models.BooleanField(default=False)  # in the daily figures
    due_at = models.DateTimeField(null=True)  # of a wait
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "stage"], name="a_job_has_one_step_per_stage"),
        ]
        indexes: ClassVar = [
            *work_indexes("step"),
            models.Index(fields=["due_at"], condition=models.Q(status="waiting"), name="step_waiting_by_deadline"),
            # Ended and not in the daily figures yet.
            models.Index(fields=["completed_at"], condition=models.Q(completed_at__isnull=False, is_counted=False), name="step_uncounted"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.stage}"


class Event(models.Model):
    """Something that happened in a group, appended under the group's row lock: `seq` order is commit order."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(JobGroup, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=20)  # noun.verb_past
    job_id = PrefixedIdField("ljb", primary_key=False, blank=True, default="")
    locale = models.CharField(max_length=35, blank=True, default="")
    stage = models.CharField(max_length=15, blank=True, default="")
    status = models.CharField(max_length=23, blank=True, default="")
    error = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "seq"], name="event_numbers_are_unique_in_a_group"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} #{self.seq} {self.type}"


class StreamTicket(models.Model):
    """A single-use pass to one group's stream, for browsers, which cannot send a key with a handshake. Stored as its SHA-256."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    group = models.ForeignKey(JobGroup, on_delete=models.CASCADE, related_name="+")
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"ticket {self.pk}"


class Drain(models.Model):
    """A live worker process, as it last reported itself: what tells that work is being done, and by how many."""

    id = models.BigAutoField(primary_key=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    slots = models.PositiveSmallIntegerField()
    used = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["beat_at"], name="drains_alive")]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class DailyFigures(models.Model):
    """What ended on one UTC day, of one engine, locale and stage. Made by `localization.rollup` alone, and kept when jobs or the engine go.

    An empty stage is the whole job: its counts, words, terms and times are of the jobs that ended on the day, its tokens and cost of every step that
    ended on it. An empty locale is all locales.
    """

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="daily_figures", db_index=False)
    day = models.DateField()
    engine_id = PrefixedIdField("eng", primary_key=False)
    target_locale = models.CharField(max_length=35, blank=True, default="")
    stage = models.CharField(max_length=15, choices=StageId, blank=True, default="")
    completed = models.PositiveIntegerField(default=0)  # jobs: without warnings
    completed_with_warnings = models.PositiveIntegerField(default=0)  # jobs only
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)  # steps only
    words = models.PositiveBigIntegerField(default=0)  # of the source, of what completed
    priced_words = models.PositiveBigIntegerField(default=0)  # of these, where the cost is known; steps only
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=6, default=0)  # of the steps whose cost is known
    unpriced = models.PositiveIntegerField(default=0)  # steps of which it is not
    terms = models.PositiveIntegerField(default=0)  # of glossaries, in the sources of what completed
    terms_missed = models.PositiveIntegerField(default=0)
    # Histograms: bucket of `localization.histograms` → how many.
    waiting = models.JSONField(default=dict)  # from their turn to their start
    processing = models.JSONField(default=dict)  # from start to end, waits for people and retries included

    objects = DailyFiguresManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "target_locale", "day", "engine_id", "stage"], name="one_row_of_figures_per_day_engine_locale_and_stage"
            ),
        ]
        indexes: ClassVar = [
            # Whole jobs of every locale: what locales are compared by.
            models.Index(fields=["organization", "day"], condition=models.Q(stage=""), name="figures_of_jobs"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.engine_id} {self.target_locale or '*'} {self.stage or 'job'}"
