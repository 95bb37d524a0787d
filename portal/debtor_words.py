"""What the debtor reads in each phase, in words that ask nothing of him that the law does not."""

from django.utils.translation import gettext_noop

from dossiers.enums import Phase

# What the debtor reads: his own choices, never the creditor's.
DEBTOR_WORDS = {
    Phase.AMIABLE: (
        gettext_noop("Réglez, proposez ou contestez avant cette date, auprès de l’étude."),
        "CPCE R124-4",
    ),
    Phase.PSRPC: (
        gettext_noop(
            "Acceptez ou refusez avant cette date. Un accord doit être conclu d’ici là ; sans réponse, le silence vaut refus."
        ),
        "CPCE L125-1",
    ),
    Phase.TITLE: (
        gettext_noop("Payez selon l’échéancier convenu. En cas de difficulté, écrivez à l’étude avant la date."),
        "CPCE R125-6",
    ),
    Phase.INJONCTION_OFFERED: (
        gettext_noop("Le créancier peut saisir le juge ; vous pouvez encore écrire à l’étude."),
        "CPC 1405",
    ),
    Phase.INJONCTION_REQUESTED: (
        gettext_noop(
            "Le créancier saisit le juge. Si une ordonnance est rendue, elle vous sera signifiée avec vos droits."
        ),
        "CPC 1411",
    ),
    Phase.IP_FILED: (
        gettext_noop("Le juge est saisi. Si une ordonnance est rendue, elle vous sera signifiée avec vos droits."),
        "CPC 1411",
    ),
    Phase.IP_ORDERED: (
        gettext_noop("Une ordonnance est rendue. Elle vous sera signifiée avec vos droits."),
        "CPC 1411",
    ),
    Phase.IP_SERVED: (
        gettext_noop(
            "L’ordonnance vous a été signifiée. Vous pouvez payer, ou former opposition au greffe indiqué dans l’acte, "
            "dans le mois."
        ),
        "CPC 1416",
    ),
    Phase.IP_OPPOSED: (gettext_noop("Votre opposition est enregistrée : le tribunal vous convoquera."), "CPC 1418"),
    Phase.ENFORCEABLE: (gettext_noop("L’ordonnance peut être exécutée. Écrivez à l’étude pour régler."), "CPC 1422"),
    Phase.L126_REQUESTED: (gettext_noop("Un commandement de payer vous sera signifié avec vos droits."), "CPCE L126-1"),
    Phase.L126_SERVED: (
        gettext_noop("Payez ou contestez avant cette date. Toute contestation met fin à cette procédure."),
        "CPCE L126-2",
    ),
    Phase.L126_UNCONTESTED: (
        gettext_noop("Votre silence est constaté. Écrivez à l’étude si vous contestez ou voulez régler."),
        "CPCE L126-3",
    ),
    Phase.L126_TITLE: (gettext_noop("Le titre vous sera signifié. Écrivez à l’étude pour régler."), "CPCE L126-4"),
    Phase.L126_ENFORCEABLE: (gettext_noop("Le titre peut être exécuté. Écrivez à l’étude pour régler."), "CPCE L126-4"),
    Phase.SETTLED: (gettext_noop("Tout est réglé. Plus rien ne vous est réclamé dans ce dossier."), ""),
}
