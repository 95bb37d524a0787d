from django.db import models
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    """Where a dossier stands on the legal path; it moves by procedures.services only."""

    DRAFT = "draft", _("Brouillon")
    SUBMITTED = "submitted", _("Transmis à l’étude")
    REFUSED = "refused", _("Refusé par l’étude")
    TO_CORRECT = "to_correct", _("À corriger par le créancier")
    AMIABLE = "amiable", _("Phase amiable")
    PSRPC = "psrpc", _("Procédure simplifiée")
    TITLE = "title", _("Titre exécutoire délivré")
    INJONCTION_OFFERED = "injonction_offered", _("Injonction de payer possible")
    INJONCTION_REQUESTED = "injonction_requested", _("Injonction de payer demandée")
    IP_FILED = "ip_filed", _("Requête en injonction déposée")
    IP_ORDERED = "ip_ordered", _("Ordonnance rendue")
    IP_SERVED = "ip_served", _("Ordonnance signifiée")
    IP_OPPOSED = "ip_opposed", _("Opposition formée")
    ENFORCEABLE = "enforceable", _("Ordonnance exécutoire")
    L126_REQUESTED = "l126_requested", _("Commandement de payer demandé")
    L126_SERVED = "l126_served", _("Commandement de payer signifié")
    L126_UNCONTESTED = "l126_uncontested", _("Non-contestation constatée")
    L126_TITLE = "l126_title", _("Titre du greffe délivré")
    L126_ENFORCEABLE = "l126_enforceable", _("Titre du greffe signifié")
    SETTLED = "settled", _("Réglé")
    CLOSED = "closed", _("Clos")


ENDED = (Phase.SETTLED, Phase.CLOSED)


class Origin(models.TextChoices):
    """Where the claim comes from: the procédure simplifiée is open to contracts and statutes only (L125-1)."""

    INVOICE = "invoice", _("Facture impayée")
    CHEQUE = "cheque", _("Chèque impayé")
    DRAFT = "draft", _("Traite non acceptée")
    RENT = "rent", _("Loyer")
    CHARGES = "charges", _("Charges ou cotisations statutaires")
    OTHER_CONTRACT = "contract", _("Autre contrat")


class ItemKind(models.TextChoices):
    INVOICE = "invoice", _("Facture")
    CREDIT_NOTE = "credit_note", _("Note de crédit")
    PAYMENT = "payment", _("Paiement")


class AttachmentKind(models.TextChoices):
    INVOICE = "invoice", _("Facture ou avoir")
    CONTRACT = "contract", _("Contrat, conditions générales")
    ORDER = "order", _("Bon de commande ou de livraison")
    CORRESPONDENCE = "correspondence", _("Correspondance")
    CONTACT = "contact", _("Coordonnées du débiteur")
    OTHER = "other", _("Autre")
