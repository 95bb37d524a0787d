"""Vérifie un dossier de preuve sans aucun serveur : il ne faut que Python 3 et openssl.

    python3 verifier.py

Dit OK, ou NOK et ce qui ne tient pas. Le dossier contient signe.pdf, preuve.pdf, preuve.json et autorites.pem.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    facts = json.loads((HERE / "preuve.json").read_text(encoding="utf-8"))
    faults = [*check_facts(facts), *check_read_bytes(facts), *check_files(facts)]
    for name in ("signe.pdf", "preuve.pdf"):
        faults += check_pdf(name, (HERE / name).read_bytes())
    for fault in faults:
        print("NOK :", fault)
    if not faults:
        signer, document = facts["signer"], facts["document"]
        print(f"OK : {signer['name']} a signé « {document['name']} » ({document['sha256']}) le {facts['signed_at']}.")
    return 1 if faults else 0


def check_facts(facts):
    """The hash of the facts, and the chain of the steps."""
    chain = {key: value for key, value in facts["chain"].items() if key != "hash"}
    signed = {key: value for key, value in facts.items() if key != "papers"}
    if digest(signed | {"chain": chain}) != facts["chain"]["hash"]:
        yield "les faits de preuve.json ont été changés"
    head = ""
    for step in facts["events"]:
        if step["previous"] != head or digest({k: v for k, v in step.items() if k != "hash"}) != step["hash"]:
            yield f"l’étape du {step['at']} a été changée"
        head = step["hash"]


def check_read_bytes(facts):
    """The first bytes of the signed file are those that were read."""
    document = facts["document"]
    read = (HERE / "signe.pdf").read_bytes()[: document["size"]]
    if hashlib.sha256(read).hexdigest() != document["sha256"]:
        yield "les pages signées ne sont pas celles qui ont été lues"


def check_files(facts):
    if hashlib.sha256((HERE / "signe.pdf").read_bytes()).hexdigest() != facts["papers"]["stamped_sha256"]:
        yield "signe.pdf n’est pas celui dont parle preuve.json"
    chain_hash = facts["chain"]["hash"].encode()
    if chain_hash not in inflated((HERE / "preuve.pdf").read_bytes()):
        yield "preuve.pdf ne parle pas de cette signature"


def inflated(pdf):
    """All that the file holds, unpacked."""
    found = []
    for start in re.finditer(rb"stream\r?\n", pdf):
        try:
            found.append(zlib.decompressobj().decompress(pdf[start.end() :]))
        except zlib.error:
            continue
    return b"".join(found)


def check_pdf(name, pdf):
    """Each signature of the file: what it covers, and whether openssl believes it."""
    ranges = [tuple(map(int, found)) for found in re.findall(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)]
    if len(ranges) != 2:
        yield f"{name} : un sceau et un horodatage sont attendus"
    for first, length, second, rest in ranges:
        covered = pdf[first : first + length] + pdf[second : second + rest]
        token = contents(pdf[first + length : second])
        is_time = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04" in token[:200]
        if not (time_holds if is_time else seal_holds)(covered, token):
            yield f"{name} : {'l’horodatage' if is_time else 'le sceau'} ne correspond pas aux octets"
    if ranges and max(second + rest for _, _, second, rest in ranges) != len(pdf):
        yield f"{name} : des octets ont été ajoutés après le dernier horodatage"


def contents(hexadecimal):
    """The CMS between < and >, without the zeros that fill the place kept for it."""
    raw = bytes.fromhex(hexadecimal.strip(b"<>").decode())
    size = raw[1]
    if size < 0x80:
        return raw[: 2 + size]
    count = size & 0x7F
    return raw[: 2 + count + int.from_bytes(raw[2 : 2 + count], "big")]


def seal_holds(covered, token):
    return openssl(["cms", "-verify", "-binary", "-inform", "DER", "-in", token, "-content", covered, "-CAfile",
                    str(HERE / "autorites.pem"), "-purpose", "any", "-out", "/dev/null"])  # fmt: skip


def time_holds(covered, token):
    return openssl(
        ["ts", "-verify", "-token_in", "-in", token, "-data", covered, "-CAfile", str(HERE / "autorites.pem")]
    )


def openssl(arguments):
    with tempfile.TemporaryDirectory() as folder:
        for rank, argument in enumerate(arguments):
            if isinstance(argument, bytes):
                path = Path(folder) / str(rank)
                path.write_bytes(argument)
                arguments[rank] = str(path)
        return subprocess.run(["openssl", *arguments], capture_output=True, check=False).returncode == 0


def digest(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
