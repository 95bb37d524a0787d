"""What the mails of this app say."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import TrustedPhone
from core import crypto
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Channel, Message
from signatures.messages import plain
from tenants.models import Brand


def site_url(brand: Brand, path: str) -> str:
    """An absolute address on the brand's own host, never on the host that a request claims."""
    return _address(brand.host, path)


def public_site_url(brand: Brand, path: str) -> str:
    """The same on its public site, when it has one apart."""
    return _address(brand.public_host or brand.host, path)


def _address(host: str, path: str) -> str:
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}{path}"


@content_of("account_activation")
def account_activation(message: Message) -> Content:
    path = reverse("account_activate", args=[_secret(message, "token")])
    return _mail(message, "Activez votre compte", "activation", url=site_url(message.brand, path))


@content_of("account_exists")
def account_exists(message: Message) -> Content:
    url = site_url(message.brand, reverse("account_reset_password"))
    return _mail(message, "Vous avez déjà un compte", "exists", url=url)


@content_of("password_recovery")
def password_recovery(message: Message) -> Content:
    url = site_url(message.brand, _secret(message, "path"))
    return _mail(message, "Renouvelez votre mot de passe", "recovery", url=url)


def _secret(message: Message, former: str) -> str:
    """What opens the account; messages that wait since before the seal carry it under its former name."""
    sealed = message.payload.get("sealed")
    return crypto.decrypt(sealed, place=f"message:{message.key}") if sealed else str(message.payload[former])


CHANGES = {
    "password": "Votre mot de passe a été changé.",
    "factor_added": "Un second facteur a été ajouté à votre compte.",
    "factor_removed": "Un second facteur a été retiré de votre compte.",
    "codes": "De nouveaux codes de secours ont été créés pour votre compte ; les anciens ne servent plus.",
}


@content_of("security_changed")
def security_changed(message: Message) -> Content:
    url = site_url(message.brand, reverse("account_reset_password"))
    what = CHANGES[message.payload["what"]]
    return _mail(message, "La sécurité de votre compte a changé", "security_changed", url=url, what=what)


@content_of("new_device")
def new_device(message: Message) -> Content:
    payload, url = message.payload, site_url(message.brand, reverse("mfa_index")) + "#sessions"
    at = _instant(message, payload["at"])
    device = payload["device"] or "un navigateur inconnu"
    return _mail(
        message, "Connexion depuis un nouvel appareil", "new_device", url=url, at=at, device=device, ip=payload["ip"]
    )


@content_of("phone_code")
def phone_code(message: Message) -> Content:
    """The code and nothing else that a lock screen could betray; none once another number was asked for."""
    phone = TrustedPhone.objects.get(pk=message.payload["phone"])
    if phone.withdrawn_at or phone.confirmed_at:
        raise NoLongerWanted("ce code a servi ou a été remplacé")
    code, sender = crypto.decrypt(message.payload["code"], place=f"trusted-phone:{phone.pk}"), plain(message.brand.name)
    text = f"{sender} : {code} confirme ce numéro. Valable 10 minutes. Ne donnez ce code à personne."
    return Content(subject=f"{sender} : confirmez votre numéro", text=text, is_confidential=True)


@content_of("phone_changed")
def phone_changed(message: Message) -> Content:
    payload, url = message.payload, site_url(message.brand, reverse("mfa_index")) + "#telephone"
    who, number, at = payload["who"], payload["number"], _instant(message, payload["usable_at"])
    if message.channel == Channel.SMS:
        sender = plain(message.brand.name)
        text = f"{sender} : un autre numéro ({number}) pourra signer pour {plain(who)} le {at}. Si ce n'est pas vous, annulez-le."
        return Content(subject=f"{sender} : numéro changé", text=text)
    subject = "Un numéro de téléphone a été confirmé pour signer"
    return _mail(message, subject, "phone_changed", url=url, who=who, number=number, usable_at=at)


def _instant(message: Message, value: str) -> str:
    """« 21 novembre 2026 à 14 h 05 », as the brand's people live it."""
    local = datetime.fromisoformat(value).astimezone(message.brand.zone)
    return date_format(local, r"j F Y à H \h i")


@content_of("invitation")
def invitation(message: Message) -> Content:
    payload = message.payload
    code = crypto.decrypt(payload["code"], place=f"invitation:{payload['fingerprint']}")
    url = site_url(message.brand, reverse("invitation", args=[code]))
    subject = f"{payload['by']} vous invite : {payload['house']}"
    return _mail(message, subject, "invitation", url=url, code=code, by=payload["by"], house=payload["house"])


@content_of("access_removed")
def access_removed(message: Message) -> Content:
    subject = f"Votre accès à {message.payload['house']} a pris fin"
    return _mail(message, subject, "access_removed", url=site_url(message.brand, "/"), house=message.payload["house"])


@content_of("change_asked")
def change_asked(message: Message) -> Content:
    url = site_url(message.brand, reverse("admin:accounts_changerequest_changelist"))
    subject = f"Demande de modification : {message.payload['creditor']}"
    return _mail(message, subject, "change_asked", url=url, creditor=message.payload["creditor"])


@content_of("change_decided")
def change_decided(message: Message) -> Content:
    told = {"approved": "acceptée", "refused": "refusée"}["approved" if message.payload["approved"] else "refused"]
    url, reason = site_url(message.brand, reverse("profile")), message.payload["reason"]
    return _mail(
        message, f"Votre demande de modification est {told}", "change_decided", url=url, told=told, reason=reason
    )


@content_of("payout_proposed")
def payout_proposed(message: Message) -> Content:
    return _about_payout(message, "Un nouveau compte de versement attend d’être confirmé", "payout_proposed")


@content_of("payout_decided")
def payout_decided(message: Message) -> Content:
    told = "confirmé" if message.payload["state"] == "approved" else "refusé"
    return _about_payout(message, f"Le nouveau compte de versement est {told}", "payout_decided", told=told)


@content_of("third_party_changed")
def third_party_changed(message: Message) -> Content:
    facts = {name: message.payload[name] for name in ("masked", "by", "house")}
    url = site_url(message.brand, reverse("office-profile"))
    return _mail(message, "Le compte de tiers de l’étude a changé", "third_party_changed", url=url, **facts)


@content_of("office_ics")
def office_ics(message: Message) -> Content:
    facts = {name: message.payload[name] for name in ("ics", "by", "house", "what")}
    url = site_url(message.brand, reverse("office-profile"))
    return _mail(message, "L’identifiant créancier SEPA de l’étude", "office_ics", url=url, **facts)


@content_of("contact_received")
def contact_received(message: Message) -> Content:
    payload = message.payload
    token = crypto.decrypt(payload["token"], place=f"contact:{payload['fingerprint']}")
    url = site_url(message.brand, reverse("contact-receipt", args=[token]))
    subject = f"Nous avons bien reçu votre message {payload['number']}"
    return _mail(message, subject, "contact_received", url=url, number=payload["number"])


@content_of("contact_arrived")
def contact_arrived(message: Message) -> Content:
    number, kind = message.payload["number"], message.payload["kind"]
    url = site_url(message.brand, reverse("admin:accounts_contact_changelist"))
    return _mail(message, f"{kind} {number}", "contact_arrived", url=url, number=number, kind=kind)


@content_of("contact_answered")
def contact_answered(message: Message) -> Content:
    number, answer = message.payload["number"], message.payload["answer"]
    url = site_url(message.brand, "/")
    return _mail(
        message, f"Réponse à votre message {number}", "contact_answered", url=url, number=number, answer=answer
    )


@content_of("convention_reminder")
def convention_reminder(message: Message) -> Content:
    subject = f"Votre convention sera reconduite : dénonciation possible jusqu’au {message.payload['last']}"
    return _mail(
        message, subject, "convention_reminder", url=site_url(message.brand, reverse("convention")), **message.payload
    )


@content_of("convention_renewed")
def convention_renewed(message: Message) -> Content:
    subject = f"Votre convention est reconduite jusqu’au {message.payload['term']}"
    return _mail(
        message, subject, "convention_renewed", url=site_url(message.brand, reverse("convention")), **message.payload
    )


def _about_payout(message: Message, subject: str, template: str, **more: str) -> Content:
    facts = {name: message.payload[name] for name in ("masked", "by", "creditor")}
    return _mail(message, subject, template, url=site_url(message.brand, reverse("profile")), **facts, **more)


def _mail(message: Message, subject: str, template: str, *, url: str, **more: str) -> Content:
    context = more | {"brand": message.brand, "recipient": message.recipient, "url": url, "subject": subject}
    return Content(
        subject=subject,
        text=render_to_string(f"messages/accounts/{template}.txt", context),
        html=render_to_string(f"messages/accounts/{template}.html", context),
        is_confidential=True,  # the link opens the account: it is not kept after sending
    )
