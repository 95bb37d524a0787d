import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.models
from core.rowsecurity import open_table

PEOPLE = ("public", "portal", "office", "support")
READ = dict.fromkeys(PEOPLE, "SELECT")


def issue_identifiers(apps, schema_editor):
    """One for each person who is already there; a process of the former release may still add some without."""
    for user in apps.get_model("accounts", "User").objects.filter(identifier=None):
        user.identifier = accounts.models.new_identifier()
        user.save(update_fields=["identifier"])


class Migration(migrations.Migration):

    dependencies = [("accounts", "0004_sessions_and_factors"), ("tenants", "0002_walls")]

    operations = [
        migrations.AddField(
            "user", "identifier", models.CharField(max_length=12, null=True, verbose_name="identifiant"),
        ),
        migrations.AddField(
            "user", "password_changed_at", models.DateTimeField(null=True, verbose_name="mot de passe changé le"),
        ),
        migrations.RunPython(issue_identifiers, migrations.RunPython.noop),
        migrations.AlterField(
            "user",
            "identifier",
            models.CharField(
                default=accounts.models.new_identifier, max_length=12, null=True, unique=True, verbose_name="identifiant"
            ),
        ),
        migrations.CreateModel(
            name="LoginPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password_days", models.PositiveSmallIntegerField(default=0, help_text="0 : il n’expire pas.", verbose_name="mot de passe valable (jours)")),
                ("has_secret_question", models.BooleanField(default=False, help_text="Y répondre ouvre « mot de passe oublié ».", verbose_name="question secrète")),
                ("brand", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="login_policy", to="tenants.brand", verbose_name="marque")),
            ],
            options={"verbose_name": "règle de connexion", "verbose_name_plural": "règles de connexion"},
        ),
        migrations.CreateModel(
            name="SecretQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=120, verbose_name="question")),
                ("answer_hash", models.CharField(max_length=128)),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="secret_question", to=settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "question secrète", "verbose_name_plural": "questions secrètes"},
        ),
        migrations.RunSQL(
            "GRANT UPDATE (password_changed_at) ON accounts_user TO r_public, r_portal, r_office",
            "REVOKE UPDATE (password_changed_at) ON accounts_user FROM r_public, r_portal, r_office",
        ),
        open_table("accounts_loginpolicy", **(READ | {"support": "SELECT, INSERT, UPDATE"})),
        # Asked before anybody is known; a question alone opens nothing, and the answer is hashed.
        open_table("accounts_secretquestion", public="SELECT, INSERT, UPDATE"),
    ]
