import django.db.models.deletion
from django.db import migrations, models

from core.rowsecurity import MY_CREDITORS, MY_OFFICE, EVERY_ROW, append_only, same_owner, wall

OF_OUR_DOSSIER = "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = dossier_id)"
OF_OUR_MESSAGE = "EXISTS (SELECT 1 FROM dossiers_threadmessage m WHERE m.id = message_id)"
SAME_OFFICE = (
    "EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = dossiers_threadmessage.dossier_id"
    " AND d.office_id = dossiers_threadmessage.office_id AND d.phase <> 'draft')"
)


def voices(role, mine, theirs):
    """Each side speaks in its own name, unread at first, and marks as read only what the other said."""
    return migrations.RunSQL(
        f"CREATE POLICY {mine}_speaks ON dossiers_threadmessage AS RESTRICTIVE FOR INSERT TO {role}"
        f" WITH CHECK (voice = '{mine}' AND read_at IS NULL AND {SAME_OFFICE});"
        f"CREATE POLICY {mine}_reads ON dossiers_threadmessage AS RESTRICTIVE FOR UPDATE TO {role}"
        f" USING (voice = '{theirs}' AND read_at IS NULL) WITH CHECK (voice = '{theirs}')",
        f"DROP POLICY {mine}_speaks ON dossiers_threadmessage; DROP POLICY {mine}_reads ON dossiers_threadmessage",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_office_profile'),
        ('documents', '0003_secret_pages'),
        ('dossiers', '0006_shared'),
        ('tenants', '0003_policies'),
    ]

    operations = [
        migrations.CreateModel(
            name='ThreadMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('voice', models.CharField(choices=[('creditor', 'Créancier'), ('office', 'Étude')], max_length=8)),
                ('author', models.CharField(max_length=120)),
                ('text', models.TextField(max_length=5000)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('read_by', models.CharField(max_length=120, null=True)),
                ('creditor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.creditor')),
                ('dossier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='thread', to='dossiers.dossier')),
                ('office', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.office')),
            ],
            options={
                'verbose_name': 'message',
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ThreadFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('creditor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.creditor')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='dossiers.threadmessage')),
            ],
            options={
                'verbose_name': 'fichier d’un message',
                'ordering': ['pk'],
            },
        ),
        migrations.AddIndex(
            model_name='threadmessage',
            index=models.Index(models.F('creditor'), condition=models.Q(('read_at', None), ('voice', 'office')), name='unread_of_creditor'),
        ),
        migrations.AddIndex(
            model_name='threadmessage',
            index=models.Index(models.F('office'), condition=models.Q(('read_at', None), ('voice', 'creditor')), name='unread_of_office'),
        ),
        migrations.AddIndex(
            model_name='threadmessage',
            index=models.Index(models.F('dossier'), models.F('created_at'), name='messages_of_thread'),
        ),
        migrations.AddIndex(
            model_name='threadmessage',
            index=models.Index(models.F('creditor'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='thread_of_creditor'),
        ),
        migrations.AddIndex(
            model_name='threadmessage',
            index=models.Index(models.F('office'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='thread_of_office'),
        ),
        migrations.AddConstraint(
            model_name='threadmessage',
            constraint=models.CheckConstraint(condition=models.Q(('voice__in', ['creditor', 'office'])), name='thread_voice_known'),
        ),
        migrations.AddConstraint(
            model_name='threadmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('read_at__isnull', True), ('read_by__isnull', True)), models.Q(('read_at__isnull', False), ('read_by__isnull', False)), _connector='OR'), name='reading_has_author', violation_error_message='Une lecture a un auteur.'),
        ),
        migrations.RunSQL(
            "ALTER TABLE dossiers_threadmessage ADD CONSTRAINT thread_and_creditor UNIQUE (id, creditor_id)",
            "ALTER TABLE dossiers_threadmessage DROP CONSTRAINT thread_and_creditor",
        ),
        wall(
            "dossiers_threadmessage",
            portal=("SELECT, INSERT, UPDATE (read_at, read_by)", MY_CREDITORS),
            office=("SELECT, INSERT, UPDATE (read_at, read_by)", f"{MY_OFFICE} AND {OF_OUR_DOSSIER}"),
            worker=("SELECT", EVERY_ROW),
        ),
        voices("r_portal", "creditor", "office"),
        voices("r_office", "office", "creditor"),
        wall(
            "dossiers_threadfile",
            portal=("SELECT, INSERT", MY_CREDITORS),
            office=("SELECT, INSERT", OF_OUR_MESSAGE),
        ),
        append_only("dossiers_threadfile"),
        same_owner("dossiers_threadmessage", "dossiers_dossier", "dossier_id", "creditor_id"),
        same_owner("dossiers_threadfile", "dossiers_threadmessage", "message_id", "creditor_id"),
        same_owner("dossiers_threadfile", "documents_document", "document_id", "creditor_id"),
        # What the office sends with a message; the right to insert is there since accounts.0009.
        migrations.RunSQL(
            "CREATE POLICY office_sends ON documents_document FOR INSERT TO r_office WITH CHECK"
            f" ({MY_OFFICE} AND {OF_OUR_DOSSIER} AND NOT for_debtor AND secret_pages = 0);"
            "GRANT UPDATE (manager_id) ON dossiers_dossier TO r_office",
            "DROP POLICY office_sends ON documents_document;"
            "REVOKE UPDATE (manager_id) ON dossiers_dossier FROM r_office",
        ),
    ]
