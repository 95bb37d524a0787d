from accounts.models.access import Invitation, ShareLink
from accounts.models.contact import Contact
from accounts.models.convention import Convention, OptionSubscription, Subscription
from accounts.models.log_in import LoginPolicy, OpenSession, SecretQuestion, SignInPortal
from accounts.models.news import DailyNews
from accounts.models.office import OfficeProfile
from accounts.models.partner import Introduction, Partner, PartnerMembership
from accounts.models.person import (
    BankAccount,
    BillingParty,
    CivilStatus,
    Creditor,
    Membership,
    OfficeMembership,
    User,
    new_identifier,
    valid_ridet,
    valid_rna,
    valid_siret,
    valid_tahiti,
)
from accounts.models.phone import TrustedPhone
from accounts.models.profile import ChangeRequest, ChangeRequestPaper, PayoutAccount

__all__ = [
    "BankAccount",
    "BillingParty",
    "ChangeRequest",
    "ChangeRequestPaper",
    "CivilStatus",
    "Contact",
    "Convention",
    "Creditor",
    "DailyNews",
    "Introduction",
    "Invitation",
    "LoginPolicy",
    "Membership",
    "OfficeMembership",
    "OfficeProfile",
    "OpenSession",
    "OptionSubscription",
    "Partner",
    "PartnerMembership",
    "PayoutAccount",
    "SecretQuestion",
    "ShareLink",
    "SignInPortal",
    "Subscription",
    "TrustedPhone",
    "User",
    "new_identifier",
    "valid_ridet",
    "valid_rna",
    "valid_siret",
    "valid_tahiti",
]
