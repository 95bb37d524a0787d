"""Tags that every template may load: icons, amounts, days, and components that wrap a block of markup."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from uuid import uuid4

from babel.numbers import format_currency
from django import template
from django.template import Context, Engine
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from core.once import FIELD

register = template.Library()

NOTHING = "–"
# What a component may need from the page although it sees none of its variables.
FROM_THE_PAGE = ("csrf_token", "request", "brand", "messages", "demo", "account")


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """A drawing of the sprite, silent for screen readers unless a label is given."""
    return _drawing(name, size, str(label))


@register.simple_tag
@cache
def page_assets() -> SafeString:
    """Icon, fonts, styles and scripts of every page: their addresses change with a release, not with a request."""
    return Engine.get_default().get_template("components/assets.html").render(Context())


@register.simple_tag(takes_context=True)
def of_brand(context: Context, template_name: str, **variables: Any) -> SafeString:
    """A component that shows nothing but the brand, made once a language for as long as the brand stays in memory."""
    brand = context.get("brand")
    made = vars(brand).setdefault("pieces", {}) if brand else {}
    key = (template_name, get_language(), *variables.items())
    if key not in made:
        made[key] = Engine.get_default().get_template(template_name).render(Context({"brand": brand, **variables}))
    return made[key]


@lru_cache(maxsize=512)
def _drawing(name: str, size: str, label: str) -> SafeString:
    address = f"{static('img/icons.svg')}#{name}"
    classes = f"icon icon-{size}" if size else "icon"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, address
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, address)


@register.simple_tag(name="once")
def once_field() -> SafeString:
    """A hidden token that makes a form count once, however often its button is pressed."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid4())


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """An amount in the reader's language with the currency's decimals, never cut by a line end."""
    if amount is None or amount == "":
        return NOTHING
    code = currency or getattr(amount, "currency", "") or "EUR"
    value = Decimal(getattr(amount, "amount", amount))
    # Babel's narrow space between thousands vanishes in large type, and « FCFP » is not what its users write.
    shown = format_currency(value, str(code), locale=_locale())
    return shown.replace("\u202f", "\u00a0").replace("FCFP", "F\u00a0CFP")


def _locale() -> str:
    return to_locale(get_language() or "fr")


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def _day_in_words(day: date) -> str:
    words = date_format(day, "j F Y")
    # French counts the first of a month as an ordinal: « 1er décembre ».
    return words.replace("1 ", "1er ", 1) if day.day == 1 and _is_french() else words


@register.simple_tag(name="day")
def day_tag(value: date | datetime | None, style: str = "") -> str:
    """A day in words (« 1er décembre 2026 ») or, with "short", in figures, readable by machines as well."""
    if not value:
        return NOTHING
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    shown = date_format(day, "d/m/Y") if style == "short" else _day_in_words(day)
    return format_html('<time datetime="{}" class="nowrap">{}</time>', day.isoformat(), shown)


@register.simple_tag
def moment(value: datetime | None) -> str:
    """A day and an hour in the zone of the reader, readable by machines as well."""
    if not value:
        return NOTHING
    local = timezone.localtime(value)
    parts = {"day": _day_in_words(local.date()), "hour": local.hour, "minute": f"{local:%M}"}
    shown = _("%(day)s à %(hour)s h %(minute)s") % parts
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), shown)


@register.filter
def initials(name: Any) -> str:
    """The first letters of the first and of the last word of a name, for an avatar."""
    words = str(name).split()
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else "?"


@register.filter
def file_size(size: int | str | None) -> str:
    """A size in the units that people read on their own disk: octets, then Ko, Mo and Go of 1 024 each."""
    value, power = float(size or 0), 0
    units = _("o,Ko,Mo,Go").split(",")
    while value >= 1024 and power < len(units) - 1:
        value, power = value / 1024, power + 1
    decimals = 0 if power == 0 or value == int(value) else 1
    return f"{number_format(value, decimal_pos=decimals)}\u00a0{units[power]}"


@register.simple_block_tag(takes_context=True)
def component(context: Context, content: str, template_name: str, **variables: Any) -> SafeString:
    """The component renders the block as its `slot` and sees nothing of the page but what it is given."""
    shared = {name: context[name] for name in FROM_THE_PAGE if name in context}
    slot = mark_safe(content.strip())
    inner = Context({**shared, **variables, "slot": slot}, autoescape=context.autoescape)
    return Engine.get_default().get_template(template_name).render(inner)
