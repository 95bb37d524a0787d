"""The SQL of the walls, written once: which audience may do what to which rows of a table.

Every audience is a role of PostgreSQL without log-in. The login of web and workers inherits none of them, so
that a forgotten context is *permission denied*, never all rows and never an empty page by surprise.
"""

from django.db.migrations import RunSQL

AUDIENCES = ("public", "portal", "office", "debtor", "support", "worker")
EVERY_ROW = "true"

# Each is a sub-select so that the planner reads the setting once, not once a row.
MY_BRAND = "brand_id = (SELECT app_brand())"
MY_CREDITORS = "creditor_id = ANY ((SELECT app_creditors())::bigint[])"
MY_OFFICE = "office_id = (SELECT app_office())"
MY_DOSSIER = "dossier_id = (SELECT app_dossier())"


def my_secret(column: str) -> str:
    """The row whose secret was shown (tenants.context.knowing)."""
    return f"{column} = (SELECT nullif(current_setting('app.secret', true), ''))"


CONTEXT_FUNCTIONS = """
CREATE FUNCTION app_brand() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.brand', true), '')::bigint $$;
CREATE FUNCTION app_creditors() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.creditors', true), '')::bigint[] $$;
CREATE FUNCTION app_office() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.office', true), '')::bigint $$;
CREATE FUNCTION app_dossier() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.dossier', true), '')::bigint $$;
"""


def wall(table: str, **audiences: tuple[str, str]) -> RunSQL:
    """Row security on a table that belongs to somebody: audience=("SELECT, INSERT", "condition on the row").

    FORCE makes it hold for the owner too; an audience that is not named can do nothing at all.
    """
    lock = f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\nALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    unlock = f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;\nALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
    doors = [policy(table, audience, *rights) for audience, rights in audiences.items()]
    return RunSQL(
        ";\n".join([lock, *(str(door.sql) for door in doors)]),
        ";\n".join([*(str(door.reverse_sql) for door in doors), unlock]),
    )


def policy(table: str, audience: str, rights: str, condition: str) -> RunSQL:
    """One audience's door in the wall of a table that has one."""
    role = _role(audience)
    return RunSQL(
        f"CREATE POLICY {audience} ON {table} TO {role} USING ({condition}) WITH CHECK ({condition});\n"
        f"GRANT {rights} ON {table} TO {role}",
        f"DROP POLICY {audience} ON {table};\nREVOKE ALL ON {table} FROM {role}",
    )


def open_table(table: str, **rights: str) -> RunSQL:
    """Plain grants on a table that belongs to nobody in particular (sessions, brands, users): audience="SELECT"."""
    return RunSQL(
        ";\n".join(f"GRANT {right} ON {table} TO {_role(audience)}" for audience, right in rights.items()),
        ";\n".join(f"REVOKE ALL ON {table} FROM {_role(audience)}" for audience in rights),
    )


def same_owner(table: str, parent: str, *columns: str) -> RunSQL:
    """A composite foreign key: a row can only refer to a parent of the same owner.

    Plain foreign keys are checked without row security, so they would let a reference cross the wall.
    """
    names = ", ".join(columns)
    targets = ", ".join(["id", *columns[1:]])
    label = f"{table}_{columns[0]}_same_owner"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {label} FOREIGN KEY ({names}) REFERENCES {parent} ({targets})"
        " DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} DROP CONSTRAINT {label}",
    )


def append_only(table: str) -> RunSQL:
    """Rows are added and never changed nor removed: a trigger refuses, also to the owner (nobody else may TRUNCATE)."""
    return RunSQL(
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def _role(audience: str) -> str:
    if audience not in AUDIENCES:
        raise ValueError(f"unknown audience {audience!r}")
    return f"r_{audience}"
