"""A small portal that speaks OpenID Connect on this machine: for demonstrations, and for tests that need the real path.

It asks nobody for a password: its page lists its people, and whoever presses a name is that person.
"""

import argparse
import base64
import hashlib
import html
import json
import secrets
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

CLIENT_ID, CLIENT_SECRET = "credicys", "secret-de-demonstration"
KEY_ID = "jumeau"
LIFE_SECONDS = 300


@dataclass(frozen=True)
class Known:
    """One of the portal's people."""

    email: str
    name: str
    is_verified: bool = True


PEOPLE = (
    Known("creancier@demo.fr", "Jeanne Martin"),
    Known("groupe@demo.fr", "Karim Benali"),
    Known("nouveau@demo.fr", "Camille, sans compte ici"),
    Known("creancier@demo.fr", "Jeanne Martin, adresse non vérifiée", is_verified=False),
)


@dataclass
class Portal:
    """What the portal answers, page by page; a test replaces what it wants answered otherwise."""

    issuer: str
    people: tuple[Known, ...] = PEOPLE
    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(public_exponent=65537, key_size=2048))
    codes: dict[str, tuple[Known, dict[str, str]]] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        published = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [published | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def choose(self, rank: int, asked: dict[str, str]) -> str:
        """Where a person who said who she is goes back to."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = (self.people[rank], asked)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str]) -> dict[str, Any]:
        """Once a code: to the service that asked, which shows its secret and the word that only it knows."""
        person, asked = self.codes.pop(sent["code"])
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        expected = (asked["client_id"], CLIENT_SECRET, asked["redirect_uri"], asked["code_challenge"])
        if (sent["client_id"], sent["client_secret"], sent["redirect_uri"], proof) != expected:
            raise PermissionError
        claims, access = self.claims(person, asked), secrets.token_urlsafe(16)
        self.told[access] = claims
        return {"access_token": access, "token_type": "Bearer", "id_token": self.sign(claims)}

    def userinfo(self, access: str) -> dict[str, Any]:
        """What is known of the person for whom the token was given."""
        return {name: self.told[access][name] for name in ("sub", "name", "email", "email_verified")}

    def claims(self, person: Known, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer, "aud": asked["client_id"], "sub": hashlib.sha256(person.name.encode()).hexdigest()[:16],
            "iat": now, "exp": now + LIFE_SECONDS, "nonce": asked["nonce"], "name": person.name, "email": person.email,
            "email_verified": person.is_verified,
        }  # fmt: skip

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KEY_ID})


PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Portail de démonstration</title><style>body{{font:1.1rem/1.6 system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}}
a{{display:block;padding:.6rem 0}}</style><h1>Portail de démonstration</h1><p>Qui êtes-vous ?</p>{people}</html>"""


def page(portal: Portal, query: str) -> str:
    links = (
        f'<a href="/choose?{html.escape(f"person={rank}&{query}")}">{html.escape(f"{one.name} ({one.email})")}</a>'
        for rank, one in enumerate(portal.people)
    )
    return PAGE.format(people="".join(links))


class Handler(BaseHTTPRequestHandler):
    """The portal's pages over HTTP."""

    server: "Server"

    def do_GET(self) -> None:
        portal, parts = self.server.portal, urlsplit(self.path)
        asked = _first(parts.query)
        if parts.path == "/authorize":
            self._send(200, page(portal, parts.query), "text/html; charset=utf-8")
        elif parts.path == "/choose":
            self._send(302, "", "text/plain", Location=portal.choose(int(asked.pop("person")), asked))
        elif parts.path == "/jwks":
            self._json(portal.keys())
        elif parts.path == "/.well-known/openid-configuration":
            self._json(portal.configuration())
        elif parts.path == "/userinfo":
            self._json(portal.userinfo(self.headers["Authorization"].removeprefix("Bearer ")))
        else:
            self._send(404, "", "text/plain")

    def do_POST(self) -> None:
        sent = _first(self.rfile.read(int(self.headers["Content-Length"])).decode())
        try:
            self._json(self.server.portal.token(sent))
        except (KeyError, PermissionError):
            self._send(400, '{"error": "invalid_grant"}', "application/json")

    def _json(self, answer: dict[str, Any]) -> None:
        self._send(200, json.dumps(answer), "application/json")

    def _send(self, status: int, text: str, kind: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in (headers | {"Content-Type": kind, "Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silent: what it is asked holds codes and tokens."""


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


class Server(ThreadingHTTPServer):
    """A portal that listens on this machine only; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, port: int = 0, kind: type[Portal] = Portal) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.portal = kind(f"http://127.0.0.1:{self.server_port}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    Server(parser.parse_args().port).serve_forever()
