"""Who acts: written into events as text, so that the trace outlives the account."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """On whose behalf somebody acts."""

    CREDITOR = "créancier"
    OFFICE = "étude"
    SUPPORT = "support"
    SYSTEM = "automate"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the machine, on one side."""

    side: Side
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.side})"[:120]


SWEEP = Actor(Side.SYSTEM, "échéancier")
RELAY = Actor(Side.SYSTEM, "envois")
