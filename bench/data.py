"""A million dossiers, one creditor with a tenth of them; and the raw twin that the baselines work on."""

from django.db import connection

FILL = """
SET session_replication_role = replica;
INSERT INTO tenants_brand (slug, host, name, site_name, tagline, logo_url, accent, accent_dark, support_email, support_phone,
    sender_email, postal_address, currency, time_zone, language, territory, creditor_id_sepa)
  VALUES ('credicys', 'testserver', 'Credicys', 'site', '', '', '#1f4e79', '#16395a', 'a@b.example', '', 'a@b.example', '',
    'EUR', 'Europe/Paris', 'fr', 'FR', 'FR72ZZZ123456');
INSERT INTO tenants_office (brand_id, name, commissaire, street, postcode, town, email, phone, court_of_appeal, time_zone,
    is_available)
  VALUES (1, 'Étude', 'Me', '1 rue', '69001', 'Lyon', 'a@b.example', '04', 'Lyon', 'Europe/Paris', true);
INSERT INTO accounts_creditor (brand_id, kind, civility, first_name, last_name, company, legal_form, siret, street, complement,
    postcode, town, email, phone, is_commercant, terms_id, terms_accepted_at, completed_at, created_at)
  SELECT 1, 'legal', 'M', 'A', 'B', 'Créancier n° ' || i, '5499', '', '1 rue', '', '69002', 'Lyon', 'a@b.example', '', true,
    NULL, NULL, now(), now() FROM generate_series(1, 1000) i;
INSERT INTO procedures_legaltext (article, valid_from, text, source, is_specimen)
  SELECT a, '2020-01-01', 'Texte.', 'mesure', true
  FROM unnest(ARRAY['CPCE L111-8', 'CPCE L111-2', 'CPCE L111-3', 'CPCE L125-1', 'C. civ. 2238']) a;
CREATE TEMP TABLE seed AS
  SELECT i, CASE WHEN i %% 10 = 0 THEN 1 ELSE 2 + (i * 31) %% 999 END AS owner,
    (ARRAY['Dupont','Lefèvre','Müller','Benoît','Gonçalvès','Martin','Bernard','Thomas','Petit','Robert','Durand','Leroy',
      'Moreau','Simon','Laurent','Michel','García','Fournier','Girard','Bonnet'])[1 + (i * 17) %% 20] AS surname,
    (ARRAY['Amélie','Chloé','Théo','Hélène','François','Jean','Paul','Zoé','Inès','Loïc'])[1 + (i / 200) %% 10]
      || ' ' || chr(65 + (i / 2000) %% 26) || lpad(((i * 37) %% 9973)::text, 4, '0') AS first_name,
    translate(lpad(to_hex(i), 8, '0'), '01', 'XY') AS ref,
    timestamptz '2024-01-01' + i * interval '53 seconds' AS at
  FROM generate_series(1, %(n)s) i;
INSERT INTO dossiers_debtor (id, creditor_id, kind, civility, first_name, last_name, company, legal_form, siren, vat_number,
    is_consumer, is_commercant, street, complement, postcode, town, territory, email, phone)
  SELECT i, owner, 'natural', 'M', first_name, surname, '', '', '', '', true, false, '3 place Bellecour', '', '69002', 'Lyon',
    'FR', 'd' || i || '@d.example', '' FROM seed;
INSERT INTO dossiers_dossier (id, reference, brand_id, creditor_id, office_id, debtor_id, phase, currency, creditor_reference,
    origin, comments, policy_number, claim_reference, is_attested, created_at, events_count, events_head)
  SELECT i, upper(left(ref, 4) || '-' || right(ref, 4)), 1, owner, 1, i, 'amiable', 'EUR', 'CLI-' || i, 'invoice', '', '', '',
    true, at, 0, '' FROM seed;
INSERT INTO dossiers_item (dossier_id, creditor_id, kind, number, issued_on, due_on, gross, currency, comment, created_at)
  SELECT i, owner, 'invoice', 'F-' || i, '2025-01-01', '2025-02-01', 100 + i %% 900, 'EUR', '', at FROM seed;
INSERT INTO dossiers_search (dossier_id, creditor_id, office_id, created_at, txt)
  SELECT i, owner, 1, at, f_norm(upper(left(ref, 4) || '-' || right(ref, 4)) || ' CLI-' || i || ' ' || first_name || ' '
    || surname || ' Lyon F-' || i) FROM seed;
SELECT setval(pg_get_serial_sequence('dossiers_dossier', 'id'), %(n)s), setval(pg_get_serial_sequence('dossiers_debtor', 'id'), %(n)s);
CREATE SCHEMA raw;
CREATE TABLE raw.dossier (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, ref text NOT NULL, creditor text NOT NULL,
  debtor text NOT NULL, city text NOT NULL, status smallint NOT NULL, stage smallint NOT NULL, cents bigint NOT NULL,
  next_deadline timestamptz, version int NOT NULL DEFAULT 0, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
INSERT INTO raw.dossier SELECT i, owner, ref, 'Créancier n° ' || owner, first_name || ' ' || surname, 'Lyon', 1, 1,
  10000 + i %% 90000, '2030-01-01', 0, at, at FROM seed;
CREATE TABLE raw.event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id bigint NOT NULL, dossier_id bigint NOT NULL
  REFERENCES raw.dossier, kind text NOT NULL, data jsonb NOT NULL, at timestamptz NOT NULL);
CREATE TABLE raw.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id bigint NOT NULL, dossier_id bigint NOT NULL
  REFERENCES raw.dossier, kind text NOT NULL, data jsonb NOT NULL, key text NOT NULL UNIQUE, at timestamptz NOT NULL,
  done_at timestamptz);
CREATE INDEX ON raw.dossier (next_deadline, id) WHERE next_deadline IS NOT NULL;
CREATE INDEX ON raw.dossier (tenant_id, created_at DESC, id DESC);
CREATE INDEX ON raw.dossier (tenant_id, status, created_at DESC, id DESC);
CREATE UNIQUE INDEX ON raw.dossier (tenant_id, ref text_pattern_ops);
CREATE INDEX ON raw.event (dossier_id, at);
CREATE INDEX ON raw.outbox (id) WHERE done_at IS NULL;
GRANT USAGE ON SCHEMA raw TO r_portal;
GRANT SELECT ON raw.dossier TO r_portal;
SET session_replication_role = origin;
"""


def fill(count: int) -> None:
    """Empty tables become a million dossiers, with the raw twin beside them."""
    with connection.cursor() as cursor:
        for statement in (FILL % {"n": count}).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("ANALYZE")
