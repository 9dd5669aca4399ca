"""The public surface, pinned: what is added or taken away is a decision, and shows here."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import hilum
import hilum.errors
import hilum.testing

MEMBERS = """
AttachmentInfo Attachments CallContext CanonicalType CauseClass Communication Connection CreateDetails Deliveries
DiscoveredOption EgressError EnrolmentError Evidence Fetch FetchAnswer FoundRecords GivenContent HealthResult
HeldContent HilumError HookAnswer HookRequest HostError KeptRecord LinkClosedError LinkRevokedError Manifest
MessageAttachment MessageContactPoint MessageText OpenedRecord OutgoingMessage Plugin PluginLog PluginState
ProviderError ProviderErrorCode RecordPage RecordSearch RecordStore RecordTarget Records Registration
RegistrationError RemoteState Resource SearchQuery Sent SetupContext SmokeTestContext StateEntry UpdateDetails
__version__ channel_of check_claim check_step contact_points define_plugin email fax is_test_message message_text
register serve serve_remote sms
""".split()

TESTING_MEMBERS = """
Faults SampleMessage TestAttachment TestCallError TestContent TestDeadlineError TestFetchAnswer TestFetchBody TestFetchRequest TestHost
TestMessage TestRecord TestStore create_test_host sample_email sample_email_with_attachment sample_event sample_fax
sample_messages sample_sms
""".split()


def test_the_surface_is_what_is_written_here() -> None:
    assert sorted(hilum.__all__) == MEMBERS
    assert sorted(hilum.testing.__all__) == TESTING_MEMBERS


def test_every_member_can_be_loaded() -> None:
    for name in MEMBERS:
        assert getattr(hilum, name) is not None


def test_every_error_has_a_class_of_its_own_in_the_tree() -> None:
    tree = hilum.errors.__doc__ or ""
    for code, kind in hilum.errors.CLASSES.items():
        assert issubclass(kind, hilum.HilumError)
        assert re.search(rf"[├└]── {kind.__name__} +{re.escape(code)}$", tree, re.MULTILINE), code


def test_errors_are_made_as_the_class_of_their_code() -> None:
    assert type(hilum.ProviderError("provider.timeout")) is hilum.errors.ProviderTimeout
    assert type(hilum.HostError("request.conflict")) is hilum.errors.RequestConflict
    # A plugin may report it, so it stands under ProviderError; here it is the host that refuses.
    assert type(hilum.HostError("policy.denied")) is hilum.HostError
    assert hilum.EgressError("busy").data["cause"] == "network"


def test_the_version_is_that_of_the_package() -> None:
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8")
    assert f'version = "{hilum.__version__}"' in text


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(importlib.import_module("hilum"), "nonsense")
