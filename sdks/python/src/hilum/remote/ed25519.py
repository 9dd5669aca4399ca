"""Ed25519 (RFC 8032 section 5.1) for the key of a remote link, with the standard library alone.

Python brings no Ed25519, and an SDK without dependencies cannot borrow one. It signs a token request every few minutes
on the plugin's own machine; it does not run in constant time, so it is for this key and for nothing else.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from hashlib import sha512

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P

# Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z and x * y = T/Z.
_Point = tuple[int, int, int, int]


def _add(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _multiply(scalar: int, point: _Point) -> _Point:
    result: _Point = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE: _Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def _compress(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | ((x & 1) << 255)).to_bytes(32, "little")


def _expand(seed: bytes) -> tuple[int, bytes]:
    digest = sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    return scalar, digest[32:]


# RFC 8410: what stands before the 32 bytes of a private key (PKCS #8) and of a public one (SPKI).
_PRIVATE_HEAD = bytes.fromhex("302e020100300506032b657004220420")
_PUBLIC_HEAD = bytes.fromhex("302a300506032b6570032100")


class PrivateKey:
    """A signing key; `seed` is its 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    @classmethod
    def generate(cls) -> PrivateKey:
        return cls(os.urandom(32))

    @classmethod
    def from_pem(cls, pem: str) -> PrivateKey:
        """Reads PKCS #8 in PEM. Raises a ValueError for anything but an Ed25519 key."""
        der = b64decode("".join(line for line in pem.split("\n") if not line.startswith("-----")))
        if len(der) != len(_PRIVATE_HEAD) + 32 or not der.startswith(_PRIVATE_HEAD):
            raise ValueError("This is no Ed25519 key in PKCS #8")
        return cls(der[len(_PRIVATE_HEAD) :])

    def to_pem(self) -> str:
        body = b64encode(_PRIVATE_HEAD + self._seed).decode("ascii")
        return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"

    def public_bytes(self) -> bytes:
        scalar, _ = _expand(self._seed)
        return _compress(_multiply(scalar, _BASE))

    def public_spki(self) -> bytes:
        """The public half as SPKI, DER."""
        return _PUBLIC_HEAD + self.public_bytes()

    def sign(self, message: bytes) -> bytes:
        scalar, prefix = _expand(self._seed)
        public = _compress(_multiply(scalar, _BASE))
        nonce = int.from_bytes(sha512(prefix + message).digest(), "little") % _Q
        point = _compress(_multiply(nonce, _BASE))
        challenge = int.from_bytes(sha512(point + public + message).digest(), "little") % _Q
        return point + ((nonce + challenge * scalar) % _Q).to_bytes(32, "little")
