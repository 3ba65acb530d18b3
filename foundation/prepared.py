"""A query that Django writes once and that is asked often: for the few that every call makes.

To have Django write the SQL takes several times as long as to run it. The query is written with names in place of what is asked for, and each asking
puts its values there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Prepared:
    """SQL and its parameters, some of which are names."""

    sql: str
    parameters: tuple[Any, ...]

    def bind(self, values: Mapping[Any, Any]) -> list[Any]:
        """The parameters, with the value of each name that has one; a name without one stays, and finds nothing."""
        return [values.get(parameter, parameter) for parameter in self.parameters]

    def ask(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """The rows as the driver gives them: on SQLite, times are texts."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.bind(values))
            return list(cursor.fetchall())


def prepare(rows: "QuerySet[Any, Any]") -> Prepared:
    """Call it once for each form of a query. Its names must be of their parameter's type and no value that can occur."""
    sql, parameters = rows.query.sql_with_params()
    return Prepared(sql, tuple(parameters))
