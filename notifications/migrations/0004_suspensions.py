from django.db import migrations, models

from core.rowsecurity import open_table


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0003_papers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'Courriel'), ('sms', 'SMS'), ('letter', 'Lettre simple'), ('registered', 'Lettre recommandée AR'), ('file', 'Classé au dossier')], max_length=12, verbose_name='voie')),
                ('reason', models.CharField(max_length=200, verbose_name='motif, tel que les écrans le montrent')),
                ('expected_end_at', models.DateTimeField(blank=True, null=True, verbose_name='fin prévue')),
                ('suspended_at', models.DateTimeField(verbose_name='suspendue le')),
                ('suspended_by', models.CharField(max_length=120, verbose_name='suspendue par')),
                ('resumed_at', models.DateTimeField(null=True, verbose_name='reprise le')),
                ('resumed_by', models.CharField(max_length=120, null=True, verbose_name='reprise par')),
            ],
            options={
                'verbose_name': 'suspension d’une voie',
                'verbose_name_plural': 'suspensions de voies',
                'ordering': ['-suspended_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'letter', 'registered', 'file'])), name='suspended_channel_known'), models.CheckConstraint(condition=models.Q(models.Q(('resumed_at__isnull', True), ('resumed_by__isnull', True)), models.Q(('resumed_at__isnull', False), ('resumed_by__isnull', False)), _connector='OR'), name='resumption_has_author', violation_error_message='Une reprise a un auteur.'), models.UniqueConstraint(models.F('channel'), condition=models.Q(('resumed_at', None)), name='one_suspension_per_channel', violation_error_message='Cette voie est déjà suspendue.')],
            },
        ),
        open_table(
            "notifications_suspension",
            portal="SELECT",
            office="SELECT",
            worker="SELECT",
            support="SELECT, INSERT, UPDATE (resumed_at, resumed_by)",
        ),
    ]
