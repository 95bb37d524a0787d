import django.db.models.deletion
from django.db import migrations, models

import accounts.models.log_in
from core.rowsecurity import EVERY_ROW, MY_BRAND, wall


class Migration(migrations.Migration):

    dependencies = [("accounts", "0013_client_category"), ("tenants", "0004_public_host")]

    operations = [
        migrations.CreateModel(
            name="SignInPortal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=40, verbose_name="nom dans l’adresse")),
                ("label", models.CharField(help_text="« Se connecter avec … »", max_length=60, verbose_name="nom sur le bouton")),
                ("issuer", models.CharField(max_length=200, validators=[accounts.models.log_in.https_issuer], verbose_name="émetteur (issuer)")),
                ("client_id", models.CharField(max_length=200, verbose_name="client_id")),
                ("secret_sealed", models.CharField(max_length=600)),
                ("domains", models.CharField(help_text="Domaines des adresses dont il peut répondre, séparés par des espaces.", max_length=400, verbose_name="domaines")),
                ("is_open", models.BooleanField(default=True, verbose_name="ouvert")),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sign_in_portals", to="tenants.brand", verbose_name="marque")),
            ],
            options={
                "verbose_name": "portail de connexion",
                "verbose_name_plural": "portails de connexion",
                "constraints": [models.UniqueConstraint(models.F("brand"), models.F("slug"), name="one_portal_per_address")],
            },
        ),
        wall(
            "accounts_signinportal",
            public=("SELECT", MY_BRAND),
            support=("SELECT, INSERT, UPDATE (label, issuer, client_id, secret_sealed, domains, is_open)", EVERY_ROW),
        ),
    ]
