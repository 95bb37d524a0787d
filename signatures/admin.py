from django.contrib import admin

from core.admin import ReadOnlyAdmin
from signatures.models import Signature


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin):
    """Support sees that something was signed and when; the proof itself belongs to the parties."""

    list_display = ("signed_at", "reference", "brand", "number", "is_proved")
    fields = ("brand", "signed_at", "number", "hash", "previous")
    list_select_related = ("brand", "proof")

    @admin.display(description="référence")
    def reference(self, signature: Signature) -> str:
        return str(signature.evidence["deed"]["reference"])

    @admin.display(description="horodatée", boolean=True)
    def is_proved(self, signature: Signature) -> bool:
        return hasattr(signature, "proof")
