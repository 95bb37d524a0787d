import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.models.partner
import core.clock
from core.rowsecurity import EVERY_ROW, MY_BRAND, MY_CREDITORS, open_table, wall

PEOPLE = ("public", "portal", "office", "support")
READ = dict.fromkeys(PEOPLE, "SELECT")
MY_PARTNER = "(SELECT app_partner())"
# A creditor reads who brought it; a partner reads itself; a code is looked up at its own brand.
BROUGHT_ME = "EXISTS (SELECT 1 FROM accounts_introduction i WHERE i.partner_id = accounts_partner.id)"
OF_A_BRAND = "ALTER TABLE accounts_{0} ADD CONSTRAINT {0}_{1}_same_brand FOREIGN KEY (brand_id, {1}_id) REFERENCES {2} (brand_id, id)"


def key(name):
    return (name, models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def same_brand(table, house, parent):
    drop = f"ALTER TABLE accounts_{table} DROP CONSTRAINT {table}_{house}_same_brand"
    return migrations.RunSQL(OF_A_BRAND.format(table, house, parent), drop)


class Migration(migrations.Migration):

    dependencies = [("accounts", "0014_sign_in_portals"), ("tenants", "0004_public_host")]

    operations = [
        migrations.RunSQL(
            "CREATE FUNCTION app_partner() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE"
            " AS $$ SELECT nullif(current_setting('app.partner', true), '')::bigint $$",
            "DROP FUNCTION app_partner()",
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                key("id"),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("code", models.CharField(default=accounts.models.partner.new_code, editable=False, max_length=8, unique=True, verbose_name="code à remettre")),
                ("is_open", models.BooleanField(default=True, verbose_name="apporte de nouveaux créanciers")),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False, verbose_name="créé le")),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="partners", to="tenants.brand", verbose_name="marque")),
            ],
            options={"verbose_name": "partenaire"},
        ),
        migrations.AddConstraint(  # apart: the references below need it at once
            "partner", models.UniqueConstraint(models.F("brand"), models.F("id"), name="partner_in_brand")
        ),
        migrations.CreateModel(
            name="PartnerMembership",
            fields=[
                key("id"),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenants.brand")),
                ("partner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="members", to="accounts.partner", verbose_name="partenaire")),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="partner_membership", to=settings.AUTH_USER_MODEL, verbose_name="personne")),
            ],
            options={"verbose_name": "membre d’un partenaire", "verbose_name_plural": "membres d’un partenaire"},
        ),
        migrations.CreateModel(
            name="Introduction",
            fields=[
                key("id"),
                ("name", models.CharField(max_length=170, verbose_name="créancier")),
                ("created_at", models.DateTimeField(verbose_name="inscrit le")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="inscription finalisée")),
                ("mandate_at", models.DateTimeField(null=True, verbose_name="mandat signé")),
                ("convention_at", models.DateTimeField(null=True, verbose_name="convention signée")),
                ("first_dossier_at", models.DateTimeField(null=True, verbose_name="premier dossier transmis")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="fin")),
                ("ended_by", models.CharField(max_length=120, null=True, verbose_name="mis fin par")),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tenants.brand")),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="introductions", to="accounts.creditor", verbose_name="créancier")),
                ("partner", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="introductions", to="accounts.partner", verbose_name="partenaire")),
            ],
            options={
                "verbose_name": "créancier apporté",
                "verbose_name_plural": "créanciers apportés",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(models.F("creditor"), condition=models.Q(("ended_at", None)), name="one_partner_at_a_time"),
                    models.CheckConstraint(condition=models.Q(models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)), models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)), _connector="OR"), name="end_has_author", violation_error_message="Une fin a un auteur."),
                    models.CheckConstraint(condition=models.Q(("ended_at__isnull", True), ("ended_at__gte", models.F("created_at")), _connector="OR"), name="introduction_ends_after_start"),
                ],
            },
        ),
        same_brand("partnermembership", "partner", "accounts_partner"),
        same_brand("introduction", "partner", "accounts_partner"),
        same_brand("introduction", "creditor", "accounts_creditor"),
        wall(
            "accounts_introduction",
            portal=(
                "SELECT, INSERT, UPDATE (completed_at, mandate_at, convention_at, first_dossier_at, ended_at, ended_by)",
                f"{MY_CREDITORS} AND {MY_BRAND}",
            ),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        migrations.RunSQL(  # a partner reads whom it brought, for as long as the creditor lets it, and writes nothing
            "CREATE POLICY brought ON accounts_introduction FOR SELECT TO r_portal"
            f" USING (partner_id = {MY_PARTNER} AND {MY_BRAND} AND ended_at IS NULL)",
            "DROP POLICY brought ON accounts_introduction",
        ),
        wall(
            "accounts_partner",
            public=("SELECT", MY_BRAND),
            portal=("SELECT", f"{MY_BRAND} AND (id = {MY_PARTNER} OR {BROUGHT_ME})"),
            support=("SELECT, INSERT, UPDATE (name, is_open)", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        migrations.RunSQL(  # support lets a newcomer work at a partner: the address is checked by the mail of recovery
            "GRANT INSERT ON account_emailaddress TO r_support", "REVOKE INSERT ON account_emailaddress FROM r_support"
        ),
        open_table("accounts_partnermembership", **(READ | {"support": "SELECT, INSERT, DELETE", "worker": "SELECT"})),
    ]
