"""Which keys the settings take, which they refuse, and what each is used for."""

from __future__ import annotations

import base64
import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from service.auth.jwks import read_keys, restricted
from service.errors import SettingsError
from service.settings import Settings, load_settings
from tests.security.token_makers import SECRET, checking, coded, jwk, octets, refusal, signed_by, token


def fault(**flags: Any) -> str:
    """The one fault that such settings have; it repeats no secret."""
    with pytest.raises(SettingsError) as caught:
        load_settings(**flags)
    (found,) = caught.value.faults
    secret = str(flags.get("jwt_secret", ""))
    parts = [value for key in _keys(secret) for value in key.values() if isinstance(value, str) and len(value) > 20]
    assert not any(part in found for part in (secret or "none", *parts))
    assert "; expected " in found
    return found


def _keys(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    keys = found.get("keys", [found]) if isinstance(found, dict) else found
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


@pytest.mark.parametrize("kind, algorithms", [
    ("RSA", ("RS256", "PS256")),
    ("P-256", ("ES256",)),
    ("P-384", ("ES384",)),
    ("P-521", ("ES512",)),
    ("Ed25519", ("EdDSA",)),
])  # fmt: skip
def test_each_kind_of_key_is_used_for_its_algorithms(kind: str, algorithms: tuple[str, ...]) -> None:
    """A public key checks what its private key signed, with each algorithm that its kind is used for, and no other."""
    tokens = checking(jwk(kind))
    for algorithm in algorithms:
        assert tokens.claims(signed_by(kind, {"sub": "ann"}, algorithm=algorithm)) == {"sub": "ann"}
    if kind == "RSA":
        for algorithm in ("RS384", "PS512"):
            assert refusal(tokens, signed_by(kind, algorithm=algorithm)).code == "PGRST301"


def test_of_a_private_key_the_public_part_is_used() -> None:
    """A private JWK is taken, and nothing of it is kept that could sign."""
    for kind in ("RSA", "P-256", "Ed25519"):
        text = json.dumps(jwk(kind, whole=True))
        assert '"d"' in text
        (key,) = read_keys(text)
        assert not hasattr(key.material, "sign")
        assert checking(jwk(kind, whole=True)).claims(signed_by(kind, {"sub": "ann"})) == {"sub": "ann"}


def test_a_secret_is_hs256_and_others_if_it_is_said() -> None:
    """A text secret checks HS256 alone until the setting names another algorithm; then that one alone."""
    assert checking().claims(token({"a": 1})) == {"a": 1}
    long = "x" * 64
    (key,) = read_keys(long)
    assert key.algorithms == ("HS256",)
    assert restricted([key], ["HS512"])[0].algorithms == ("HS512",)
    assert "x" * 64 not in repr(key)


def test_a_secret_in_base64() -> None:
    """JWT_SECRET_IS_BASE64 makes the bytes the secret, in either alphabet, padded or not."""
    octets = bytes(range(220, 256))
    for text in (base64.b64encode(octets).decode(), coded(octets)):
        load_settings(jwt_secret=text, jwt_secret_is_base64=True)
        (key,) = read_keys(text, base64=True)
        assert key.material == octets


def test_alg_pins_one_algorithm() -> None:
    """A key that names its algorithm is used for that one alone, whatever its kind could do."""
    tokens = checking(jwk("RSA", alg="PS256"))
    assert tokens.claims(signed_by("RSA", algorithm="PS256")) == {}
    assert refusal(tokens, signed_by("RSA", algorithm="RS256")).code == "PGRST301"
    assert checking(octets(64, alg="HS512")).claims(token(key=b"k" * 64, algorithm="HS512")) == {}


@pytest.mark.parametrize("key", [
    {"use": "enc", "kty": "RSA", "alg": "RSA-OAEP"},
    {"kty": "RSA", "key_ops": ["wrapKey"]},
])  # fmt: skip
def test_keys_for_encryption_are_left_out(key: dict[str, Any]) -> None:
    """A provider's set has keys for other purposes; no signature is checked with them, and alone they are a fault."""
    assert len(read_keys(json.dumps({"keys": [jwk("RSA"), key]}))) == 1
    assert "no key that signatures are checked with" in fault(jwt_secret=json.dumps({"keys": [key]}))


@pytest.mark.parametrize("secret, told", [
    ("x" * 31, "too short to be safe"),
    ("é" * 15, "too short to be safe"),
    ("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", "in PEM form"),
    ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGdsZ2xnbGdsZ2xnbGdsZ2xnbGdsZ2xnbGdsZ2xnbGc= a", "a public key"),
    ('{"keys": []}', "no key that signatures are checked with"),
    ('{"keys": {}}', "is no JSON web key"),
    ('{"keys": ["x"]}', "no JWK as key 1"),
    ("[" * 100_000, "is not JSON"),
    ('[{"kty": "oct"}]', "is no JSON web key"),
    ('{"kty": "oct"}', "cannot be read (key 1 of 1)"),
    ('{"kty": "oct", "k": 7}', "cannot be read"),
    ('{"kty": "DSA", "p": "00000000000000000000000000"}', "a kty that is not known"),
    ('{"kty": ["oct"], "k": "0000"}', "a kty that is not known"),
    ('{"alg": "HS256"}', "a kty that is not known"),
    (json.dumps(octets(31)), "a symmetric key under 32 bytes (key 1 of 1)"),
    (json.dumps(octets() | {"k": "!" * 60}), "not base64url"),
    (json.dumps(octets(kid=7)), "a kid that is no text"),
    (json.dumps(octets(alg="HS512")), "an alg that does not fit its key"),
    (json.dumps(octets(alg="none")), "an alg that does not fit its key"),
    (json.dumps(octets(alg=["HS256"])), "an alg that does not fit its key"),
    (json.dumps({"keys": [octets(), octets(kid="a"), octets(40, kid="a")]}), "two keys of one kid"),
    (json.dumps(jwk("RSA-1024")), "an RSA key under 2048 bits"),
    (json.dumps(jwk("RSA", alg="HS256")), "an alg that does not fit its key"),
    (json.dumps(jwk("RSA") | {"n": None}), "cannot be read"),
    (json.dumps(jwk("secp256k1")), "a curve other than"),
    (json.dumps(jwk("P-256") | {"x": coded(b"0" * 32)}), "cannot be read"),
    (json.dumps(jwk("P-256", alg="ES384")), "an alg that does not fit its key"),
    (json.dumps(jwk("Ed25519") | {"crv": "Ed448"}), "a curve other than Ed25519"),
    (json.dumps({"keys": [jwk("RSA"), jwk("Ed25519") | {"x": "AAAA"}]}), "cannot be read (key 2 of 2)"),
], ids=map(str, count()))  # fmt: skip
def test_a_key_that_cannot_be_used_is_a_fault(secret: str, told: str) -> None:
    """Security 7: a secret under 32 bytes, and any key that cannot be used, ends the start; what it is is not told."""
    found = fault(jwt_secret=secret)
    assert found.startswith("jwt_secret: the secret ")
    assert told in found


@pytest.mark.parametrize("flags, told", [
    ({"jwt_secret": SECRET + "!", "jwt_secret_is_base64": True}, "is not base64"),
    ({"jwt_secret": base64.b64encode(b"x" * 31).decode(), "jwt_secret_is_base64": True}, "too short"),
    ({"jwt_secret": json.dumps(octets()), "jwt_secret_is_base64": True}, "is JSON, though"),
    ({"jwt_secret": SECRET, "jwt_algorithms": "none"}, "not known here"),
    ({"jwt_secret": SECRET, "jwt_algorithms": "HS256,RS256"}, "no key can be used for; expected some of HS256"),
    ({"jwt_secret": SECRET, "jwt_algorithms": "HS512"}, "no key can be used for"),
    ({"jwt_algorithms": "RS257"}, "not known here"),
    ({"jwt_role_claim_key": "$.a..b"}, "from column 5 on"),
], ids=map(str, count()))  # fmt: skip
def test_settings_that_do_not_fit_the_keys(flags: dict[str, Any], told: str) -> None:
    """The algorithms that are allowed are held against the keys at the start."""
    assert told in fault(**flags)


def test_a_file_of_keys(tmp_path: Path) -> None:
    """Keys may lie in a file; one that cannot be read, or is no text of sane size, is a fault."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [jwk("P-256")]}))
    assert Settings(jwt_secret=f"@{file}").jwt_secret == f"@{file}"
    file.write_bytes(b"\xff" * 40)
    assert "cannot be read" in fault(jwt_secret=f"@{file}")
    file.write_text("x" * (1024**2 + 1))
    assert "too large" in fault(jwt_secret=f"@{file}")
    assert "cannot be read" in fault(jwt_secret=f"@{tmp_path}")
    assert "cannot be read" in fault(jwt_secret="@\0")


def test_the_allow_list_leaves_a_key_unused() -> None:
    """A key that can do none of the algorithms that are allowed checks nothing."""
    tokens = checking(jwk("RSA", kid="r"), jwk("P-256", kid="e"), algorithms=("ES256",))
    assert tokens.claims(signed_by("P-256", kid="e")) == {}
    assert refusal(tokens, signed_by("RSA", kid="r")).code == "PGRST301"
