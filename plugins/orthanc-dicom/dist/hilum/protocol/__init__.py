"""The plugin protocol (docs/reference/protocol.md): frames, channels that carry them, and peers that ask and answer."""
