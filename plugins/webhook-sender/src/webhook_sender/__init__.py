"""Hands each message to an HTTPS endpoint, signed as Standard Webhooks 1.0 say, and takes its receipts."""
