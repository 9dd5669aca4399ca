"""The line protocol from the standard library alone: what a small Python plugin costs."""

import json
import sys

METHODS = ["initialize", "config.validate", "setup.check", "health.check", "smoke.run", "shutdown", "messages.send"]

for line in sys.stdin.buffer:
    message = json.loads(line)
    if "id" not in message:
        continue
    method = message["method"]
    if method == "initialize":
        result = {"protocol": "1", "methods": METHODS}
    elif method == "messages.send":
        result = {"outcome": "accepted", "providerId": message["params"]["idempotencyKey"]}
    else:
        result = None
    answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
    sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    sys.stdout.flush()
    if method == "shutdown":
        break
