from __future__ import annotations

import pytest

from hilum.protocol.frames import Frame, FrameDecoder, FrameTooLargeError, Request, Violation, encode_frame


def decode(*chunks: bytes) -> tuple[list[Frame], list[Violation]]:
    frames: list[Frame] = []
    violations: list[Violation] = []
    decoder = FrameDecoder(frames.append, violations.append)
    for chunk in chunks:
        decoder.push(chunk)
    return frames, violations


LINE = encode_frame({"id": 1, "method": "m", "params": {"a": "é😀"}})


def test_delivers_what_was_encoded_wherever_the_bytes_are_cut() -> None:
    whole = LINE * 3
    for cut in range(len(whole)):
        frames, violations = decode(whole[:cut], whole[cut:])
        assert frames == [Request(1, "m", {"a": "é😀"})] * 3
        assert violations == []
    assert decode(*(bytes([byte]) for byte in whole))[0] == [Request(1, "m", {"a": "é😀"})] * 3


def test_passes_over_empty_lines_and_a_carriage_return() -> None:
    assert len(decode(b"\n\r\n" + LINE[:-1] + b"\r\n")[0]) == 1


def test_counts_bytes_before_it_keeps_them_and_is_silent_after_a_violation() -> None:
    frames, violations = decode(b"x" * 1_048_576, b"x", LINE)
    assert frames == []
    assert [violation.reason for violation in violations] == ["too_large"]
    assert decode(b"x\n" + LINE, LINE)[0] == []


def test_says_nothing_of_the_content_in_a_violation() -> None:
    assert "Ada" not in str(decode(b"Ada Lovelace was here\n")[1])


def test_refuses_to_write_what_the_other_side_would_refuse() -> None:
    with pytest.raises(FrameTooLargeError):
        encode_frame({"method": "m", "params": {"a": "é" * 600_000}})
    for value in (float("nan"), float("inf"), "\ud800"):
        with pytest.raises(ValueError):
            encode_frame({"method": "m", "params": {"a": value}})


def test_reads_the_worst_frame_that_it_admits() -> None:
    for body in ("{}," * 49_000 + "{}", '"\\n",' * 90_000 + "1", '"' + "\\n" * 500_000 + '"'):
        assert len(decode(b'{"jsonrpc":"2.0","method":"m","params":{"a":[' + body.encode() + b"]}}\n")[0]) == 1
