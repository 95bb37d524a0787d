from dossiers.models.claim import Attachment, Item
from dossiers.models.debtor import Debtor
from dossiers.models.dossier import Dossier
from dossiers.models.drop import InvoiceDrop
from dossiers.models.event import Event

__all__ = ["Attachment", "Debtor", "Dossier", "Event", "InvoiceDrop", "Item"]
