import django.db.models.deletion
from django.db import migrations, models

from core.rowsecurity import EVERY_ROW, MY_CREDITORS, MY_DOSSIER, same_owner, wall

OF_OUR_DOSSIER = "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = dossier_id)"
PUBLISHED = (
    "EXISTS (SELECT 1 FROM dossiers_publication p WHERE p.document_id = documents_document.id"
    " AND p.dossier_id = documents_document.dossier_id)"
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_office_profile'),
        ('documents', '0003_secret_pages'),
        ('dossiers', '0007_threads'),
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('published_by', models.CharField(max_length=120)),
                ('published_at', models.DateTimeField()),
                ('withdrawn_by', models.CharField(max_length=120, null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('creditor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.creditor')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='dossiers.dossier')),
            ],
            options={
                'verbose_name': 'publication au débiteur',
                'verbose_name_plural': 'publications au débiteur',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='withdrawal_has_author', violation_error_message='Un retrait a un auteur.'), models.UniqueConstraint(models.F('document'), condition=models.Q(('withdrawn_at', None)), name='published_once')],
            },
        ),
        wall(
            "dossiers_publication",
            portal=("SELECT", MY_CREDITORS),
            office=("SELECT, INSERT, UPDATE (withdrawn_by, withdrawn_at)", OF_OUR_DOSSIER),
            debtor=("SELECT", f"{MY_DOSSIER} AND withdrawn_at IS NULL"),
            support=("SELECT", EVERY_ROW),
        ),
        same_owner("dossiers_publication", "dossiers_dossier", "dossier_id", "creditor_id"),
        same_owner("dossiers_publication", "documents_document", "document_id", "creditor_id"),
        migrations.RunSQL(
            f"CREATE POLICY debtor_published ON documents_document FOR SELECT TO r_debtor"
            f" USING ({MY_DOSSIER} AND secret_pages = 0 AND {PUBLISHED})",
            "DROP POLICY debtor_published ON documents_document",
        ),
    ]
