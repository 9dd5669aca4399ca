from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hilum.testing import TestHost

from orthanc_dicom.plugin import create_plugin

from .orthanc_server import PASSWORD, PROGRAM, OrthancServer

MANIFEST = (Path(__file__).resolve().parents[1] / "hilum.json").read_text("utf-8")

OpenPlugin = Callable[..., Awaitable[TestHost]]

UNA: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "una",
    "identifier": [
        {"system": "https://clinic.example/ssn", "value": "S-9"},
        {"system": "https://clinic.example/mrn", "value": "MRN-17"},
    ],
    "name": [{"family": "Example", "given": ["Una", "Maria"]}],
    "birthDate": "1970-03-02",
    "gender": "female",
}

# As the installed package brings it by its entry point.
pytest_plugins = ["hilum.testing.fixtures"]


@pytest.fixture(scope="session")
def orthanc() -> Iterator[OrthancServer]:
    if PROGRAM is None:
        pytest.skip("Orthanc is not installed: apt-get install orthanc")
    server = OrthancServer()
    yield server
    server.close()


@pytest.fixture
def open_plugin(hilum_host: Any, orthanc: OrthancServer) -> OpenPlugin:
    """The plugin beside Orthanc, under the platform's rules; `settings` change the usual ones."""

    async def open_with(*, grants: list[str] | None = None, **settings: Any) -> TestHost:
        values = {
            "host": "localhost",
            "port": orthanc.port,
            "ca": orthanc.authority,
            "username": "hilum",
            "password": PASSWORD,
            "patientNumber": "https://clinic.example/mrn",
            "institution": "Example Clinic",
            **settings,
        }
        host: TestHost = await hilum_host(
            create_plugin(),
            manifest=MANIFEST,
            settings=values,
            grants=["net:tcp://{config.host}:{config.port}", "system/Patient.r"] if grants is None else grants,
            private_ranges=["127.0.0.0/8", "::1/128"],
            records=[UNA],
        )
        return host

    return open_with
