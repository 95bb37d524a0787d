from django.db import migrations

from core.rowsecurity import open_table

READ = dict.fromkeys(("public", "portal", "office", "debtor", "support", "worker"), "SELECT")
KEPT_BY_SUPPORT = READ | {"support": "SELECT, INSERT, UPDATE"}


class Migration(migrations.Migration):
    """Brands, offices and terms are what the public may read anyway; support keeps them."""

    dependencies = [("tenants", "0001_initial"), ("core", "0002_walls")]

    operations = [
        open_table("tenants_brand", **KEPT_BY_SUPPORT),
        open_table("tenants_office", **KEPT_BY_SUPPORT),
        open_table("tenants_terms", **(READ | {"support": "SELECT, INSERT"})),
    ]
