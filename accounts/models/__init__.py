from accounts.models.access import Invitation, ShareLink
from accounts.models.person import BankAccount, BillingParty, Creditor, Membership, OfficeMembership, User, valid_siret
from accounts.models.profile import ChangeRequest, ChangeRequestPaper, PayoutAccount

__all__ = [
    "BankAccount",
    "BillingParty",
    "ChangeRequest",
    "ChangeRequestPaper",
    "Creditor",
    "Invitation",
    "Membership",
    "OfficeMembership",
    "PayoutAccount",
    "ShareLink",
    "User",
    "valid_siret",
]
