from accounts.models.log_in import LoginPolicy, OpenSession, SecretQuestion
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

__all__ = [
    "BankAccount",
    "BillingParty",
    "CivilStatus",
    "Creditor",
    "LoginPolicy",
    "Membership",
    "OfficeMembership",
    "OpenSession",
    "SecretQuestion",
    "User",
    "new_identifier",
    "valid_ridet",
    "valid_rna",
    "valid_siret",
    "valid_tahiti",
]
