"""PAdES seal: any change of a sealed PDF shows in every reader that checks signatures."""

import io
from datetime import timedelta
from functools import cache
from pathlib import Path

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers


def append_page(pdf: bytes, page: bytes) -> bytes:
    """The pages of the first PDF untouched, those of the second behind them."""
    with pikepdf.open(io.BytesIO(pdf)) as whole, pikepdf.open(io.BytesIO(page)) as more:
        whole.pages.extend(more.pages)
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()


def seal(pdf: bytes, *, reason: str) -> bytes:
    """The PDF with a certifying signature that allows no later change."""
    metadata = signers.PdfSignatureMetadata(
        field_name="Sceau",
        reason=reason,
        name="Credicys",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=_signer())
    sealed: bytes = out.getvalue()
    return sealed


@cache
def _signer() -> signers.SimpleSigner:
    """The sealing key, loaded once a process: SEAL_KEY_FILE and SEAL_CERT_FILE, else a local authority's."""
    folder = settings.VAR / "secrets"
    key, certificate = folder / "seal-key.pem", folder / "seal-certificate.pem"
    if not certificate.exists():
        _make_local_authority(key, certificate)
    signer = signers.SimpleSigner.load(str(key), str(certificate))
    assert signer is not None
    return signer


def _make_local_authority(key_file: Path, certificate_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Credicys, autorité locale d’essai")])
    start = timezone.now() - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=3650))
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)  # noqa: FBT003  X.509's own order
    certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    key_file.chmod(0o600)
    certificate_file.write_bytes(certificate.public_bytes(pem))
