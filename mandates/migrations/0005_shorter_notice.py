from django.db import migrations


class Migration(migrations.Migration):
    """A draft's notice may still be chosen; the trigger of 0003 keeps that of a signed one."""

    dependencies = [("mandates", "0004_notices_email")]

    operations = [
        migrations.RunSQL(
            "GRANT UPDATE (notice_days) ON mandates_mandate TO r_portal",
            "REVOKE UPDATE (notice_days) ON mandates_mandate FROM r_portal",
        ),
    ]
