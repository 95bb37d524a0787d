from django.db import migrations, models
import django.db.models.deletion

TRIGGER = """
CREATE FUNCTION mandate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state NOT IN ('draft', 'refused') THEN
    IF OLD.state <> 'signed' AND NEW.state <> OLD.state THEN
      RAISE EXCEPTION 'an ended mandate stays ended' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IN ('draft', 'refused') THEN
      RAISE EXCEPTION 'a signed mandate stays signed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.creditor_id, NEW.account_id, NEW.rum, NEW.ics, NEW.version, NEW.mode, NEW.amount, NEW.is_spread, NEW.notice_days,
        NEW.unsigned_id, NEW.signed_id, NEW.signed_at, NEW.signature_id)
       IS DISTINCT FROM
       (OLD.creditor_id, OLD.account_id, OLD.rum, OLD.ics, OLD.version, OLD.mode, OLD.amount, OLD.is_spread, OLD.notice_days,
        OLD.unsigned_id, OLD.signed_id, OLD.signed_at, OLD.signature_id) THEN
      RAISE EXCEPTION 'what was signed never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.rum, NEW.creditor_id, NEW.version) IS DISTINCT FROM (OLD.rum, OLD.creditor_id, OLD.version) THEN
    RAISE EXCEPTION 'a reference belongs to one mandate' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.mode = 'one_off' AND (TG_OP = 'INSERT' OR OLD.mode <> NEW.mode)
     AND EXISTS (SELECT FROM mandates_mandate m WHERE m.creditor_id = NEW.creditor_id AND m.mode = 'automatic') THEN
    RAISE EXCEPTION 'automatic is irreversible' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mandate_guard BEFORE INSERT OR UPDATE ON mandates_mandate FOR EACH ROW EXECUTE FUNCTION mandate_guard();
"""
# An amendment continues the reference of the version that it replaces, of the same creditor.
VERSIONS = """
ALTER TABLE mandates_mandate ADD CONSTRAINT mandate_reference UNIQUE (id, creditor_id, rum);
ALTER TABLE mandates_mandate ADD CONSTRAINT mandates_mandate_replaces_id_same_owner
  FOREIGN KEY (replaces_id, creditor_id, rum) REFERENCES mandates_mandate (id, creditor_id, rum);
ALTER TABLE mandates_mandate ADD CONSTRAINT mandates_mandate_signature_id_same_owner
  FOREIGN KEY (signature_id, creditor_id) REFERENCES signatures_signature (id, creditor_id) DEFERRABLE INITIALLY IMMEDIATE;
DROP POLICY unsigned_only ON mandates_mandate;
GRANT UPDATE (account_id, mode, amount, is_spread, unsigned_id, signature_id, ended_at) ON mandates_mandate TO r_portal;
GRANT UPDATE (state, last_collected_on, ended_at) ON mandates_mandate TO r_worker;
"""
NO_VERSIONS = """
REVOKE UPDATE (state, last_collected_on, ended_at) ON mandates_mandate FROM r_worker;
REVOKE UPDATE (account_id, mode, amount, is_spread, unsigned_id, signature_id, ended_at) ON mandates_mandate FROM r_portal;
CREATE POLICY unsigned_only ON mandates_mandate AS RESTRICTIVE FOR UPDATE TO r_portal
  USING (state IN ('draft', 'refused')) WITH CHECK (true);
ALTER TABLE mandates_mandate DROP CONSTRAINT mandates_mandate_signature_id_same_owner;
ALTER TABLE mandates_mandate DROP CONSTRAINT mandates_mandate_replaces_id_same_owner;
ALTER TABLE mandates_mandate DROP CONSTRAINT mandate_reference;
"""


class Migration(migrations.Migration):
    """The life of a mandate. Codes move to an app of their own: they live ten minutes, so nothing is carried over.

    Mandates signed so far are recurrent, as their papers say.
    """

    dependencies = [("mandates", "0002_walls"), ("signatures", "0002_walls")]

    operations = [
        migrations.RemoveConstraint(
            model_name='mandate',
            name='rum_unique_for_its_creditor_identifier',
        ),
        migrations.RemoveConstraint(
            model_name='mandate',
            name='one_living_mandate',
        ),
        migrations.RemoveConstraint(
            model_name='mandate',
            name='mandate_state_known',
        ),
        migrations.AddField(
            model_name='mandate',
            name='amount',
            field=models.DecimalField(decimal_places=2, max_digits=11, null=True, verbose_name='montant'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='ended_at',
            field=models.DateTimeField(null=True, verbose_name='terminé le'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='is_spread',
            field=models.BooleanField(default=False, verbose_name='étalé sur trois mois'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='last_collected_on',
            field=models.DateField(null=True, verbose_name='dernier prélèvement'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='mode',
            field=models.CharField(choices=[('one_off', 'Ponctuel'), ('automatic', 'Automatique')], default='one_off', max_length=9, verbose_name='mode'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='notice_days',
            field=models.PositiveSmallIntegerField(default=14, verbose_name='préavis, en jours calendaires'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='replaces',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mandates.mandate'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='signature',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to='signatures.signature'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='version',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='evidence',
            field=models.JSONField(default=dict, help_text='Preuve des mandats signés avant que les signatures aient leur table'),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='state',
            field=models.CharField(choices=[('draft', 'À signer'), ('signed', 'Signé'), ('refused', 'Refusé, à signer plus tard'), ('amended', 'Remplacé'), ('used', 'Utilisé'), ('revoked', 'Révoqué'), ('lapsed', 'Caduc')], default='draft', max_length=8, verbose_name='état'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(models.F('ics'), models.F('rum'), models.F('version'), name='rum_unique_for_its_creditor_identifier'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(models.F('creditor'), condition=models.Q(('state', 'signed')), name='one_signed_mandate'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(models.F('creditor'), condition=models.Q(('state__in', ('draft', 'refused'))), name='one_waiting_mandate'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'signed', 'refused', 'amended', 'used', 'revoked', 'lapsed'])), name='mandate_state_known'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['one_off', 'automatic'])), name='mandate_mode_known'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replaces', None), ('version', 1)), models.Q(('replaces__isnull', False), ('version__gt', 1)), _connector='OR'), name='amendment_follows_a_version', violation_error_message='Un avenant suit une version.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('is_spread', False), models.Q(('amount__isnull', False), ('mode', 'automatic')), _connector='OR'), name='only_automatic_spreads', violation_error_message='L’étalement sur trois mois n’existe qu’en mode automatique.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('notice_days__gte', 1), ('notice_days__lte', 14)), name='notice_in_bounds', violation_error_message='Le préavis a quatorze jours au plus.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('amount', None), models.Q(('amount__gt', 0), ('amount__lt', 1000000000)), _connector='OR'), name='mandate_amount_in_bounds', violation_error_message='Le montant est supérieur à zéro.'),
        ),
        migrations.DeleteModel(
            name='Challenge',
        ),
        migrations.RunSQL("UPDATE mandates_mandate SET mode = 'automatic'", migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER mandate_guard ON mandates_mandate; DROP FUNCTION mandate_guard"),
        migrations.RunSQL(VERSIONS, NO_VERSIONS),
    ]
