"""Registers the smallest plugin with a running Hilum: Python's standard library, nothing else.

Run it on the machine where Hilum runs. The plugin then waits in the Admin Console for approval. Name the certificate
authority that Hilum printed at its first start with HILUM_CA where the machine does not trust it.
"""

import json
import os
import ssl
import sys
import urllib.error
import urllib.request

manifest = {"id": "com.example.plugin", "name": "Example Plugin", "capabilities": ["send_messages", "store_records"]}

request = urllib.request.Request(
    os.environ.get("HILUM_URL", "https://localhost:8443") + "/api/v1/plugins/register",
    data=json.dumps(manifest).encode("utf-8"),
    headers={"Content-Type": "application/json"},
)
if "HILUM_TOKEN" in os.environ:
    request.add_header("Authorization", "Bearer " + os.environ["HILUM_TOKEN"])

try:
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=os.environ.get("HILUM_CA"))) as response:
        print(response.status, response.read().decode("utf-8"))
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code} {error.read().decode('utf-8')}")
except urllib.error.URLError as error:
    sys.exit(f"Hilum cannot be reached: {error.reason}")
