from django.db import migrations

from core.rowsecurity import EVERY_ROW, MY_BRAND, MY_CREDITORS, open_table, wall

PEOPLE = ("public", "portal", "office", "support")
READ = dict.fromkeys((*PEOPLE, "worker"), "SELECT")
MINE = "id = ANY ((SELECT app_creditors())::bigint[])"
OWN_LOGIN = "UPDATE (password, last_login)"  # nobody gives herself a right
SESSION = dict.fromkeys((*PEOPLE, "debtor"), "SELECT, INSERT, UPDATE, DELETE")


class Migration(migrations.Migration):
    """Users, sessions and memberships are read before anybody is known: no row security, no debtor's data."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("core", "0002_walls"),
        ("sessions", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        open_table("django_session", **SESSION),
        open_table("django_content_type", **READ),
        open_table("auth_permission", **READ),
        open_table("auth_group", **READ),
        open_table("auth_group_permissions", **READ),
        open_table("accounts_user_groups", **READ),
        open_table("accounts_user_user_permissions", **READ),
        open_table("django_admin_log", support="SELECT, INSERT"),
        open_table(
            "accounts_user",
            public=f"SELECT, INSERT, {OWN_LOGIN}", portal=f"SELECT, {OWN_LOGIN}", office=f"SELECT, {OWN_LOGIN}",
            support="SELECT, INSERT, UPDATE", worker="SELECT", debtor="SELECT",
        ),
        open_table(
            "account_emailaddress",
            public="SELECT, INSERT, UPDATE (verified)", portal="SELECT", office="SELECT", support="SELECT, UPDATE",
            worker="SELECT",
        ),
        open_table("account_emailconfirmation", public="SELECT, INSERT, UPDATE, DELETE"),
        open_table(
            "accounts_membership",
            public="SELECT, INSERT", portal="SELECT", office="SELECT", support="SELECT, INSERT, UPDATE", worker="SELECT",
        ),
        open_table(
            "accounts_officemembership",
            public="SELECT", portal="SELECT", office="SELECT", support="SELECT, INSERT, UPDATE", worker="SELECT",
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE accounts_creditor_id_seq TO r_public",
            "REVOKE USAGE ON SEQUENCE accounts_creditor_id_seq FROM r_public",
        ),
        wall(
            "accounts_creditor",
            # What identifies a creditor is changed by support only (CRE-29).
            portal=("SELECT, INSERT, UPDATE (terms_id, terms_accepted_at, completed_at)", f"{MINE} AND {MY_BRAND}"),
            support=("SELECT, UPDATE", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "accounts_bankaccount",
            portal=("SELECT, INSERT", MY_CREDITORS),
            support=("SELECT", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        wall(
            "accounts_billingparty",
            portal=("SELECT, INSERT, UPDATE", MY_CREDITORS),
            support=("SELECT, UPDATE", EVERY_ROW),
            worker=("SELECT", EVERY_ROW),
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_membership ADD CONSTRAINT membership_same_brand"
            " FOREIGN KEY (brand_id, creditor_id) REFERENCES accounts_creditor (brand_id, id)",
            "ALTER TABLE accounts_membership DROP CONSTRAINT membership_same_brand",
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_officemembership ADD CONSTRAINT office_membership_same_brand"
            " FOREIGN KEY (brand_id, office_id) REFERENCES tenants_office (brand_id, id)",
            "ALTER TABLE accounts_officemembership DROP CONSTRAINT office_membership_same_brand",
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_creditor ADD CONSTRAINT parent_same_brand"
            " FOREIGN KEY (brand_id, parent_id) REFERENCES accounts_creditor (brand_id, id)",
            "ALTER TABLE accounts_creditor DROP CONSTRAINT parent_same_brand",
        ),
    ]
