import core.clock
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, MY_OFFICE, wall

# Whose rows the context may find, as a condition that the planner reads with its values; null for who may find none.
OWNER = """
CREATE FUNCTION search_owner() RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT CASE
    WHEN cardinality(app_creditors()) = 1 THEN format('s.creditor_id = %L::bigint', (app_creditors())[1])
    WHEN app_creditors() IS NOT NULL THEN format('s.creditor_id = ANY (%L::bigint[])', app_creditors())
    WHEN app_office() IS NOT NULL THEN format('s.office_id = %L::bigint', app_office())
  END
$$;
"""
# Both run as their owner, who is above row security, and filter by the context themselves, like search_dossiers.
FIND = r"""
CREATE FUNCTION find_dossiers(patterns text[], most int)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  owner text := search_owner();
  held text := '';
  pattern text;
BEGIN
  IF owner IS NULL THEN
    RETURN;
  END IF;
  FOREACH pattern IN ARRAY patterns LOOP
    held := held || format(' AND s.txt LIKE %L',
      '%' || replace(replace(f_norm(pattern), '\', '\\'), '_', '\_') || '%');
  END LOOP;
  RETURN QUERY EXECUTE format(
    'SELECT s.dossier_id FROM dossiers_search s WHERE %s %s ORDER BY s.created_at DESC, s.dossier_id DESC LIMIT %s',
    owner, held, least(most, 10001));
END $$;
REVOKE ALL ON FUNCTION find_dossiers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_dossiers TO r_portal, r_office;
"""
RESEMBLING = """
CREATE FUNCTION resembling_dossiers(words text, most int)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  owner text := search_owner();
BEGIN
  IF owner IS NULL THEN
    RETURN;
  END IF;
  PERFORM show_limit();  -- loads the library: only then may its threshold be set by whoever is no superuser
  PERFORM set_config('pg_trgm.word_similarity_threshold', '0.4', true);
  RETURN QUERY EXECUTE format(
    'SELECT s.dossier_id FROM dossiers_search s WHERE %1$s AND %2$L <%% s.txt'
    ' ORDER BY word_similarity(%2$L, s.txt) DESC, s.created_at DESC, s.dossier_id DESC LIMIT %3$s',
    owner, f_norm(words), least(most, 100));
END $$;
REVOKE ALL ON FUNCTION resembling_dossiers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION resembling_dossiers TO r_portal, r_office;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_client_category'),
        ('dossiers', '0014_l126'),
        ('tenants', '0004_public_host'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('query', models.CharField(max_length=2000, verbose_name='adresse')),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('creditor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to='accounts.creditor')),
                ('office', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to='tenants.office')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'recherche enregistrée',
                'verbose_name_plural': 'recherches enregistrées',
                'ordering': ['name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('creditor__isnull', True), ('office__isnull', False)), models.Q(('creditor__isnull', False), ('office__isnull', True)), _connector='OR'), name='saved_search_has_one_house'), models.UniqueConstraint(models.F('user'), models.F('creditor'), models.F('office'), models.F('name'), name='saved_search_named_once', nulls_distinct=False)],
            },
        ),
        wall(
            "dossiers_savedsearch",
            portal=("SELECT, INSERT, UPDATE (query), DELETE", MY_CREDITORS),
            office=("SELECT, INSERT, UPDATE (query), DELETE", MY_OFFICE),
            support=("SELECT", EVERY_ROW),
        ),
        migrations.RunSQL(
            "CREATE INDEX dossiers_by_own_reference ON dossiers_dossier (creditor_id, creditor_reference, id)",
            "DROP INDEX dossiers_by_own_reference",
        ),
        migrations.RunSQL(OWNER, "DROP FUNCTION search_owner"),
        migrations.RunSQL(FIND, "DROP FUNCTION find_dossiers"),
        migrations.RunSQL(RESEMBLING, "DROP FUNCTION resembling_dossiers"),
        # What is found by its postcode: the words of the rows that are there already.
        migrations.RunSQL(
            "UPDATE dossiers_search s SET txt = s.txt || ' ' || f_norm(b.postcode) FROM dossiers_dossier d"
            " JOIN dossiers_debtor b ON b.id = d.debtor_id WHERE d.id = s.dossier_id AND b.postcode <> ''",
            migrations.RunSQL.noop,
        ),
    ]
