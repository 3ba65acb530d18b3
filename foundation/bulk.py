"""Many conditional updates as one statement: the rows that come back are the answer.

The same rule as `Model.objects.filter(pk=…, status=…).update(…)` and its count, for rows that each get values of their own. Works alike on
PostgreSQL and SQLite (3.35 or later).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def update_rows(
    model: type[models.Model],
    *,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    match: Sequence[str],
    only: Mapping[str, Sequence[Any]],
    constants: Mapping[str, Any],
    add: Sequence[str] = (),
) -> set[Any]:
    """Updates `model` from `rows` and returns the primary keys that were updated.

    `columns` names the values of each row in order; those in `match` must equal the stored ones (the primary key is among them), those in `add`
    are added to the stored number, the others are stored. `only` lists the values a column must have before; `constants` are stored everywhere.
    """
    if not rows:
        return set()
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in (*columns, *only, *constants)}
    quoted = {name: connection.ops.quote_name(fields[name].column) for name in fields}
    own = connection.ops.quote_name(model._meta.db_table)
    given = [_assignment(fields[name], quoted[name], name in add, own) for name in columns if name not in match]
    fixed = [f"{quoted[name]} = %s" for name in constants]
    conditions = [f"{own}.{quoted[name]} = {_typed(fields[name], f'given.{quoted[name]}')}" for name in match]
    conditions += [f"{own}.{quoted[name]} IN ({_marks(len(values))})" for name, values in only.items()]
    key = connection.ops.quote_name(str(model._meta.pk.column))
    statement = (
        f"WITH given ({', '.join(quoted[name] for name in columns)}) AS (VALUES {', '.join([f'({_marks(len(columns))})'] * len(rows))}) "
        f"UPDATE {own} SET {', '.join(given + fixed)} FROM given WHERE {' AND '.join(conditions)} RETURNING {own}.{key}"
    )
    parameters = [_stored(fields[name], value) for row in rows for name, value in zip(columns, row, strict=True)]
    parameters += [_stored(fields[name], value) for name, value in constants.items()]
    parameters += [_stored(fields[name], value) for name, values in only.items() for value in values]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def _assignment(field: Any, column: str, is_sum: bool, own: str) -> str:
    value = _typed(field, f"given.{column}")
    return f"{column} = {own}.{column} + {value}" if is_sum else f"{column} = {value}"


def _typed(field: Any, expression: str) -> str:
    """PostgreSQL types a VALUES column by its literals, and a column of NULLs as text; SQLite has no types to get wrong."""
    if connection.vendor != "postgresql":
        return expression
    kind = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
    # A cast to varchar(n) cuts a text that is too long; storing it refuses one.
    return f"CAST({expression} AS {'varchar' if kind.startswith(('varchar', 'character varying')) else kind})"


def _stored(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)
