"""Tenancy: organizations, the people and services that act in them, what their roles let them do, and the record of what they did.

Permissions are guardian object permissions, held by the groups behind roles (or, for a service key limited to chosen engines, by the key's own
user). They are declared in `Meta.permissions` of the row they guard: here on the organization, in `engines` on an engine.
"""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, Group, PermissionsMixin
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from foundation.ids import PrefixedIdField
from foundation.secrets import EncryptedTextField
from organizations.managers import ApiKeyManager, UserManager


class Organization(models.Model):
    """A tenant. Every other row belongs to exactly one."""

    id = PrefixedIdField("org")
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC")
    default_webhook_url = models.URLField(max_length=2000, blank=True, default="")
    credit_limit_usd = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # of all spending; null: none
    daily_token_limit = models.PositiveBigIntegerField(null=True)  # a UTC day; null: none
    created_at = models.DateTimeField()

    class Meta:
        # `delete_organization` (contract: org:delete) is Django's own.
        permissions: ClassVar = [
            ("manage_team", "Manage team"),
            ("manage_settings", "Manage settings"),
            ("manage_billing", "Manage billing"),
            ("manage_reviews", "Manage reviews"),
            ("access_every_engine", "Access every engine"),
            ("review_every_engine", "Review translations of every engine"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_budget(self) -> bool:
        """Whether anything limits its spending."""
        return self.credit_limit_usd is not None or self.daily_token_limit is not None


class OrganizationUserPermission(UserObjectPermissionBase):
    """guardian's row for a person or service, as a direct foreign key: one join instead of a generic relation."""

    content_object = models.ForeignKey(Organization, on_delete=models.CASCADE)


class OrganizationGroupPermission(GroupObjectPermissionBase):
    """guardian's row for a role's group."""

    content_object = models.ForeignKey(Organization, on_delete=models.CASCADE)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who acts: a person who logs in, or the service behind a service key, so that guardian answers one way for both."""

    class Kind(models.TextChoices):
        PERSON = "person"
        SERVICE = "service"  # no password, never logs in

    id = PrefixedIdField("usr")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.PERSON)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Django's admin asks for this; what a person sees is decided by permissions, so every person may enter the shell."""
        return self.kind == self.Kind.PERSON


class Role(models.Model):
    """A named set of permissions in one organization: a name for the Django group that holds them."""

    class Kind(models.TextChoices):
        OWNER = "owner"  # everything, always; cannot be edited, at least one member has it
        FULL_ACCESS = "full_access"  # seeded: team, settings, every engine
        CUSTOM = "custom"

    id = PrefixedIdField("rol")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="roles")
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="role")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.CUSTOM)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "name"], name="role_names_are_unique_in_an_organization"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's place in an organization. The user's permissions there come from the role's group, which the user is in while this row exists."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships", null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user"], name="a_user_is_a_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organization_id}"


class ApiKey(models.Model):
    """A secret that authenticates calls in one organization. Stored as SHA-256 of a 160-bit random text, which needs no salt; shown once."""

    class Kind(models.TextChoices):
        PERSONAL = "personal"  # acts with its creator's permissions of the moment
        SERVICE = "service"  # acts as a user row of its own

    id = PrefixedIdField("key")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")  # whom it acts as
    creator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=100)
    hint = models.CharField(max_length=16)  # its first characters, to tell keys apart
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ApiKeyManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest"], name="key_digests_are_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class Invitation(models.Model):
    """Somebody was asked by e-mail to join. The link in the mail carries a secret, stored as its SHA-256; it is good once, until `expires_at`."""

    id = PrefixedIdField("inv")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()  # in lower case
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    inviter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest"], name="invitation_digests_are_unique"),
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class AuditEvent(models.Model):
    """One act that matters, appended and never changed: a database trigger refuses UPDATE and DELETE (but for erasing an organization).

    Names, not foreign keys: the record outlives what it speaks of.
    """

    sequence = models.BigAutoField(primary_key=True)
    organization_id = PrefixedIdField("org", primary_key=False)
    actor_id = models.CharField(max_length=30)  # usr_… or key_…
    actor_label = models.CharField(max_length=254)
    action = models.CharField(max_length=60)  # noun.verb_past
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=40)
    detail = models.TextField(default="{}")  # JSON: before and after, never a secret
    request_id = models.CharField(max_length=64, blank=True, default="")
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organization_id", "-sequence"], name="audit_by_organization")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class CliSession(models.Model):
    """A command line that waits to be logged in: made by it, confirmed by a person in the browser, fetched once by whoever knows the verifier."""

    id = PrefixedIdField("cls")
    verifier_digest = models.CharField(max_length=64)
    api_key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, null=True, related_name="+")  # once confirmed
    api_key_text = EncryptedTextField(null=True)  # type: ignore[misc]  # from the confirmation until it was fetched
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id
