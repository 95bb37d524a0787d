"""Who may do what at a creditor: one table, readable by a lawyer, and shown as it is on the page of roles."""

from enum import StrEnum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    DOSSIER_READ = auto()
    DOSSIER_FILE = auto()
    DOSSIER_ADVANCE = auto()
    DOSSIER_SHARE = auto()
    PROFILE_READ = auto()
    PROFILE_CHANGE = auto()
    PAYOUT_CHANGE = auto()
    PEOPLE_MANAGE = auto()
    MANDATE_SIGN = auto()
    CONVENTION_SIGN = auto()
    ACCOUNT_COMPLETE = auto()
    FEES_PAY = auto()


LABELS = {
    Permission.DOSSIER_READ: _("Lire les dossiers, leurs pièces et leur historique"),
    Permission.DOSSIER_FILE: _("Créer des dossiers, joindre des pièces, déclarer des paiements, écrire à l’étude"),
    Permission.DOSSIER_ADVANCE: _("Décider de la suite d’un dossier : injonction, clôture"),
    Permission.DOSSIER_SHARE: _("Partager la lecture avec un comptable ou un avocat"),
    Permission.PROFILE_READ: _("Lire le profil, le compte bancaire masqué et la facturation"),
    Permission.PROFILE_CHANGE: _("Demander une modification de l’identité"),
    Permission.PAYOUT_CHANGE: _("Proposer ou confirmer le compte qui reçoit les sommes recouvrées"),
    Permission.PEOPLE_MANAGE: _("Inviter des personnes, changer leur rôle, retirer leur accès"),
    Permission.MANDATE_SIGN: _("Signer le mandat de prélèvement"),
    Permission.CONVENTION_SIGN: _("Signer la convention et souscrire aux options"),
    Permission.ACCOUNT_COMPLETE: _("Finaliser l’inscription : banque, facturation, conditions générales"),
    Permission.FEES_PAY: _("Payer par carte les frais de la plateforme"),
}


class Role(models.TextChoices):
    OWNER = "owner", _("Responsable")
    MANAGER = "manager", _("Gestionnaire")
    FILER = "filer", _("Déposant")
    ACCOUNTANT = "accountant", _("Comptable")
    READER = "reader", _("Lecteur")


P = Permission
PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset({P.DOSSIER_READ, P.DOSSIER_FILE, P.DOSSIER_ADVANCE, P.DOSSIER_SHARE, P.PROFILE_READ}),
    Role.FILER: frozenset({P.DOSSIER_READ, P.DOSSIER_FILE}),
    Role.ACCOUNTANT: frozenset({P.DOSSIER_READ, P.PROFILE_READ, P.PAYOUT_CHANGE, P.FEES_PAY}),
    Role.READER: frozenset({P.DOSSIER_READ}),
}
