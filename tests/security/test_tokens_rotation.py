"""What is remembered of tokens, and what becomes of it when the keys change."""

from __future__ import annotations

import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.auth import signatures
from service.auth.recent import Recent
from service.auth.secret import LOOK, Secret
from service.auth.tokens import JsonWebTokens
from tests.security.token_makers import NOW, SECRET, checking, jwk, refusal, signed_by, token

OTHER = "another-secret-of-the-tests-and-of-no-one"


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signatures were checked, one after the other."""
    found: list[str] = []
    real = signatures.Signatures.payload
    monkeypatch.setattr(signatures.Signatures, "payload", lambda self, sent: (found.append(sent), real(self, sent))[1])
    return found


def test_a_signature_is_checked_once(verified: list[str]) -> None:
    """A token that was found good is not checked again; one that was not is each time."""
    tokens, good, bad = checking(), token({"a": 1}), token({"a": 1}, key=OTHER)
    for _ in range(3):
        assert tokens.claims(good) == {"a": 1}
        refusal(tokens, bad)
    assert verified == [good, bad, bad, bad]


def test_the_claims_are_checked_each_time(verified: list[str]) -> None:
    """Security 6: a token that is remembered expires like any other, to the second."""
    clock = Clock()
    tokens, sent = checking(clock=clock), token({"exp": NOW + 10, "nbf": NOW - 100})
    tokens.claims(sent)
    clock.now = NOW + 39.9
    tokens.claims(sent)
    clock.now = NOW + 40
    assert refusal(tokens, sent).message == "The token has expired"
    clock.now = NOW - 131
    assert refusal(tokens, sent).message == "The token is not yet valid"
    assert verified == [sent]


def test_what_is_done_to_claims_is_not_remembered() -> None:
    """Each use has claims of its own: what a view does to them is not seen by the next request."""
    tokens, sent = checking(), token({"roles": ["read"]})
    tokens.claims(sent)["roles"].append("write")
    assert tokens.claims(sent) == {"roles": ["read"]}


def test_the_memory_is_bounded(verified: list[str]) -> None:
    """Security 7: as many tokens are remembered as the setting says, those that were used last."""
    tokens = checking(remembered=2)
    one, two, three = (token({"n": each}) for each in range(3))
    for sent in (one, two, one, three, one, three, two):
        tokens.claims(sent)
    assert verified == [one, two, three, two]
    verified.clear()
    none = checking(remembered=0)
    for _ in range(2):
        none.claims(one)
    assert verified == [one, one]


def test_the_whole_token_is_the_key() -> None:
    """Security 7: a token that was found good lets in no other that shares a part of it."""
    tokens, good = checking(), token({"role": "read"})
    tokens.claims(good)
    head, claims, signature = good.split(".")
    forged = token({"role": "write"}, key=OTHER).split(".")
    for sent in (f"{head}.{claims}.{forged[2]}", f"{head}.{forged[1]}.{signature}", f"{head}.{claims}.", good[:-4]):
        assert refusal(tokens, sent).code == "PGRST301"


def test_the_memory_in_threads() -> None:
    """Views in threads ask at the same time: nothing is lost, and the bound holds."""
    recent: Recent[int] = Recent(10)

    def use(number: int) -> None:
        key = bytes([number % 40])
        assert recent.get(key) in (None, number % 40)
        recent.put(key, number % 40)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(4000)))
    assert len(recent) == 10


def rotating(file: Path, clock: Clock, **options: object) -> JsonWebTokens:
    return JsonWebTokens(Secret(f"@{file}", time=clock, **options), clock=lambda: NOW)  # type: ignore[arg-type]  # passed on


def test_rotation(tmp_path: Path, verified: list[str]) -> None:
    """Security 7: when the file of keys changes, tokens of the old ones are refused at once, remembered or not."""
    file, clock = tmp_path / "secret", Clock()
    file.write_text(SECRET + "\n")
    tokens = rotating(file, clock)
    old, new = token({"a": 1}), token({"a": 2}, key=OTHER)
    tokens.claims(old)
    file.write_text(OTHER)
    clock.now += LOOK
    assert refusal(tokens, old).code == "PGRST301"
    assert tokens.claims(new) == {"a": 2}
    file.write_text(json.dumps({"keys": [jwk("P-256", kid="next")]}))
    clock.now += LOOK
    assert refusal(tokens, new).code == "PGRST301"
    assert tokens.claims(signed_by("P-256", kid="next")) == {}


def test_a_file_in_the_place_of_another(tmp_path: Path) -> None:
    """Security 7: keys that are put in place by a rename or a link, of the same size and time, are found as well."""
    file, clock = tmp_path / "secret", Clock()
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text(SECRET)
    two.write_text(SECRET.upper())
    for each in (one, two):
        os.utime(each, (NOW, NOW))
    file.symlink_to(one)
    tokens = rotating(file, clock)
    tokens.claims(token())
    file.unlink()
    file.symlink_to(two)
    clock.now += LOOK
    assert refusal(tokens, token()).code == "PGRST301"
    assert tokens.claims(token(key=SECRET.upper())) == {}


def test_the_file_is_looked_at_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests do not each ask the disk."""
    file, clock = tmp_path / "secret", Clock()
    file.write_text(SECRET)
    tokens, sent = rotating(file, clock), token()
    looked: list[float] = []
    real = Secret._state
    monkeypatch.setattr(Secret, "_state", lambda self: (looked.append(clock.now), real(self))[1])
    for _ in range(40):
        tokens.claims(sent)
        clock.now += 0.25
    assert 9 <= len(looked) <= 10


@pytest.mark.parametrize("text", ["", "tiny", '{"keys": []}', "{", '{"kty": "oct", "k": "' + "0" * 60, None])
def test_a_broken_file_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None, verified: list[str]
) -> None:
    """Security 7: a file that cannot be used leaves the keys as they were; it is logged once, and not repeated."""
    file, clock = tmp_path / "secret", Clock()
    file.write_text(SECRET)
    tokens, sent = rotating(file, clock), token()
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    with caplog.at_level(logging.INFO, "poolgate"):
        for _ in range(3):
            clock.now += LOOK
            assert tokens.claims(sent) == {}
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "the keys of before are kept" in record.getMessage()
    assert not text or text not in record.getMessage()
    assert verified == [sent]
    file.write_text(OTHER)
    clock.now += LOOK
    assert tokens.claims(token(key=OTHER)) == {}
    assert SECRET not in caplog.text
    assert OTHER not in caplog.text


def test_new_keys_are_held_against_the_allow_list(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Keys that cannot do what the settings allow are a broken file, too."""
    file, clock = tmp_path / "secret", Clock()
    file.write_text(SECRET)
    tokens = rotating(file, clock, algorithms=("HS256",))
    file.write_text(json.dumps(jwk("RSA")))
    clock.now += LOOK
    assert tokens.claims(token()) == {}
    assert "no key can be used for" in caplog.text
