"""Which calendar and which law hold at a French postcode: the territory is a fact of the address, not a choice."""

from tenants.models import Territory

SAINT_BARTHELEMY, SAINT_MARTIN = "97133", "97150"
BY_PREFIX = {
    "57": Territory.ALSACE_MOSELLE,
    "67": Territory.ALSACE_MOSELLE,
    "68": Territory.ALSACE_MOSELLE,
    "971": Territory.GUADELOUPE,
    "972": Territory.MARTINIQUE,
    "973": Territory.GUYANE,
    "974": Territory.REUNION,
    "975": Territory.SPM,
    "976": Territory.MAYOTTE,
    "977": Territory.SAINT_BARTHELEMY,
    "978": Territory.SAINT_MARTIN,
    "986": Territory.WF,
    "987": Territory.PF,
    "988": Territory.NC,
}


def territory_of(postcode: str) -> Territory:
    """The territory of a French postcode (law.md 4.2): the mainland when nothing else is said."""
    code = postcode.strip()
    if code == SAINT_BARTHELEMY:
        return Territory.SAINT_BARTHELEMY
    if code == SAINT_MARTIN:
        return Territory.SAINT_MARTIN
    return BY_PREFIX.get(code[:3]) or BY_PREFIX.get(code[:2]) or Territory.FR


# ISO 3166 code of each territory, where telephone numbers and public registers ask for it.
ISO = {
    Territory.GUADELOUPE: "GP",
    Territory.MARTINIQUE: "MQ",
    Territory.GUYANE: "GF",
    Territory.REUNION: "RE",
    Territory.MAYOTTE: "YT",
    Territory.SAINT_BARTHELEMY: "BL",
    Territory.SAINT_MARTIN: "MF",
    Territory.SPM: "PM",
    Territory.NC: "NC",
    Territory.PF: "PF",
    Territory.WF: "WF",
}


def iso_of(territory: str) -> str:
    """The code of the territory, FR for the mainland."""
    return ISO.get(Territory(territory), "FR")
