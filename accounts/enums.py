from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonKind(models.TextChoices):
    LEGAL = "legal", _("Personne morale")
    NATURAL = "natural", _("Personne physique")


class Civility(models.TextChoices):
    MONSIEUR = "M", _("Monsieur")
    MADAME = "Mme", _("Madame")


class LegalForm(models.TextChoices):
    """Label by category of the INSEE nomenclature of legal forms."""

    SA = "5599", "Société Anonyme"
    SA_DIRECTOIRE = "5699", "Société Anonyme à directoire"
    SAS = "5710", "Société par actions simplifiée"
    SASU = "5720", "Société par actions simplifiée unipersonnelle"
    SARL = "5499", "Société à responsabilité limitée"
    EURL = "5498", "Entreprise unipersonnelle à responsabilité limitée"
    SNC = "5202", "Société en nom collectif"
    SCS = "5306", "Société en commandite simple"
    SELARL = "5485", "Société d’exercice libéral à responsabilité limitée"
    SELAS = "5785", "Société d’exercice libéral par actions simplifiée"
    SCI = "6540", "Société civile immobilière"
    SCM = "6589", "Société civile de moyens"
    GIE = "6220", "Groupement d’intérêt économique"
    EI = "1000", "Entrepreneur individuel"
    ASSOCIATION = "9220", "Association déclarée"
    SYNDICAT = "9110", "Syndicat de copropriétaires"
    FONDATION = "9300", "Fondation"
    COMMUNE = "7210", "Commune"
    FOREIGN = "3120", "Société étrangère"


# Commercial by their form, whatever they do (C. com. L210-1).
COMMERCIAL_BY_FORM = frozenset(
    {LegalForm.SA, LegalForm.SA_DIRECTOIRE, LegalForm.SAS, LegalForm.SASU, LegalForm.SARL, LegalForm.EURL}
    | {LegalForm.SNC, LegalForm.SCS, LegalForm.SELARL, LegalForm.SELAS}
)
