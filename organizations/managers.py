"""How users and API keys are looked up."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, Value
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from organizations.models import ApiKey, User


class DatabaseClock(Func):
    """The moment that `foundation.clock.database_now` would read, as a column of a query that is made anyway."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        return Value(datetime.now(UTC), output_field=self.output_field).as_sql(compiler, connection)


class UserManager(BaseUserManager["User"]):
    """E-mail addresses compare without case: they are stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class ApiKeyManager(models.Manager["ApiKey"]):
    """Keys with whom they act as."""

    def live(self, now: datetime) -> models.QuerySet["ApiKey"]:
        """Keys neither revoked nor expired: `ApiKey.is_live` as a condition."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)

    def for_authentication(self) -> models.QuerySet["ApiKey"]:
        """Keys whose user may still act in the key's organization, with users, organization and the moment as `database_now`: one query.

        A service's user is a member like a person, so that one condition ends the keys of both. A user is a member once: the join adds no rows.
        """
        live = self.select_related("user", "creator", "organization").filter(user__is_active=True, user__memberships__organization=F("organization"))
        return live.annotate(database_now=DatabaseClock())
