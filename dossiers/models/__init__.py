from dossiers.models.claim import Attachment, Item
from dossiers.models.client import Client, FeedDelivery, FeedToken, FeedWay
from dossiers.models.debtor import Debtor
from dossiers.models.dossier import Dossier
from dossiers.models.drop import InvoiceDrop
from dossiers.models.event import Event
from dossiers.models.imports import ClaimImport, ImportRow, ImportState, RowState
from dossiers.models.publication import Publication
from dossiers.models.saved import SavedSearch
from dossiers.models.thread import ThreadFile, ThreadMessage, Voice

__all__ = [
    "Attachment",
    "ClaimImport",
    "Client",
    "Debtor",
    "Dossier",
    "Event",
    "FeedDelivery",
    "FeedToken",
    "FeedWay",
    "ImportRow",
    "ImportState",
    "InvoiceDrop",
    "Item",
    "Publication",
    "RowState",
    "SavedSearch",
    "ThreadFile",
    "ThreadMessage",
    "Voice",
]
