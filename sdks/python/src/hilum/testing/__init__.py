"""An in-memory host for tests of plugins, and what a test needs beside it.

    async def test_sends(hilum_host):
        host = await hilum_host(plugin, settings={...}, grants=[...], on_fetch=provider)
        assert (await host.send(sample_sms()))["outcome"] == "accepted"

`hilum_host` is a fixture of the pytest plugin that comes with this package; it closes what it made. Elsewhere there is
`create_test_host`.
"""

from .faults import Faults
from .host import TestHost, create_test_host
from .host_fetch import TestFetchAnswer, TestFetchBody, TestFetchRequest
from .plugin_calls import TestAttachment, TestCallError, TestDeadlineError
from .samples import (
    SampleMessage,
    sample_email,
    sample_email_with_attachment,
    sample_event,
    sample_fax,
    sample_messages,
    sample_sms,
)
from .store_calls import TestContent, TestRecord, TestStore
from .tables import TestMessage

__all__ = [
    "Faults",
    "SampleMessage",
    "TestAttachment",
    "TestCallError",
    "TestContent",
    "TestDeadlineError",
    "TestFetchAnswer",
    "TestFetchBody",
    "TestFetchRequest",
    "TestHost",
    "TestMessage",
    "TestRecord",
    "TestStore",
    "create_test_host",
    "sample_email",
    "sample_email_with_attachment",
    "sample_event",
    "sample_fax",
    "sample_messages",
    "sample_sms",
]
