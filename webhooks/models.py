"""Where results are sent: endpoints, signing secrets, deliveries and their attempts (contract §5).

A delivery is a work row: it is claimed, sent, and settled like a step. It names its job as text, because jobs live in an app above this one.
"""

from typing import ClassVar

from django.db import models

from foundation.ids import PrefixedIdField
from foundation.lease import Lease, work_indexes
from foundation.secrets import EncryptedTextField
from organizations.models import Organization


class SigningSecret(models.Model):
    """An organization's `whsec_…` secret. The newest signs; one that was rotated out signs too until `expires_at`."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="signing_secrets")
    secret = EncryptedTextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization"], condition=models.Q(expires_at=None), name="one_current_signing_secret"),
        ]

    def __str__(self) -> str:
        return f"signing secret {self.pk}"


class Endpoint(models.Model):
    """One URL of one organization, as deliveries see it. HTTP 410 disables it until somebody enables it again."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField(max_length=2000)
    disabled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "url"], name="one_endpoint_per_organization_and_url"),
        ]

    def __str__(self) -> str:
        return self.url


class Delivery(Lease):
    """One event on its way to one receiver. `ready → running → completed | failed`, back to `ready` between attempts.

    `body` is serialised once: the same bytes at every attempt. An empty `url` means the organization's default, read at each attempt.
    """

    id = PrefixedIdField("dlv")
    url = models.CharField(max_length=2000, blank=True, default="")
    event_type = models.CharField(max_length=40)
    event_id = models.CharField(max_length=64)  # the wire's `webhook-id`: the job's id, or an id of its own for a test event
    body = models.TextField()
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)  # when it ended, either way

    class Meta:
        indexes: ClassVar = [
            *work_indexes("delivery"),
            models.Index(fields=["organization_id", "-id"], name="delivery_log"),
            models.Index(fields=["event_id"], name="delivery_by_event"),
        ]

    def __str__(self) -> str:
        return self.id


class Attempt(models.Model):
    """One POST of one delivery, and what came of it."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    url = models.CharField(max_length=2000)
    duration_ms = models.PositiveIntegerField()
    status_code = models.PositiveSmallIntegerField(null=True)  # null: no answer
    error = models.CharField(max_length=60, blank=True, default="")  # class of what went wrong, as `connect_timeout`
    answer = models.TextField(blank=True, default="")  # first KiB

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.number}"
