from procedures.models.hold import Hold as Hold
from procedures.models.path import PENDING as PENDING
from procedures.models.path import Answer as Answer
from procedures.models.path import AnswerKind as AnswerKind
from procedures.models.path import Deadline as Deadline
from procedures.models.path import LegalText as LegalText
from procedures.models.path import Means as Means
from procedures.models.path import Offer as Offer
