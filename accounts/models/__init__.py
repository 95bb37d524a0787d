from accounts.models.access import Invitation, ShareLink
from accounts.models.person import BankAccount, BillingParty, Creditor, Membership, OfficeMembership, User, valid_siret

__all__ = [
    "BankAccount",
    "BillingParty",
    "Creditor",
    "Invitation",
    "Membership",
    "OfficeMembership",
    "ShareLink",
    "User",
    "valid_siret",
]
