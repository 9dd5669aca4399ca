"""A plugin without an SDK: Python's standard library and docs/reference/protocol.md, nothing else.

It sends e-mail through the CONNECT tunnel when its settings name a mail server, leaves its requests to the host when they
name an API, and keeps messages in a folder of its own otherwise. Records it keeps in memory.
"""

import base64
import email.message
import email.policy
import json
import os
import smtplib
import socket
import sys
import threading

USED_CONTACT_POINT = "https://hilum.dev/fhir/StructureDefinition/used-contact-point"
RECIPIENT_ROLE = "https://hilum.dev/fhir/StructureDefinition/recipient-role"

INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, PARSE_ERROR = -32600, -32601, -32602, -32700
FAILED, GIVEN_UP, NOT_READY = -32000, -32002, -32004


class Failure(Exception):
    """Becomes the error of an answer."""

    def __init__(self, number, message, **data):
        super().__init__(message)
        self.number, self.message, self.data = number, message, data


class Refused(Failure):
    """The host did not do what it was asked; `told` is what it says of it."""

    def __init__(self, told):
        super().__init__(FAILED, "The host refused", code="plugin.failed", cause="plugin", sent="no")
        self.told = told


class Link:
    """Standard output: one line per message, whole lines from any thread."""

    def __init__(self, stream):
        self.stream = stream
        self.lock = threading.Lock()
        self.next_id = 0
        self.waiting = {}

    def write(self, message):
        line = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
        with self.lock:
            self.stream.write(line)
            self.stream.flush()

    def ask(self, method, params):
        with self.lock:
            self.next_id += 1
            number = self.next_id
        answer = self.waiting[number] = {"done": threading.Event()}
        self.write({"id": number, "method": method, "params": params})
        answer["done"].wait()
        if "error" in answer["message"]:
            raise Refused(answer["message"]["error"].get("data", {}))
        return answer["message"]["result"]

    def settle(self, message):
        answer = self.waiting.pop(message.get("id"), None)
        if answer is not None:
            answer["message"] = message
            answer["done"].set()


class Plugin:
    def __init__(self, link):
        self.link = link
        self.session = None
        self.running = {}
        self.methods = {
            "initialize": self.initialize,
            "config.validate": lambda params, stop: {"rows": []},
            "setup.check": self.unknown,
            "health.check": lambda params, stop: {"state": "healthy", "rows": [row("answers", "The plugin answers")]},
            "smoke.run": self.smoke,
            "shutdown": lambda params, stop: None,
            "messages.send": self.send,
            "ingress.handle": self.hook,
            "records.create": self.create,
            "records.read": self.read_record,
            "records.update": self.update,
            "records.delete": self.delete,
            "records.search": self.search,
        }
        self.records = {}

    def initialize(self, params, stop):
        if self.session is not None:
            raise Failure(INVALID_REQUEST, "The handshake is done already")
        if params.get("protocol") != "1":
            raise Failure(INVALID_PARAMS, "This plugin speaks protocol 1")
        self.session = params
        return {"protocol": "1", "methods": list(self.methods)}

    def unknown(self, params, stop):
        raise Failure(INVALID_PARAMS, "There is no such step")

    def smoke(self, params, stop):
        if params.get("id") != "connect":
            raise Failure(INVALID_PARAMS, "There is no such smoke test")
        return {"rows": [row("connect", "The mail server answers" if "host" in self.session["settings"] else "The folder can be written")]}

    def hook(self, params, stop):
        if params.get("hook") not in self.session.get("hooks", {}):
            raise Failure(INVALID_PARAMS, "There is no such hook")
        body = params["body"]
        content = base64.b64decode(body["base64"]) if "base64" in body else body["text"].encode("utf-8")
        try:
            event = json.loads(content)
        except ValueError:
            return {"status": 400}
        kind = event.get("type", "unknown") if isinstance(event, dict) else "unknown"
        return {"status": 202, "body": {"text": json.dumps({"took": kind}), "contentType": "application/json"}}

    def send(self, params, stop):
        message = params["message"]
        mail, envelope = compose(message, params["idempotencyKey"])
        for attachment in params["attachments"]:
            kind, _, subkind = attachment["contentType"].partition("/")
            mail.add_attachment(self.read(attachment, params["meta"]["call"]), maintype=kind, subtype=subkind or "octet-stream", filename=attachment["title"])
        if stop.is_set():
            raise Failure(GIVEN_UP, "The call was given up", code="plugin.failed", cause="timeout", sent="no", retry="later")
        if "host" in self.session["settings"]:
            return self.hand_over(mail, envelope, stop)
        if "api" in self.session["settings"]:
            return self.post(mail, envelope, params)
        return self.keep(mail, envelope)

    def read(self, attachment, call):
        content, size = b"", attachment["size"]
        while len(content) < size:
            part = self.link.ask("blobs.read", {"id": attachment["id"], "offset": len(content), "length": 262144, "call": call})
            content += base64.b64decode(part["base64"])
            size = part["size"]
        return content

    def post(self, mail, envelope, params):
        """One request for each recipient, made by the host, which holds the key and puts it in."""
        text, refused, taken = mail.get_content(), [], []
        for index, address in envelope:
            answer = self.fetch({
                "destination": "api",
                "method": "POST",
                "path": "/v1/messages",
                "headers": {"content-type": "application/json", "idempotency-key": "%s-%d" % (params["idempotencyKey"], index)},
                "body": {"text": json.dumps({"to": address, "text": text})},
                "call": params["meta"]["call"],
            })
            if answer["status"] < 300:
                taken.append(json.loads(answer["body"]["text"])["id"])
            else:
                refused.append({"recipient": index, "reply": "HTTP %d" % answer["status"]})
        if not taken:
            raise Failure(FAILED, "No recipient was taken", code="provider.recipient", cause="recipient", sent="no", retry="never", reply=refused[0]["reply"])
        return {"outcome": "accepted", "providerId": taken[0], **({"refused": refused} if refused else {})}

    def fetch(self, request):
        try:
            return self.link.ask("http.fetch", request)
        except Refused as refused:
            told = {name: refused.told[name] for name in ("code", "sent", "retry", "fix") if name in refused.told}
            raise Failure(FAILED, "The host made no request that was answered", **told) from refused

    def keep(self, mail, envelope):
        path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "kept-messages.txt")
        with open(path, "ab") as file:
            file.write(bytes(mail))
        return {"outcome": "accepted", "providerId": mail["Message-ID"]}

    def hand_over(self, mail, envelope, stop):
        settings = self.session["settings"]
        handed_over = False
        try:
            with TunnelSMTP(self.session.get("egressSocket"), settings["host"], settings["port"], stop) as server:
                server.ehlo_or_helo_if_needed()
                _refuse(server.mail(settings["from"]), "provider.sender", "sender_not_verified")
                refused = []
                for index, address in envelope:
                    number, reply = server.rcpt(address)
                    if number >= 400:
                        refused.append((number, {"recipient": index, "reply": redact(number, reply, address)}))
                if len(refused) == len(envelope):
                    number, last = refused[-1]
                    later = number < 500
                    raise Failure(FAILED, "No recipient was taken", code="provider.temporary" if later else "provider.recipient", cause="provider_down" if later else "recipient", sent="no", retry="later" if later else "never", reply=last["reply"])
                handed_over = True
                number, reply = server.data(mail.as_bytes(policy=email.policy.SMTP))
                _refuse((number, reply), "provider.refused", "other")
        except (smtplib.SMTPException, OSError) as error:
            stopped = stop.is_set()
            raise Failure(GIVEN_UP if stopped else FAILED, "The provider cannot be reached", code="provider.unreachable", cause="timeout" if stopped else "network", sent="maybe" if handed_over else "no", retry="later") from error
        result = {"outcome": "accepted", "providerId": mail["Message-ID"], "reply": "%d" % number}
        if refused:
            result["refused"] = [entry for _, entry in refused]
        return result

    def create(self, params, stop):
        resource = params["resource"]
        key, version = (resource["resourceType"], resource["id"]), resource["meta"]["versionId"]
        if "ifNoneExist" in params:
            for other in self.matching(key[0], params["ifNoneExist"]):
                return {"resource": other}
        kept = self.records.get(key)
        if kept is not None and version in kept["versions"]:
            return {"resource": kept["versions"][version]}
        if kept is not None:
            raise refusal("record.conflict", "The id is taken")
        kept = self.records[key] = {"versions": {}, "bytes": {}, "current": None, "deleted": False}
        return self.put(kept, resource, version, params)

    def read_record(self, params, stop):
        kept = self.find(params["type"], params["id"])
        version = params.get("version", kept["current"])
        if kept["deleted"] and "version" not in params:
            raise refusal("record.gone", "The record was deleted")
        if version not in kept["versions"]:
            raise refusal("record.not_found", "There is no such version")
        answer = {"resource": kept["versions"][version]}
        if version in kept["bytes"]:
            content, content_type = kept["bytes"][version]
            blob, size = self.write(content, params["meta"]["call"])
            answer["content"] = {"id": blob, "size": size, "contentType": content_type}
        return answer

    def update(self, params, stop):
        resource = params["resource"]
        kept, version = self.find(resource["resourceType"], resource["id"]), resource["meta"]["versionId"]
        if version in kept["versions"]:
            return {"resource": kept["versions"][version]}
        if params.get("ifMatch", kept["current"]) != kept["current"]:
            raise refusal("record.conflict", "The record was changed meanwhile")
        return self.put(kept, resource, version, params)

    def delete(self, params, stop):
        kept = self.find(params["type"], params["id"])
        kept["deleted"] = True
        return {}

    def search(self, params, stop):
        found = self.matching(params["type"], params["query"])
        cursor = params.get("cursor", "0")
        start = int(cursor) if cursor.isdigit() else len(found)
        page, size = [], 0
        for resource in found[start : start + params["count"]]:
            size += len(json.dumps(resource))
            if size > 900000 and page:
                break
            page.append(resource)
        end = start + len(page)
        return {"resources": page, "total": len(found), **({"next": str(end)} if end < len(found) else {})}

    def put(self, kept, resource, version, params):
        """The bytes first, then the version, then what points at it."""
        if "content" in params:
            kept["bytes"][version] = (self.read(params["content"], params["meta"]["call"]), params["content"]["contentType"])
        kept["versions"][version] = resource
        kept["current"], kept["deleted"] = version, False
        return {"resource": resource}

    def find(self, type, id):
        kept = self.records.get((type, id))
        if kept is None:
            raise refusal("record.not_found", "There is no such record")
        return kept

    def matching(self, type, query):
        """Records that meet every pair; a comma in a value stands for OR."""
        found = [kept["versions"][kept["current"]] for key, kept in self.records.items() if key[0] == type and not kept["deleted"]]
        for name, value in query:
            if name not in ("_id", "identifier"):
                raise refusal("search.invalid", "That parameter is not served")
            tokens = value.split(",")
            found = [one for one in found if any(is_named(one, name, token) for token in tokens)]
        return found

    def write(self, content, call):
        """Bytes of a record that is answered: the host holds them, and the answer names them."""
        blob = None
        for start in range(0, len(content), 393216):
            chunk = base64.b64encode(content[start : start + 393216]).decode("ascii")
            told = self.link.ask("blobs.write", {"call": call, "base64": chunk, "last": False, **({"id": blob} if blob else {})})
            blob = told["id"]
        told = self.link.ask("blobs.write", {"call": call, "base64": "", "last": True, **({"id": blob} if blob else {})})
        return told["id"], told["size"]

    def answer(self, message):
        """Answers one request; runs in a thread of its own."""
        number, stop = message["id"], self.running[message["id"]]
        try:
            method = self.methods.get(message["method"])
            if method is None:
                raise Failure(METHOD_NOT_FOUND, "There is no such method")
            if self.session is None and message["method"] != "initialize":
                raise Failure(NOT_READY, "The handshake comes first")
            answer = {"id": number, "result": method(message.get("params", {}), stop)}
        except Failure as failure:
            error = {"code": failure.number, "message": failure.message}
            answer = {"id": number, "error": {**error, "data": failure.data} if failure.data else error}
        except Exception as error:  # A bug: nobody knows what it did.
            print(type(error).__name__, file=sys.stderr, flush=True)
            answer = {"id": number, "error": {"code": FAILED, "message": "The plugin failed", "data": {"code": "plugin.failed", "cause": "plugin", "sent": "maybe"}}}
        del self.running[number]
        self.link.write(answer)

    def run(self, lines):
        for line in lines:
            if not line.strip():
                continue
            try:
                message = json.loads(line)
            except ValueError:
                self.link.write({"id": None, "error": {"code": PARSE_ERROR, "message": "The line is not JSON"}})
                continue
            if not isinstance(message, dict):
                return 1
            if "method" not in message:
                self.link.settle(message)
            elif message["method"] == "$/cancel":
                stop = self.running.get(message["params"].get("id"))
                if stop is not None:
                    stop.set()
            elif "id" in message:
                self.running[message["id"]] = threading.Event()
                thread = threading.Thread(target=self.answer, args=(message,), daemon=True)
                thread.start()
                if message["method"] in ("initialize", "shutdown"):
                    thread.join()
                if message["method"] == "shutdown":
                    return 0
        return 0


class TunnelSMTP(smtplib.SMTP):
    """SMTP through the host's tunnel: CONNECT on a Unix socket, and then the server's own bytes."""

    def __init__(self, path, host, port, stop):
        self.path = path
        self.stop = stop
        super().__init__(host, port, timeout=30)

    def _get_socket(self, host, port, timeout):
        tunnel = socket.socket(socket.AF_UNIX)
        tunnel.settimeout(timeout)
        if self.path is None:
            raise Failure(FAILED, "There is no grant for the mail server", code="provider.unreachable", cause="configuration", sent="no", retry="never")
        tunnel.connect(self.path)
        tunnel.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode("ascii"))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = tunnel.recv(1)
            if byte == b"":
                break
            head += byte
        status = int(head.split(b" ", 2)[1]) if head.count(b" ") >= 1 else 502
        if status != 200:
            tunnel.close()
            granted = status not in (400, 403, 422)
            raise Failure(FAILED, "There is no way to the mail server", code="provider.unreachable", cause="network" if granted else "configuration", sent="no", retry="later" if granted else "never")
        threading.Thread(target=self._watch, args=(tunnel,), daemon=True).start()
        return tunnel

    def _watch(self, tunnel):
        """A call that is given up ends its connection, which ends whatever waits for it."""
        self.stop.wait()
        try:
            tunnel.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _refuse(answer, code, cause):
    number, reply = answer
    if number >= 400:
        later = number < 500
        raise Failure(FAILED, "The provider refused", code="provider.temporary" if later else code, cause="provider_down" if later else cause, sent="no", retry="later" if later else "never", reply="%d" % number)


def refusal(code, message):
    return Failure(FAILED, message, code=code, cause="other", sent="no", retry="never")


def is_named(resource, name, token):
    if name == "_id":
        return resource["id"] == token
    for identifier in resource.get("identifier", []):
        if token in ("%s|%s" % (identifier.get("system", ""), identifier.get("value")), identifier.get("value")):
            return True
    return False


def redact(number, reply, address):
    return "%d %s" % (number, reply.decode("utf-8", "replace").replace(address, "[address]")[:500])


def compose(message, key):
    mail = email.message.EmailMessage()
    mail["Message-ID"] = "<%s@plain.example>" % base64.b16encode(key.encode("utf-8")).decode("ascii").lower()
    mail["Subject"] = message.get("topic", {}).get("text", "")
    envelope, shown = [], {"to": [], "cc": [], "bcc": []}
    for index, recipient in enumerate(message.get("recipient", [])):
        extensions = {extension["url"]: extension for extension in recipient.get("extension", [])}
        address = extensions[USED_CONTACT_POINT]["valueContactPoint"]["value"]
        role = extensions.get(RECIPIENT_ROLE, {}).get("valueCode", "to")
        envelope.append((index, address))
        shown.get(role, shown["to"]).append(address)
    for header in ("to", "cc"):
        if shown[header]:
            mail[header.capitalize()] = ", ".join(shown[header])
    texts = [payload["contentString"] for payload in message.get("payload", []) if "contentString" in payload]
    mail.set_content(texts[0] if texts else "")
    return mail, envelope


def row(name, title):
    return {"id": name, "title": title, "status": "passed"}


def main():
    output = sys.stdout.buffer
    sys.stdout = sys.stderr
    return Plugin(Link(output)).run(sys.stdin.buffer)


if __name__ == "__main__":
    sys.exit(main())
