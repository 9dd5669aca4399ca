"""Version of this SDK, told in the handshake; the same as in pyproject.toml, which a test compares."""

SDK_VERSION = "0.2.0"
