"""Who may do what at a creditor: one table, readable by a lawyer."""

from enum import StrEnum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    DOSSIER_READ = auto()
    DOSSIER_FILE = auto()
    DOSSIER_ADVANCE = auto()
    MANDATE_SIGN = auto()
    ACCOUNT_COMPLETE = auto()


class Role(models.TextChoices):
    OWNER = "owner", _("Responsable")
    MANAGER = "manager", _("Gestionnaire")
    FILER = "filer", _("Déposant")
    ACCOUNTANT = "accountant", _("Comptable")
    READER = "reader", _("Lecteur")


PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset({Permission.DOSSIER_READ, Permission.DOSSIER_FILE, Permission.DOSSIER_ADVANCE}),
    Role.FILER: frozenset({Permission.DOSSIER_READ, Permission.DOSSIER_FILE}),
    Role.ACCOUNTANT: frozenset({Permission.DOSSIER_READ}),
    Role.READER: frozenset({Permission.DOSSIER_READ}),
}
