-- Who may log in, and which audiences the program may speak as. Run by a superuser inside the product's database;
-- harmless to run again. Passwords come from the settings credicys.<login> of the session; without one a login
-- keeps the password it has (a new one then cannot log in).

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'app_migrator', 'app_login', 'app_backup',
    'r_public', 'r_portal', 'r_office', 'r_debtor', 'r_support', 'r_worker'
  ] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I', name);
    END IF;
  END LOOP;
END $$;

-- Owns the database and every table; migrations see all rows.
ALTER ROLE app_migrator LOGIN NOSUPERUSER CREATEDB NOCREATEROLE BYPASSRLS;
-- Web and workers: no right of its own, so that a forgotten context is refused.
ALTER ROLE app_login LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
-- Reads everything, writes nothing.
ALTER ROLE app_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
GRANT pg_read_all_data TO app_backup;

ALTER ROLE r_public NOLOGIN NOSUPERUSER NOBYPASSRLS;
ALTER ROLE r_portal NOLOGIN NOSUPERUSER NOBYPASSRLS;
ALTER ROLE r_office NOLOGIN NOSUPERUSER NOBYPASSRLS;
ALTER ROLE r_debtor NOLOGIN NOSUPERUSER NOBYPASSRLS;
ALTER ROLE r_support NOLOGIN NOSUPERUSER NOBYPASSRLS;
ALTER ROLE r_worker NOLOGIN NOSUPERUSER NOBYPASSRLS;

-- An audience is entered by SET ROLE and never inherited. The owner may step down too: the tests do.
GRANT r_public, r_portal, r_office, r_debtor, r_support, r_worker
  TO app_login, app_migrator WITH INHERIT FALSE, SET TRUE;
GRANT app_login TO app_migrator WITH INHERIT FALSE, SET TRUE;

DO $$
DECLARE
  name text;
  secret text;
BEGIN
  FOREACH name IN ARRAY ARRAY['app_migrator', 'app_login', 'app_backup'] LOOP
    secret := current_setting('credicys.' || name, true);
    IF secret <> '' THEN
      EXECUTE format('ALTER ROLE %I PASSWORD %L', name, secret);
    END IF;
  END LOOP;
  EXECUTE format('ALTER DATABASE %I OWNER TO app_migrator', current_database());
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
