"""Who acts, and what they may do: the actor that every queryset starts from.

`visible_to(actor)` of a manager is the filter that makes another organization's rows not exist; a permission is asked for only on rows that passed
it. Permissions live with guardian; here is the one condition that asks for them inside a larger query.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, QuerySet

from organizations.models import ApiKey, Organization, OrganizationGroupPermission, OrganizationUserPermission, User


@dataclass(frozen=True)
class Actor:
    """A user acting in one organization: by a key of that organization, or logged in (`key` is None)."""

    user: User
    organization: Organization
    key: ApiKey | None = None

    @property
    def label(self) -> str:
        """How reviewers and the audit log name the actor."""
        return self.key.name if self.key and self.user.kind == User.Kind.SERVICE else str(self.user)

    @cached_property
    def permissions(self) -> set[str]:
        """Codenames of what the actor may do on the organization: `holds` for all of them at once. One query, kept with the actor."""
        by_role = OrganizationGroupPermission.objects.filter(content_object=self.organization, group__user=self.user)
        directly = OrganizationUserPermission.objects.filter(content_object=self.organization, user=self.user)
        found = by_role.values_list("permission__codename", flat=True).union(directly.values_list("permission__codename", flat=True))
        return set(found)


def holds(actor: Actor, codename: str) -> Exists:
    """A condition: the actor holds a permission on their organization, by a role or directly. To be used inside a filter."""
    by_role = OrganizationGroupPermission.objects.filter(content_object=actor.organization, permission__codename=codename, group__user=actor.user)
    directly = OrganizationUserPermission.objects.filter(content_object=actor.organization, permission__codename=codename, user=actor.user)
    return Exists(_ids(by_role).union(_ids(directly), all=True))


def _ids(rows: "QuerySet[OrganizationGroupPermission] | QuerySet[OrganizationUserPermission]") -> QuerySet[OrganizationGroupPermission]:
    return rows.values("id")  # type: ignore[return-value]  # both sides of the union are rows of one id
