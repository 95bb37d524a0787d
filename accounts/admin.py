from django.contrib import admin

from accounts.models import BankAccount, Creditor, LoginPolicy, Membership, OfficeMembership, User
from core.admin import KeptAdmin, ReadOnlyAdmin


@admin.register(User)
class UserAdmin(KeptAdmin):
    """Support corrects a name; passwords and rights are not given from here."""

    list_display = ("email", "last_name", "first_name", "is_active", "is_staff")
    search_fields = ("email", "last_name")
    fields = ("email", "civility", "last_name", "first_name", "is_active")
    readonly_fields = ("email",)

    def has_add_permission(self, request: object) -> bool:
        return False


@admin.register(Creditor)
class CreditorAdmin(KeptAdmin):
    """Personal information changes here only (CRE-29)."""

    list_display = ("name", "registration", "town", "brand", "completed_at")
    search_fields = ("company", "last_name", "siret", "ridet", "tahiti", "rna")
    list_filter = ("brand", "kind")
    readonly_fields = ("brand", "parent", "terms", "terms_accepted_at", "completed_at", "created_at")

    def has_add_permission(self, request: object) -> bool:
        return False


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    """Masked: the last four characters, and never the sealed value."""

    list_display = ("creditor", "masked", "bic", "created_at")
    fields = ("creditor", "masked", "bic", "signatory", "created_at")


@admin.register(LoginPolicy)
class LoginPolicyAdmin(KeptAdmin):
    list_display = ("brand", "password_days", "has_secret_question")


@admin.register(Membership, OfficeMembership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "brand")
    search_fields = ("user__email",)
