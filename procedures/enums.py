from django.db import models
from django.utils.translation import gettext_lazy as _


class HoldKind(models.TextChoices):
    """Why a dossier, or one of its items, does not go on; what each stops stands in procedures.effects."""

    DISPUTE = "dispute", _("Contestation")
    PAID = "paid", _("Paiement déclaré par le débiteur")
    TIME = "time", _("Demande de délai")
    VULNERABILITY = "vulnerability", _("Situation à ménager")
    OVERINDEBTEDNESS = "overindebtedness", _("Surendettement")
    INSOLVENCY = "insolvency", _("Procédure collective")
    DEATH = "death", _("Décès du débiteur")
    ADDRESS_LOST = "address_lost", _("Adresse perdue")
    CLOSURE = "closure", _("Clôture demandée par le créancier")


class HoldState(models.TextChoices):
    TO_VERIFY = "to_verify", _("À vérifier")
    CONFIRMED = "confirmed", _("Confirmée")
    REFUSED = "refused", _("Refusée")
    LIFTED = "lifted", _("Levée")


class DisputeReason(models.TextChoices):
    """What is contested, by a short list that can be counted."""

    NOT_DELIVERED = "not_delivered", _("Non livré ou non exécuté")
    DEFECTIVE = "defective", _("Défectueux ou non conforme")
    AMOUNT = "amount", _("Montant erroné")
    ALREADY_PAID = "already_paid", _("Déjà payé")
    NOT_MINE = "not_mine", _("Ce n’est pas ma dette")
    PRESCRIBED = "prescribed", _("Prescrit")
    OTHER = "other", _("Autre")


class NoticeKind(models.TextChoices):
    """What a notice of collective proceedings says."""

    OPENING = "opening", _("Ouverture")
    CONVERSION = "conversion", _("Conversion")
    CLOSING = "closing", _("Clôture")
    OTHER = "other", _("Autre")


class MatchState(models.TextChoices):
    """A match on a number is a suspicion until a person has read the notice."""

    TO_CONFIRM = "to_confirm", _("À confirmer")
    CONFIRMED = "confirmed", _("Confirmée")
    DISMISSED = "dismissed", _("Écartée")
