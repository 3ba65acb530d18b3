"""Use cases of tenancy: organizations, their people, roles and API keys. Each opens its own transaction and appends to the audit log.

Callers have checked that the author may do this (`organizations.permissions.require`); what no author may do is refused here, and so is giving more
than one has (`organizations.granting`). Membership and the role's group move together: a user is in the group of the role they have.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model

from foundation.api_errors import Conflict
from foundation.ids import new_id
from organizations.audit import Author, record
from organizations.granting import refuse_giving, refuse_granting, refuse_taking
from organizations.keys import make_key
from organizations.models import ApiKey, Invitation, Membership, Organization, Role, User
from organizations.permissions import (
    ACCESS_ENGINES,
    FULL_ACCESS_PERMISSIONS,
    OWNER_PERMISSIONS,
    Grants,
    grant,
    grants_of,
    replace_grants,
)

SERVICE_DOMAIN = "service.invalid"  # reserved (RFC 2606): no mail ever goes there


def create_person(*, email: str, password: str | None, name: str = "", now: datetime) -> User:
    """Somebody who can log in (with None: not before a password is set). Raises Conflict when the address is taken."""
    with transaction.atomic():
        if User.objects.filter(email=email.lower()).exists():
            raise Conflict(f"There is a user with the address {email.lower()} already.", code="email_taken")
        user = User(email=email.lower(), name=name, created_at=now)
        user.set_password(password)
        user.save(force_insert=True)
    return user


def create_organization(*, name: str, owner: User, author: Author, now: datetime) -> Organization:
    """An organization with its two seeded roles, Owner and Full Access, and its first owner."""
    with transaction.atomic():
        organization = Organization.objects.create(name=name, created_at=now)
        owners = _add_role(organization, "Owner", Role.Kind.OWNER, Grants(everywhere=OWNER_PERMISSIONS))
        _add_role(organization, "Full Access", Role.Kind.FULL_ACCESS, Grants(everywhere=FULL_ACCESS_PERMISSIONS))
        _join(organization, owner, owners, now)
        _record(organization, author, "organization.created", organization, now, {"name": name, "owner": owner.pk})
    return organization


def create_member(*, organization: Organization, user: User, role: Role, author: Author, now: datetime, granter: Author | None = None) -> Membership:
    """Makes a user a member. `granter` gives the role, where it is not the author. Raises Conflict for a member, Forbidden as `granting`."""
    with transaction.atomic():
        _lock(organization)
        refuse_giving(granter or author, role)
        if Membership.objects.filter(organization=organization, user=user).exists():
            raise Conflict(f"{user} is a member already.", code="already_a_member")
        membership = _join(organization, user, _own(role, organization), now)
        _record(organization, author, "member.added", user, now, {"role": role.name})
    return membership


def change_role(*, membership: Membership, role: Role, author: Author, now: datetime) -> None:
    """Moves a member to another role. Raises Conflict for the last owner, Forbidden as `granting`."""
    organization = membership.organization
    with transaction.atomic():
        _lock(organization)
        membership.refresh_from_db(fields=["role"])
        before = membership.role
        refuse_taking(author, before)
        refuse_giving(author, role)
        if role.kind != Role.Kind.OWNER:
            _refuse_last_owner(membership)
        _leave_group(membership)
        membership.role = _own(role, organization)
        membership.save(update_fields=["role"])
        membership.user.groups.add(role.group)
        detail = {"before": before.name if before else None, "after": role.name}
        _record(organization, author, "member.role_changed", membership.user, now, detail)


def remove_member(*, membership: Membership, author: Author, now: datetime) -> None:
    """Ends a membership, and with it the person's keys and open invitations here. Raises Conflict for the last owner, Forbidden as `granting`."""
    organization, user = membership.organization, membership.user
    with transaction.atomic():
        _lock(organization)
        membership.refresh_from_db(fields=["role"])
        refuse_taking(author, membership.role)
        _refuse_last_owner(membership)
        _leave_group(membership)
        Invitation.objects.filter(organization=organization, inviter=user, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
        ApiKey.objects.filter(organization=organization, user=user, revoked_at=None).update(revoked_at=now)
        membership.delete()
        _record(organization, author, "member.removed", user, now)


def create_role(*, organization: Organization, name: str, grants: Grants, author: Author, now: datetime) -> Role:
    """A custom role. Raises Conflict when the name is taken, Forbidden as `granting`."""
    with transaction.atomic():
        _lock(organization)
        refuse_granting(author, grants.everywhere)
        _refuse_taken_name(organization, name)
        role = _add_role(organization, name, Role.Kind.CUSTOM, grants)
        _record(organization, author, "role.created", role, now, {"name": name, **grants.described()})
    return role


def change_role_permissions(*, role: Role, grants: Grants, author: Author, now: datetime) -> None:
    """Gives a role these permissions in place of all it had. Raises Conflict for the owner's role, Forbidden as `granting` for what is new."""
    if role.kind == Role.Kind.OWNER:
        raise Conflict("The owner's role cannot be edited.", code="role_cannot_be_edited")
    with transaction.atomic():
        _lock(role.organization)
        before = grants_of(role.group)
        refuse_granting(author, grants.everywhere - before.everywhere)
        replace_grants(role.group, role.organization, grants)
        _record(role.organization, author, "role.permissions_changed", role, now, {"before": before.described(), "after": grants.described()})


def rename_role(*, role: Role, name: str, author: Author, now: datetime) -> None:
    """Raises Conflict for a seeded role, which keeps its name, and where the name is taken."""
    _refuse_seeded(role)
    with transaction.atomic():
        _lock(role.organization)
        _refuse_taken_name(role.organization, name, but=role)
        before = role.name
        role.name = name
        role.save(update_fields=["name"])
        _record(role.organization, author, "role.renamed", role, now, {"before": before, "after": name})


def delete_role(*, role: Role, author: Author, now: datetime) -> None:
    """Raises Conflict for a seeded role, and for one that a member, a live key or an open invitation has. Keys that ended let go of it."""
    _refuse_seeded(role)
    organization = role.organization
    with transaction.atomic():
        _lock(organization)
        _refuse_used(role, now)
        Membership.objects.filter(role=role).update(role=None)
        before = {"name": role.name, **grants_of(role.group).described()}
        role.group.delete()  # the role goes with its group, and with what the group held
        _record(organization, author, "role.deleted", role, now, {"before": before})


def create_personal_key(
    *, organization: Organization, user: User, name: str, author: Author, now: datetime, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A key that acts with its creator's permissions of the moment, and its text, to be shown once. Raises Conflict for somebody who is no member."""
    with transaction.atomic():
        if not Membership.objects.filter(organization=organization, user=user).exists():
            raise Conflict(f"{user} is not a member of {organization.name}.", code="not_a_member")
        key, text = _add_key(organization, user, user, ApiKey.Kind.PERSONAL, name, now, expires_at)
        _record(organization, author, "key.created", key, now, {"name": name, "kind": key.kind})
    return key, text


def create_service_key(
    *,
    organization: Organization,
    creator: User,
    name: str,
    author: Author,
    now: datetime,
    role: Role | None = None,
    engines: Sequence[Model] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A key that acts as a user of its own, and its text, which is shown once. Raises Forbidden as `granting`.

    It may do what its role may, and use the engines listed; with neither it uses every engine, and nothing else.
    """
    grants = Grants(everywhere=frozenset() if role or engines else frozenset({ACCESS_ENGINES}), chosen={ACCESS_ENGINES: tuple(engines)})
    with transaction.atomic():
        if role:
            _lock(organization)
            refuse_giving(author, role)
        pk = new_id("usr")
        service = User(pk=pk, email=f"{pk}@{SERVICE_DOMAIN}", name=name, kind=User.Kind.SERVICE, created_at=now)
        service.set_unusable_password()
        service.save(force_insert=True)
        _join(organization, service, _own(role, organization) if role else None, now)
        grant(service, organization, grants)
        key, text = _add_key(organization, service, creator, ApiKey.Kind.SERVICE, name, now, expires_at)
        detail = {"name": name, "kind": key.kind, "role": role.name if role else None, **grants.described()}
        _record(organization, author, "key.created", key, now, detail)
    return key, text


def revoke_key(*, key: ApiKey, author: Author, now: datetime) -> None:
    """Ends a key: its next request is refused. Ending it twice is ending it once."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now) == 1:
            key.revoked_at = now
            _record(key.organization, author, "key.revoked", key, now, {"name": key.name})


def set_default_webhook_url(*, organization: Organization, url: str, author: Author, now: datetime) -> None:
    """Where results go when a submission names no URL; empty for nowhere. The caller has checked the address."""
    with transaction.atomic():
        before = _lock(organization).default_webhook_url
        Organization.objects.filter(pk=organization.pk).update(default_webhook_url=url)
        organization.default_webhook_url = url
        _record(organization, author, "organization.default_webhook_url_changed", organization, now, {"before": before, "after": url})


def _lock(organization: Organization) -> Organization:
    """Members and roles of one organization change one at a time: two owners must not each find the other still there."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _add_role(organization: Organization, name: str, kind: Role.Kind, grants: Grants) -> Role:
    pk = new_id("rol")
    group = Group.objects.create(name=pk)
    grant(group, organization, grants)
    return Role.objects.create(pk=pk, organization=organization, group=group, name=name, kind=kind)


def _add_key(
    organization: Organization, user: User, creator: User, kind: ApiKey.Kind, name: str, now: datetime, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    text, digest, hint = make_key()
    key = ApiKey.objects.create(
        organization=organization, user=user, creator=creator, kind=kind, name=name, hint=hint, digest=digest, created_at=now, expires_at=expires_at
    )
    return key, text


def _join(organization: Organization, user: User, role: Role | None, now: datetime) -> Membership:
    if role:
        user.groups.add(role.group)
    return Membership.objects.create(organization=organization, user=user, role=role, created_at=now)


def _leave_group(membership: Membership) -> None:
    if membership.role:
        membership.user.groups.remove(membership.role.group)


def _refuse_seeded(role: Role) -> None:
    if role.kind != Role.Kind.CUSTOM:
        raise Conflict(f"{role.name} came with the organization: it keeps its name and cannot be deleted.", code="role_cannot_be_edited")


def _refuse_taken_name(organization: Organization, name: str, *, but: Role | None = None) -> None:
    if Role.objects.filter(organization=organization, name=name).exclude(pk=but.pk if but else None).exists():
        raise Conflict(f"There is a role named {name} already.", code="role_name_taken")


def _refuse_used(role: Role, now: datetime) -> None:
    people = Membership.objects.filter(role=role, user__kind=User.Kind.PERSON).count()
    keys = ApiKey.objects.live(now).filter(kind=ApiKey.Kind.SERVICE, user__memberships__role=role).count()
    invitations = Invitation.objects.filter(role=role, accepted_at=None, withdrawn_at=None, expires_at__gt=now).count()
    used = [(people, "member"), (keys, "live key"), (invitations, "open invitation")]
    by = ", ".join(f"{count} {what}{'s' if count > 1 else ''}" for count, what in used if count)
    if by:
        raise Conflict(f"{role.name} is in use by {by}.", code="role_in_use")


def _own(role: Role, organization: Organization) -> Role:
    if role.organization_id != organization.pk:
        raise ValueError(f"{role.pk} is not a role of {organization.pk}")
    return role


def _refuse_last_owner(membership: Membership) -> None:
    if membership.role is None or membership.role.kind != Role.Kind.OWNER:
        return
    owners = Membership.objects.filter(organization=membership.organization, role__kind=Role.Kind.OWNER, user__kind=User.Kind.PERSON)
    if not owners.filter(user__is_active=True).exclude(pk=membership.pk).exists():
        raise Conflict("An organization needs an owner, and this is the last one.", code="last_owner")


def _record(
    organization: Organization,
    author: Author,
    action: str,
    target: Organization | User | Role | ApiKey,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    target_type = target._meta.model_name or ""
    record(organization=organization, author=author, action=action, target_type=target_type, target_id=target.pk, now=now, detail=detail)
