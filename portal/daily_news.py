"""What happened yesterday: on a page of the space, and by one mail a day for whoever asked for it (NUM-10).

Days are the brand's own. A mail covers every whole day since the last one, so that a stopped server delays news and
never loses or repeats any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format

from accounts.messages import site_url
from accounts.models import DailyNews, Membership, User
from accounts.roles import PERMISSIONS, Permission
from dossiers.enums import Phase
from dossiers.models import Event
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Channel, Message
from notifications.outbox import queue
from portal.history import TOLD_BY_THE_WORD, label_of
from tenants.models import Brand

MORNING = time(7)
DAY = timedelta(days=1)
LONGEST = 60  # lines of a mail: the rest is read in the space
READERS = [role for role, rights in PERMISSIONS.items() if Permission.DOSSIER_READ in rights]


@dataclass(frozen=True, slots=True)
class News:
    """One line: which dossier, what, when."""

    reference: str
    label: str
    at: datetime
    url: str


def subscribe(user: User, brand: Brand, *, today: date) -> None:
    """From tomorrow on; asking twice changes nothing."""
    DailyNews.objects.get_or_create(user=user, brand=brand, defaults={"told_until_on": today - DAY})


def unsubscribe(user: User, brand: Brand) -> None:
    DailyNews.objects.filter(user=user, brand=brand).delete()


def happened(creditors: Iterable[int], brand: Brand, first: date, last: date) -> QuerySet[Event]:
    """What happened in these creditors' dossiers on the brand's days from `first` to `last`, in order."""
    start, end = _midnight(brand, first), _midnight(brand, last + DAY)
    found = Event.objects.filter(creditor__in=list(creditors), at__gte=start, at__lt=end)
    is_own_news = Q(detail__letter__isnull=True) | ~Q(detail__letter__in=TOLD_BY_THE_WORD)
    found = found.filter(is_own_news).exclude(dossier__phase=Phase.DRAFT)
    return found.select_related("dossier").order_by("at", "pk")


def lines(events: Iterable[Event]) -> list[News]:
    return [
        News(one.dossier.reference, label_of(one), one.at, reverse("dossier", args=[one.dossier.reference]))
        for one in events
    ]


def tell_due(*, now: datetime) -> int:
    """Write the mail of each person whose brand has reached the morning of a new day; how many were written."""
    written = 0
    for brand in Brand.objects.order_by("pk"):
        local = now.astimezone(brand.zone)
        if local.time() < MORNING:
            continue
        yesterday = local.date() - DAY
        for row in DailyNews.objects.filter(brand=brand, told_until_on__lt=yesterday).select_related("user", "brand"):
            written += _tell(row, yesterday, now=now)
    return written


@transaction.atomic
def _tell(row: DailyNews, yesterday: date, *, now: datetime) -> bool:
    """One mail, or none on a day without news; of two workers one finds the day untold."""
    untold = DailyNews.objects.filter(pk=row.pk, told_until_on=row.told_until_on)
    if not untold.update(told_until_on=yesterday):
        return False
    first = row.told_until_on + DAY
    if not row.user.is_active or not _of(row.user, row.brand, first, yesterday).exists():
        return False
    queue(
        Message(
            brand=row.brand, key=f"daily-news-{row.user_id}-{yesterday.isoformat()}", kind="daily_news",
            channel=Channel.EMAIL, recipient={"name": row.user.get_full_name(), "email": row.user.email},
            payload={"user": row.user_id, "first": first.isoformat(), "last": yesterday.isoformat()},
            created_at=now, try_at=now,
        )
    )  # fmt: skip
    return True


def _of(user: User, brand: Brand, first: date, last: date) -> QuerySet[Event]:
    """What she may read, but for what she did herself."""
    mine = Membership.objects.filter(user=user, brand=brand, role__in=READERS).values_list("creditor_id", flat=True)
    return happened(mine, brand, first, last).exclude(actor=str(user))


@content_of("daily_news")
def daily_news(message: Message) -> Content:
    """By the roles of the moment: whoever lost hers meanwhile is told nothing."""
    first, last = (date.fromisoformat(message.payload[name]) for name in ("first", "last"))
    user = User.objects.get(pk=message.payload["user"])
    if not DailyNews.objects.filter(user=user, brand=message.brand).exists():
        raise NoLongerWanted("la personne a renoncé à ces courriels")
    found = list(_of(user, message.brand, first, last)[: LONGEST + 1])
    if not found:
        raise NoLongerWanted("plus rien que cette personne puisse lire")
    told = date_format(last) if first == last else f"{date_format(first)} au {date_format(last)}"
    context = {
        "news": [(one, site_url(message.brand, one.url)) for one in lines(found[:LONGEST])], "told": told,
        "has_more": len(found) > LONGEST, "url": site_url(message.brand, reverse("daily-news")), "brand": message.brand,
    }  # fmt: skip
    subject = f"Vos dossiers : les nouvelles du {told}"
    return Content(
        subject=subject,
        text=render_to_string("messages/portal/daily_news.txt", context),
        html=render_to_string("messages/portal/daily_news.html", context),
    )


def _midnight(brand: Brand, day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=brand.zone)
