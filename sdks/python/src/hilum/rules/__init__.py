"""The platform's own rules: what a manifest, settings, scopes, messages and answers must be, and what grants allow.

`conformance/vectors/`, made from the host's real code, proves that they judge as it does.
"""
