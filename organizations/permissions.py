"""The contract's permission names (§9), what each is called in the database, and the check that refuses.

`org:*` is held on the organization. `engine:*` is held on every engine at once (a permission on the organization) or on chosen engines (a guardian
permission on each, whatever model it is: engines are an app above this one). A refusal names what is missing and who can grant it; it is only ever
said about a row that the actor may read.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Model, QuerySet
from guardian.models import GroupObjectPermissionBase
from guardian.shortcuts import assign_perm

from foundation.api_errors import Forbidden
from organizations.access import Actor, holds
from organizations.models import Membership, Organization, OrganizationGroupPermission, OrganizationUserPermission, User

MANAGE_TEAM = "org:manage_team"
MANAGE_SETTINGS = "org:manage_settings"
MANAGE_BILLING = "org:manage_billing"
DELETE = "org:delete"
MANAGE_REVIEWS = "org:manage_reviews"
ACCESS_ENGINES = "engine:access"
REVIEW_TRANSLATIONS = "engine:review_translations"

ON_ORGANIZATION: Mapping[str, str] = {
    MANAGE_TEAM: "manage_team",
    MANAGE_SETTINGS: "manage_settings",
    MANAGE_BILLING: "manage_billing",
    DELETE: "delete_organization",
    MANAGE_REVIEWS: "manage_reviews",
    ACCESS_ENGINES: "access_every_engine",
    REVIEW_TRANSLATIONS: "review_every_engine",
}
ON_ENGINE: Mapping[str, str] = {ACCESS_ENGINES: "access_engine", REVIEW_TRANSLATIONS: "review_translations"}

OWNER_PERMISSIONS = frozenset(ON_ORGANIZATION)
FULL_ACCESS_PERMISSIONS = frozenset({MANAGE_TEAM, MANAGE_SETTINGS, ACCESS_ENGINES})

GRANTERS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Grants:
    """What a role or a service key may do: `everywhere` by contract name (`engine:*`: on every engine), `chosen` on the engines listed."""

    everywhere: frozenset[str] = frozenset()
    chosen: Mapping[str, tuple[Model, ...]] = field(default_factory=dict)

    def described(self) -> dict[str, object]:
        """For the audit log: names, and the ids of chosen engines."""
        return {"everywhere": sorted(self.everywhere), **{name: sorted(str(row.pk) for row in rows) for name, rows in self.chosen.items()}}


def require(actor: Actor, name: str, *, on: Model | None = None) -> None:
    """Raises Forbidden, unless the actor holds the permission: on the engine `on`, or else on the organization (`engine:*`: on every engine)."""
    if not may(actor, name, on=on):
        granters = ", ".join(_granters(actor.organization))
        raise Forbidden(f"This needs the permission {name}. It can be granted by: {granters}.")


def may(actor: Actor, name: str, *, on: Model | None = None) -> bool:
    """Whether the actor holds the permission at this moment; one query, or two for a chosen engine."""
    everywhere = Organization.objects.filter(holds(actor, ON_ORGANIZATION[name]), pk=actor.organization.pk).exists()
    return everywhere or (on is not None and actor.user.has_perm(f"{on._meta.app_label}.{ON_ENGINE[name]}", on))


def users_holding(organization: Organization, name: str) -> QuerySet[User]:
    """The people who hold a permission on the organization by their role."""
    groups = OrganizationGroupPermission.objects.filter(content_object=organization, permission__codename=ON_ORGANIZATION[name]).values("group")
    memberships = Membership.objects.filter(organization=organization, role__group__in=groups)
    return User.objects.filter(memberships__in=memberships, kind=User.Kind.PERSON, is_active=True).order_by("id")


def grants_of(group: Group) -> Grants:
    """What a role's group holds now."""
    codenames = set(OrganizationGroupPermission.objects.filter(group=group).values_list("permission__codename", flat=True))
    chosen: dict[str, list[Model]] = defaultdict(list)
    held = [table.objects.filter(group=group).select_related("permission").prefetch_related("content_object") for table in _permission_tables(group)]
    for row in chain.from_iterable(held):
        for name, codename in ON_ENGINE.items():
            if row.permission.codename == codename:
                chosen[name].append(row.content_object)
    everywhere = frozenset(name for name, codename in ON_ORGANIZATION.items() if codename in codenames)
    return Grants(everywhere=everywhere, chosen={name: tuple(engines) for name, engines in chosen.items()})


def replace_grants(group: Group, organization: Organization, grants: Grants) -> None:
    """Gives a role's group exactly these permissions, in place of all it had."""
    for table in _permission_tables(group):
        table.objects.filter(group=group).delete()
    grant(group, organization, grants)


def grant(holder: Group | User, organization: Organization, grants: Grants) -> None:
    """Adds permissions to a role's group, or to the user behind a service key. Raises ValueError for another organization's engine."""
    codenames = [ON_ORGANIZATION[name] for name in grants.everywhere]
    permissions = Permission.objects.filter(content_type__app_label="organizations", codename__in=codenames)
    if isinstance(holder, Group):
        by_role = [OrganizationGroupPermission(content_object=organization, group=holder, permission=each) for each in permissions]
        OrganizationGroupPermission.objects.bulk_create(by_role)
    else:
        directly = [OrganizationUserPermission(content_object=organization, user=holder, permission=each) for each in permissions]
        OrganizationUserPermission.objects.bulk_create(directly)
    for name, engines in grants.chosen.items():
        for engine in engines:
            if getattr(engine, "organization_id", None) != organization.pk:
                raise ValueError(f"{engine.pk} is not an engine of {organization.pk}")
            assign_perm(ON_ENGINE[name], holder, engine)


def _permission_tables(group: Group) -> list[Any]:
    """guardian's tables of what groups hold, in this app and in those above it."""
    models = [relation.related_model for relation in group._meta.related_objects]
    return [model for model in models if isinstance(model, type) and issubclass(model, GroupObjectPermissionBase)]


def _granters(organization: Organization) -> list[str]:
    return [str(user) for user in users_holding(organization, MANAGE_TEAM)[:GRANTERS_NAMED]]
