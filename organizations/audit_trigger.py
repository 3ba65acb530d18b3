"""The trigger that makes the audit log append-only, for a migration's `RunPython(install, remove)`.

UPDATE is always refused; DELETE too, but for the rows of the organization that the open transaction says it is erasing (`audit.erasing`): on
PostgreSQL in the setting `interlinear.erasing`, on SQLite, which has no settings, in a row of a table that the same transaction empties again.
SQLite drops the triggers of a table that a migration alters: such a migration runs `install` again.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_REFUSAL = "organizations_auditevent is append-only"

_INSTALL = {
    "postgresql": [
        f"""CREATE OR REPLACE FUNCTION organizations_auditevent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND OLD.organization_id = current_setting('interlinear.erasing', true) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        """CREATE TRIGGER organizations_auditevent_is_append_only BEFORE UPDATE OR DELETE ON organizations_auditevent
        FOR EACH ROW EXECUTE FUNCTION organizations_auditevent_is_append_only()""",
    ],
    "sqlite": [
        "CREATE TABLE IF NOT EXISTS organizations_auditerasing (organization_id varchar(23) NOT NULL)",
        f"""CREATE TRIGGER organizations_auditevent_refuses_update BEFORE UPDATE ON organizations_auditevent
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
        f"""CREATE TRIGGER organizations_auditevent_refuses_delete BEFORE DELETE ON organizations_auditevent
        WHEN NOT EXISTS (SELECT 1 FROM organizations_auditerasing WHERE organization_id = OLD.organization_id)
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    ],
}

_REMOVE = {
    "postgresql": [
        "DROP TRIGGER IF EXISTS organizations_auditevent_is_append_only ON organizations_auditevent",
        "DROP FUNCTION IF EXISTS organizations_auditevent_is_append_only()",
    ],
    "sqlite": [
        "DROP TRIGGER IF EXISTS organizations_auditevent_refuses_update",
        "DROP TRIGGER IF EXISTS organizations_auditevent_refuses_delete",
        "DROP TABLE IF EXISTS organizations_auditerasing",
    ],
}


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Forwards. Installing over what is there is the same as installing once."""
    remove(apps, schema_editor)
    for statement in _INSTALL[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Backwards."""
    for statement in _REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
