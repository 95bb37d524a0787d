"""Who seals and who tells the time: the operator's key and time-stamping authority, else a local authority's own.

A local authority proves integrity between people who trust this machine; only a recognised one speaks to a stranger.
"""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils import timezone
from pyhanko.sign import signers, timestamps
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

PEM, PLAIN = serialization.Encoding.PEM, serialization.NoEncryption()
YEARS = timedelta(days=3650)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class LoadedSigner(signers.SimpleSigner):
    """As SimpleSigner, with the private key parsed once in the life of the process instead of twice a signature."""

    loaded: Key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if isinstance(self.loaded, rsa.RSAPrivateKey):
            size = self.loaded.key_size // 8
            return bytes(size) if dry_run else self.loaded.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return bytes(144) if dry_run else self.loaded.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class Authority:
    """What a process needs to seal and to check: files under `var/secrets`, or those that the settings name."""

    key: Path
    certificate: Path
    roots: tuple[Path, ...]
    crls: tuple[Path, ...] = ()


@cache
def signer() -> LoadedSigner:
    """The sealing key, with its chain: SEAL_KEY_FILE and SEAL_CERT_FILE, else a local authority's."""
    files = authority()
    made = LoadedSigner.load(str(files.key), str(files.certificate), ca_chain_files=tuple(map(str, files.roots)))
    if made is None:
        raise SealUnavailable("La clé ou le certificat du sceau ne se lit pas : voyez SEAL_KEY_FILE et SEAL_CERT_FILE.")
    made.loaded = serialization.load_pem_private_key(files.key.read_bytes(), None)
    return made  # type: ignore[no-any-return]  # pyHanko types `load` by the base class


class SealUnavailable(Exception):
    """No seal can be made; the message tells the operator what to look at."""


def timestamper() -> timestamps.TimeStamper:
    """The RFC 3161 authority at TSA_URL, else the local one."""
    if settings.TSA_URL:
        return timestamps.HTTPTimeStamper(settings.TSA_URL, timeout=10)
    return _local_timestamper()


def trust(**more: Any) -> ValidationContext:
    """Whom we believe: the roots of seal and time stamp, with the revocation lists at hand."""
    roots = [certificate for path in trusted() for certificate in certificates(path)]
    crls = [asn1_crl.CertificateList.load(_der(path)) for path in authority().crls]
    return ValidationContext(trust_roots=roots, crls=crls, allow_fetching=bool(settings.SEAL_KEY_FILE), **more)


def trusted() -> tuple[Path, ...]:
    """The files of the roots of seal and time stamp."""
    times = (Path(settings.TSA_ROOTS_FILE),) if settings.TSA_ROOTS_FILE else ()
    if not settings.TSA_URL and settings.SEAL_KEY_FILE:
        times = (local_folder() / "root.crt",)
    return (*authority().roots, *times)


def authority() -> Authority:
    if settings.SEAL_KEY_FILE:
        chain = (Path(settings.SEAL_CHAIN_FILE),) if settings.SEAL_CHAIN_FILE else ()
        return Authority(Path(settings.SEAL_KEY_FILE), Path(settings.SEAL_CERT_FILE), chain)
    folder = local_folder()
    return Authority(folder / "seal.key", folder / "seal.crt", (folder / "root.crt",), (folder / "root.crl",))


def certificates(path: Path) -> list[asn1_x509.Certificate]:
    content = path.read_bytes()
    if not asn1_pem.detect(content):
        return [asn1_x509.Certificate.load(content)]
    return [asn1_x509.Certificate.load(der) for _kind, _headers, der in asn1_pem.unarmor(content, multiple=True)]


def _der(path: Path) -> bytes:
    content = path.read_bytes()
    return asn1_pem.unarmor(content)[2] if asn1_pem.detect(content) else content


@cache
def _local_timestamper() -> timestamps.TimeStamper:
    folder = local_folder()
    [certificate], roots = certificates(folder / "tsa.crt"), certificates(folder / "root.crt")
    store = SimpleCertificateStore()
    store.register_multiple(roots)
    key = asn1_keys.PrivateKeyInfo.load(asn1_pem.unarmor((folder / "tsa.key").read_bytes())[2])
    return timestamps.DummyTimeStamper(tsa_cert=certificate, tsa_key=key, certs_to_embed=store)


# --- the local authority, made once a checkout ------------------------------------------------------------------
def local_folder() -> Path:
    """The folder of the local authority, whole; of several processes that start at once one makes it."""
    folder: Path = settings.VAR / "secrets" / "authority"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").exists():
                _make(folder)
    return folder


def _make(folder: Path) -> None:
    root = ec.generate_private_key(ec.SECP256R1())
    name = _name("Credicys, autorité locale d’essai")
    usage = _usage(digital_signature=False, key_cert_sign=True, crl_sign=True)
    own = _certificate(name, root.public_key(), issuer=name)
    own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(usage, True)  # noqa: FBT003
    _write(folder / "root.crt", own.sign(root, hashes.SHA256()).public_bytes(PEM))
    seal_key, tsa_key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 3072)
    _issue(folder, "seal", "Credicys, sceau d’essai", seal_key, root, name, lambda builder: builder)
    _issue(folder, "tsa", "Credicys, horodatage d’essai", tsa_key, root, name, _for_time)
    _write(folder / "root.crl", _empty_list(root, name))
    _write(folder / "done", b"")


def _issue(
    folder: Path, stem: str, common: str, key: Key, root: Key, issuer: x509.Name, more: Callable[..., x509.CertificateBuilder],
) -> None:  # fmt: skip
    builder = _certificate(_name(common), key.public_key(), issuer=issuer)
    builder = builder.add_extension(_usage(content_commitment=True), critical=True)
    _write(folder / f"{stem}.key", key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, PLAIN))
    _write(folder / f"{stem}.crt", more(builder).sign(root, hashes.SHA256()).public_bytes(PEM))


def _for_time(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)


def _certificate(subject: x509.Name, key: object, *, issuer: x509.Name) -> x509.CertificateBuilder:
    start = timezone.now() - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)  # type: ignore[arg-type]
    return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + YEARS)


def _empty_list(root: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> bytes:
    start = timezone.now() - timedelta(days=1)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer)
    return builder.last_update(start).next_update(start + YEARS).sign(root, hashes.SHA256()).public_bytes(PEM)


def _usage(**allowed: bool) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**(dict.fromkeys(every, False) | {"digital_signature": True} | allowed))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
