"""Plugins that run elsewhere and connect out to the platform."""
