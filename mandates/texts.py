"""Sentences that stand on screen, on paper and in the proof alike."""

from django.utils.translation import gettext as _


def consent(collector: str) -> str:
    """What the person agrees to by typing the code; printed in the proof as it was shown."""
    return _(
        "J’ai lu le mandat affiché et j’autorise %(name)s à débiter ce compte dans les conditions qu’il énonce."
    ) % {"name": collector}


def convention_consent() -> str:
    """What the person agrees to by signing the convention."""
    return _("J’ai lu la convention affichée et je l’accepte pour un an, tacitement reconduit.")


def outside_sepa() -> str:
    """NC, PF and WF: IBANs that begin with FR and yet are not of the SEPA area."""
    return _(
        "Ce compte est tenu en Nouvelle-Calédonie, en Polynésie française ou à Wallis-et-Futuna : son IBAN commence par"
        " FR, mais le prélèvement SEPA ne l’atteint pas. Indiquez un compte tenu en métropole, dans un département"
        " d’outre-mer, à Monaco ou dans un autre pays de l’espace SEPA."
    )
