"""Who may give what (contract §9): the Owner role is the owners' affair, and nobody gives an `org:*` permission that they do not hold.

Services ask here inside their transaction, so that a page that forgot to is no way around. An author without an actor is an operator at the command
line, whom nothing limits. `engine:*` is not asked for: who manages a team appoints its reviewers without being one.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

from foundation.api_errors import Forbidden
from organizations.access import Actor
from organizations.audit import Author
from organizations.models import Membership, OrganizationGroupPermission, Role
from organizations.permissions import ON_ORGANIZATION, grants_of

OWNERS_ONLY = "Only an owner can make somebody an owner, or change or remove one."
OF_THE_ORGANIZATION = {name: codename for name, codename in ON_ORGANIZATION.items() if name.startswith("org:")}
_ORDER = {Role.Kind.OWNER: 0, Role.Kind.FULL_ACCESS: 1, Role.Kind.CUSTOM: 2}


def refuse_giving(author: Author, role: Role) -> None:
    """Raises Forbidden where the author may not give anybody the role: Owner, or one that may do more to the organization than they may."""
    if author.actor is None:
        return
    if role.kind == Role.Kind.OWNER:
        _require_owner(author.actor)
    else:
        refuse_granting(author, grants_of(role.group).everywhere)


def refuse_taking(author: Author, role: Role | None) -> None:
    """Raises Forbidden where the author may not take the role from somebody."""
    if author.actor is not None and role is not None and role.kind == Role.Kind.OWNER:
        _require_owner(author.actor)


def refuse_granting(author: Author, names: Collection[str]) -> None:
    """Raises Forbidden for `org:*` permissions, by their contract names, that the author does not hold."""
    if author.actor is None:
        return
    held = replace(author.actor).permissions  # asked anew: what the page was told may be over by now
    beyond = sorted(name for name in names if name in OF_THE_ORGANIZATION and OF_THE_ORGANIZATION[name] not in held)
    if beyond:
        raise Forbidden(f"Nobody can give a permission that they do not hold: {', '.join(beyond)}.")


def is_owner(actor: Actor) -> bool:
    return Membership.objects.filter(organization=actor.organization, user=actor.user, role__kind=Role.Kind.OWNER, user__is_active=True).exists()


def giveable_roles(actor: Actor) -> list[Role]:
    """The roles that `refuse_giving` lets the actor give: Owner, Full Access, then by name. Four queries."""
    held = actor.permissions
    needed: defaultdict[int, set[str]] = defaultdict(set)
    rows = OrganizationGroupPermission.objects.filter(content_object=actor.organization, permission__codename__in=OF_THE_ORGANIZATION.values())
    for group_id, codename in rows.values_list("group_id", "permission__codename"):
        needed[group_id].add(codename)
    owns = is_owner(actor)
    roles = [role for role in actor.organization.roles.all() if (owns if role.kind == Role.Kind.OWNER else needed[role.group_id] <= held)]
    return in_order(roles)


def in_order(roles: Collection[Role]) -> list[Role]:
    """As lists show them: Owner, Full Access, then by name."""
    return sorted(roles, key=lambda role: (_ORDER[Role.Kind(role.kind)], role.name.casefold(), role.pk))


def _require_owner(actor: Actor) -> None:
    if not is_owner(actor):
        raise Forbidden(OWNERS_ONLY)
