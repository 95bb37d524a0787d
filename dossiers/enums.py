from django.db import models


class Phase(models.TextChoices):
    """Where a dossier stands on the legal path; it moves by procedures.services only."""

    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "Transmis à l’étude"
    REFUSED = "refused", "Refusé par l’étude"
    AMIABLE = "amiable", "Phase amiable"
    PSRPC = "psrpc", "Procédure simplifiée"
    INJONCTION_OFFERED = "injonction_offered", "Injonction de payer possible"
    INJONCTION_REQUESTED = "injonction_requested", "Injonction de payer demandée"
    SETTLED = "settled", "Réglé"
    CLOSED = "closed", "Clos"


ENDED = (Phase.SETTLED, Phase.CLOSED)


class Origin(models.TextChoices):
    """Where the claim comes from: the procédure simplifiée is open to contracts and statutes only (L125-1)."""

    INVOICE = "invoice", "Facture impayée"
    CHEQUE = "cheque", "Chèque impayé"
    DRAFT = "draft", "Traite non acceptée"
    RENT = "rent", "Loyer"
    CHARGES = "charges", "Charges ou cotisations statutaires"
    OTHER_CONTRACT = "contract", "Autre contrat"


class ItemKind(models.TextChoices):
    INVOICE = "invoice", "Facture"
    CREDIT_NOTE = "credit_note", "Note de crédit"
    PAYMENT = "payment", "Paiement"


class AttachmentKind(models.TextChoices):
    INVOICE = "invoice", "Facture ou avoir"
    CONTRACT = "contract", "Contrat, conditions générales"
    ORDER = "order", "Bon de commande ou de livraison"
    CORRESPONDENCE = "correspondence", "Correspondance"
    CONTACT = "contact", "Coordonnées du débiteur"
    OTHER = "other", "Autre"
