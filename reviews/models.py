"""Human review: what waits for a person, who holds it, what they typed, what they decided, and what was ordered outside (contract §3, §10).

The wait itself is a step of `localization`: its status tells whether a review is still wanted, and ending it is one conditional UPDATE there, which
the first of decision, timeout, shipping and cancellation wins. The rows here say who and why. States are written by `reviews.transitions` alone.
"""

from typing import ClassVar

from django.db import models

from engines.models import Engine
from foundation.ids import PrefixedIdField
from foundation.lease import Lease, work_indexes
from localization.models import Step
from organizations.models import Organization, User
from reviews.managers import ReviewItemManager


class ReviewItem(models.Model):
    """One translation that waits for a person of the own team.

    A claim is `holder` until `lease_until`, under a `fence` that every claim raises and every write of the holder carries.
    """

    class State(models.TextChoices):
        AVAILABLE = "available"
        CLAIMED = "claimed"
        SUBMITTED = "submitted"  # a reviewer decided
        TIMED_OUT = "timed_out"  # the stage's time was over: the AI version went on
        SHIPPED = "shipped"  # a review manager sent the AI version on
        CANCELLED = "cancelled"  # its group was

    OPEN: ClassVar = (State.AVAILABLE, State.CLAIMED)

    id = PrefixedIdField("rvw")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="review_items", db_index=False)
    # A decided item keeps the id of an engine that was deleted.
    engine = models.ForeignKey(Engine, on_delete=models.DO_NOTHING, db_constraint=False, related_name="review_items", db_index=False)
    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="review_item")
    group_id = PrefixedIdField("ljg", primary_key=False)
    source_locale = models.CharField(max_length=35)
    target_locale = models.CharField(max_length=35)
    segments = models.PositiveIntegerField()  # texts to look at
    words = models.PositiveIntegerField()  # of the source
    errors = models.PositiveIntegerField(default=0)  # texts of the AI version that a check calls unusable
    warnings = models.PositiveIntegerField(default=0)  # texts that a check would have a person look at
    glossary_misses = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.AVAILABLE)
    holder = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    fence = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField()  # when the AI version ships; the step's
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ReviewItemManager()

    class Meta:
        indexes: ClassVar = [
            # The queue: what is open, by deadline. `Claim next` reads it for a person's locales.
            models.Index(fields=["organization", "due_at", "id"], condition=models.Q(ended_at=None), name="review_queue"),
            models.Index(fields=["lease_until"], condition=models.Q(state="claimed"), name="review_leases"),
            models.Index(fields=["organization", "-ended_at"], condition=models.Q(ended_at__isnull=False), name="review_history"),
            models.Index(fields=["group_id"], name="reviews_of_a_group"),
        ]

    def __str__(self) -> str:
        return self.id


class Claim(models.Model):
    """One time that somebody held an item, and how it ended. The current one has no end."""

    class End(models.TextChoices):
        SUBMITTED = "submitted"
        RELEASED = "released"  # by the holder
        WITHDRAWN = "withdrawn"  # by a review manager
        EXPIRED = "expired"  # the lease ran out
        OVERTAKEN = "overtaken"  # timeout, shipping or cancellation came first

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="claims", db_index=False)
    holder = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="review_claims")
    fence = models.PositiveIntegerField()
    claimed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=9, choices=End, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "fence"], name="a_fence_names_one_claim")]

    def __str__(self) -> str:
        return f"{self.item_id} #{self.fence}"


class Draft(models.Model):
    """What somebody made of one text and has not submitted. It survives claims: the next holder finds it.

    Mostly that is what they typed. A text that is the AI's to the letter says that its author accepted it as it is.
    """

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="drafts", db_index=False)
    number = models.PositiveIntegerField()  # of the segment, from 1 in reading order of the source
    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()
    answers = models.JSONField(default=list)  # [{code, message, reason, author}]: what the author said to findings (`reviews.answers`)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "number"], name="one_draft_per_text")]

    def __str__(self) -> str:
        return f"{self.item_id} text {self.number}"


class Flag(models.Model):
    """A note on one text. It never blocks."""

    class Reason(models.TextChoices):
        PLACEHOLDER = "placeholder"
        TERMINOLOGY = "terminology"
        ACCURACY = "accuracy"
        STYLE = "style"
        LENGTH = "length"
        SOURCE = "source"  # the source text itself is wrong

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="flags")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=11, choices=Reason)
    comment = models.TextField(blank=True, default="")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item_id} text {self.number}: {self.reason}"


class Decision(models.Model):
    """What a reviewer made of an item; one per item."""

    class Kind(models.TextChoices):
        APPROVE = "approve"
        EDIT = "edit"

    item = models.OneToOneField(ReviewItem, on_delete=models.CASCADE, primary_key=True, related_name="decision")
    kind = models.CharField(max_length=7, choices=Kind)
    reviewer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="review_decisions")
    reviewer_label = models.CharField(max_length=254)
    changed = models.PositiveIntegerField()  # texts that differ from the AI version
    edit_distance = models.FloatField(null=True)  # `reviews.edit_distance.measure_edits`; null: no text changed, or decided before it was measured
    acknowledged = models.JSONField(default=list)  # [{path, code}]: warnings that were seen
    false_alarms = models.JSONField(default=list)  # [{path, code, reason}]: errors that are none
    claimed_at = models.DateTimeField()
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind}"


class ExternalOrder(Lease):
    """One translation that was given to a provider outside. A work row: what is next (`phase`) is done when `run_after` has come.

    `reference` is stored before anything is sent, goes with the order, and finds it again after a doubt; callbacks carry it signed. While the
    provider works the row is `ready` with a `run_after` some minutes ahead: that is the sweep, and a callback only brings it forward.
    """

    class Phase(models.TextChoices):
        SEND = "send"
        WATCH = "watch"  # until the provider is done
        CANCEL = "cancel"  # the stage ended without it

    id = models.BigAutoField(primary_key=True)
    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="external_order")
    group_id = PrefixedIdField("ljg", primary_key=False)
    provider = models.CharField(max_length=30)
    tier = models.CharField(max_length=8)
    phase = models.CharField(max_length=6, choices=Phase, default=Phase.SEND)
    reference = models.CharField(max_length=64, unique=True)
    provider_order = models.CharField(max_length=64, blank=True, default="")  # the provider's own id
    texts = models.JSONField(default=list)  # [{number, job, status, revisions?, reason?}]: the provider's job for each segment
    revisions = models.PositiveSmallIntegerField(default=0)  # times that a result was sent back
    cost = models.DecimalField(max_digits=12, decimal_places=4, null=True)  # as quoted
    currency = models.CharField(max_length=3, blank=True, default="")
    error = models.TextField(blank=True, default="")
    late_output = models.TextField(null=True)  # what came after the stage had ended; it changes nothing
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [*work_indexes("order")]

    def __str__(self) -> str:
        return self.reference


class Digest(Lease):
    """A group's news for its reviewers: made with its first item, sent a little later, once."""

    id = models.BigAutoField(primary_key=True)
    group_id = PrefixedIdField("ljg", primary_key=False)
    engine_id = PrefixedIdField("eng", primary_key=False)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["group_id"], name="one_digest_per_group")]
        indexes: ClassVar = [*work_indexes("digest")]

    def __str__(self) -> str:
        return f"digest of {self.group_id}"


class Notification(models.Model):
    """A line under somebody's bell: items of a group that they may review."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="review_notifications", db_index=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    group_id = PrefixedIdField("ljg", primary_key=False)
    engine_id = PrefixedIdField("eng", primary_key=False)
    items = models.PositiveIntegerField()
    locales = models.JSONField(default=list)
    created_at = models.DateTimeField()
    emailed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "group_id"], name="one_notification_per_group_and_person")]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notifications_newest_first"),
            # The number at the bell, on every page.
            models.Index(fields=["user", "organization"], condition=models.Q(read_at=None), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.group_id}"


class ReviewerSettings(models.Model):
    """How a person reviews and hears of reviews, in all their organizations. Without a row: all locales, mails on, all shortcuts."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="reviewer_settings")
    locales = models.JSONField(default=list)  # canonical tags that the person works in; empty: all
    wants_mails = models.BooleanField(default=True)
    uses_single_keys = models.BooleanField(default=True)  # shortcuts of one letter (WCAG 2.1.4)

    def __str__(self) -> str:
        return str(self.user_id)


class MutedEngine(models.Model):
    """Somebody does not want to hear of new reviews of an engine, by mail or under the bell."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="muted_engines", db_index=False)
    engine = models.ForeignKey(Engine, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "engine"], name="an_engine_is_muted_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.engine_id}"
