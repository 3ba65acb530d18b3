"""Where a person may see the same page in another of their organizations."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from engines.grants import EngineGroupPermission, EngineUserPermission
from organizations.models import OrganizationGroupPermission, OrganizationUserPermission, User
from organizations.permissions import ON_ENGINE, ON_ORGANIZATION


def holds_one_of(user: User, names: Iterable[str]) -> Q:
    """A condition on memberships: the user holds one of these contract permissions there; `engine:*` also on chosen engines only."""
    held = Q()
    for name in names:
        here = {"content_object": OuterRef("organization"), "permission__codename": ON_ORGANIZATION[name]}
        held |= Q(Exists(OrganizationGroupPermission.objects.filter(**here, group__user=user)))
        held |= Q(Exists(OrganizationUserPermission.objects.filter(**here, user=user)))
        if name in ON_ENGINE:
            chosen = {"content_object__organization": OuterRef("organization"), "permission__codename": ON_ENGINE[name]}
            held |= Q(Exists(EngineGroupPermission.objects.filter(**chosen, group__user=user)))
            held |= Q(Exists(EngineUserPermission.objects.filter(**chosen, user=user)))
    return held
