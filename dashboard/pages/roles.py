"""`/orgs/<id>/roles`: what each role may do and who has it; a new role, and one role with its form.

What may be given is for `organizations.granting` to say: a form that asks for more than its sender holds is a 403.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.navigation import reach_of
from dashboard.pages.role_form import RoleForm
from engines.grants import EngineGroupPermission
from engines.models import Engine
from foundation.api_errors import Conflict
from organizations.audit import author_of
from organizations.granting import in_order
from organizations.models import ApiKey, Membership, Organization, OrganizationGroupPermission, Role, User
from organizations.pages.acts import Act
from organizations.pages.base import OrganizationPage
from organizations.pages.team import find_role
from organizations.permission_words import PERMISSION_WORDS
from organizations.permissions import MANAGE_TEAM, ON_ENGINE, ON_ORGANIZATION, Grants, grants_of
from organizations.services import change_role_permissions, create_role, delete_role, rename_role

PEOPLE_NAMED = 3


@dataclass(frozen=True, slots=True)
class RoleRow:
    """`may`: a phrase for each permission. `people`: some of the members who have it; `keys`: live service keys."""

    role: Role
    may: Sequence[str]
    people: Sequence[User]
    more_people: int
    keys: int

    @property
    def is_editable(self) -> bool:
        return self.role.kind != Role.Kind.OWNER


class RolesPage(OrganizationPage):
    """The list."""

    template_name = "dashboard/roles.html"
    title = "Roles"
    permission = MANAGE_TEAM

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "rows": _rows(self)}


class _RoleFormPage(OrganizationPage):
    permission = MANAGE_TEAM

    def form(self, data: Any = None, *, role: Role | None = None) -> RoleForm:
        engines = list(Engine.objects.filter(organization=self.actor.organization).order_by("name", "id").only("id", "name", "organization"))
        grants = _grants(role, engines) if role else None
        return RoleForm(data, engines=engines, held=reach_of(self.request, self.actor).held, role_name=role.name if role else "", grants=grants)

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [("Roles", reverse("roles", args=[self.actor.organization.pk]))]


class NewRolePage(_RoleFormPage):
    """An empty form; a POST makes the role."""

    template_name = "dashboard/new_role.html"
    title = "New role"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"form": kwargs.get("form") or self.form(), **super().get_context_data(**kwargs), "trail": self.trail}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            name, author = form.cleaned_data["name"], author_of(request, self.actor)
            try:
                create_role(organization=self.actor.organization, name=name, grants=form.grants(), author=author, now=self.now)
            except Conflict as exc:
                form.add_error("name", exc.message)
            else:
                messages.success(request, f"The role {name} is there. Members and keys can have it now.")
                return redirect("roles", self.actor.organization.pk)
        return self.render_to_response(self.get_context_data(form=form), status=400)


class RolePage(_RoleFormPage):
    """One role; a POST changes its name and what it may do."""

    template_name = "dashboard/role.html"
    title = "Role"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        role = kwargs.get("role") or find_role(self, self.kwargs["role_id"])
        [row] = _rows(self, role)
        form = kwargs.get("form") or (self.form(role=role) if row.is_editable else None)
        return {**super().get_context_data(**kwargs), "role": role, "row": row, "form": form, "trail": self.trail}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        role = find_role(self, kwargs["role_id"])
        form = self.form(request.POST, role=role)
        if role.kind != Role.Kind.CUSTOM:
            form.fields["name"].disabled = True
        if form.is_valid():
            try:
                self._save(role, form)
            except Conflict as exc:
                form.add_error("name" if exc.code == "role_name_taken" else None, exc.message)
            else:
                messages.success(request, f"Saved. What {role.name} may do holds from the next click or call on.")
                return redirect("roles", self.actor.organization.pk)
        return self.render_to_response(self.get_context_data(form=form, role=role), status=400)

    def _save(self, role: Role, form: RoleForm) -> None:
        """Both changes or neither; what stays as it is, is not recorded. Raises Conflict."""
        author = author_of(self.request, self.actor)
        name, grants = form.cleaned_data["name"], form.grants()
        with transaction.atomic():
            if name != role.name:
                rename_role(role=role, name=name, author=author, now=self.now)
            if role.kind == Role.Kind.OWNER or grants.described() != grants_of(role.group).described():
                change_role_permissions(role=role, grants=grants, author=author, now=self.now)


class DeleteRole(Act):
    permission = MANAGE_TEAM

    def act(self) -> str:
        role = find_role(self, self.kwargs["role_id"])
        delete_role(role=role, author=self.author, now=self.now)
        return f"The role {role.name} is deleted."

    def back(self) -> str:
        return reverse("roles", args=[self.actor.organization.pk])


def _grants(role: Role, engines: Sequence[Engine]) -> Grants:
    """As `grants_of`, in two queries: the engines are at hand."""
    by_id = {engine.pk: engine for engine in engines}
    codenames = set(OrganizationGroupPermission.objects.filter(group=role.group_id).values_list("permission__codename", flat=True))
    rows = EngineGroupPermission.objects.filter(group=role.group_id, content_object__in=by_id).values_list("permission__codename", "content_object")
    on_engines = list(rows)
    chosen = {name: tuple(by_id[pk] for held, pk in on_engines if held == codename) for name, codename in ON_ENGINE.items()}
    everywhere = frozenset(name for name, codename in ON_ORGANIZATION.items() if codename in codenames)
    return Grants(everywhere=everywhere, chosen={name: held for name, held in chosen.items() if held})


def _rows(page: OrganizationPage, *only: Role) -> list[RoleRow]:
    """Five queries, whatever the number of roles; four where they are given."""
    organization = page.actor.organization
    roles = only or in_order(organization.roles.all())
    phrases = _phrases(roles, organization)
    people: defaultdict[str | None, list[User]] = defaultdict(list)
    members = Membership.objects.filter(organization=organization, role__in=roles, user__kind=User.Kind.PERSON).select_related("user")
    for membership in members.order_by("user__name", "user__email"):
        people[membership.role_id].append(membership.user)
    keys: defaultdict[str, int] = defaultdict(int)
    services = ApiKey.objects.live(page.now).filter(organization=organization, kind=ApiKey.Kind.SERVICE, user__memberships__role__in=roles)
    for role_id in services.values_list("user__memberships__role_id", flat=True):
        keys[role_id] += 1
    named = PEOPLE_NAMED if not only else None
    return [_row(role, phrases[role.pk], people[role.pk], keys[role.pk], named) for role in roles]


def _row(role: Role, may: Sequence[str], people: Sequence[User], keys: int, named: int | None) -> RoleRow:
    shown = people[:named]
    return RoleRow(role, may, shown, len(people) - len(shown), keys)


def _phrases(roles: Sequence[Role], organization: Organization) -> Mapping[str, list[str]]:
    """What each role may do, in the contract's order. Two queries."""
    role_of = {role.group_id: role.pk for role in roles}
    everywhere: defaultdict[str, set[str]] = defaultdict(set)
    chosen: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    of_organization = OrganizationGroupPermission.objects.filter(content_object=organization, group__in=role_of)
    for group_id, codename in of_organization.values_list("group_id", "permission__codename"):
        everywhere[role_of[group_id]].add(codename)
    of_engines = EngineGroupPermission.objects.filter(group__in=role_of).order_by("content_object__name")
    for group_id, codename, engine in of_engines.values_list("group_id", "permission__codename", "content_object__name"):
        chosen[role_of[group_id], codename].append(engine)
    return {role.pk: [phrase for name in ON_ORGANIZATION if (phrase := _phrase(name, role.pk, everywhere, chosen))] for role in roles}


def _phrase(name: str, role_id: str, everywhere: Mapping[str, set[str]], chosen: Mapping[tuple[str, str], list[str]]) -> str:
    """Empty where the role does not hold it."""
    title = PERMISSION_WORDS[name].title
    if ON_ORGANIZATION[name] in everywhere.get(role_id, set()):
        return f"{title}: every one" if name in ON_ENGINE else title
    engines = chosen.get((role_id, ON_ENGINE.get(name, "")))
    return f"{title}: {', '.join(engines)}" if engines else ""
