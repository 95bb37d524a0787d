from accounts.models.access import Invitation, ShareLink
from accounts.models.contact import Contact
from accounts.models.convention import Convention, OptionSubscription, Subscription
from accounts.models.office import OfficeProfile
from accounts.models.person import BankAccount, BillingParty, Creditor, Membership, OfficeMembership, User, valid_siret
from accounts.models.profile import ChangeRequest, ChangeRequestPaper, PayoutAccount

__all__ = [
    "BankAccount",
    "BillingParty",
    "ChangeRequest",
    "ChangeRequestPaper",
    "Contact",
    "Convention",
    "Creditor",
    "Invitation",
    "Membership",
    "OfficeMembership",
    "OfficeProfile",
    "OptionSubscription",
    "PayoutAccount",
    "ShareLink",
    "Subscription",
    "User",
    "valid_siret",
]
