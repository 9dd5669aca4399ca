"""A real SMTP server for tests: aiosmtpd, driven by one JSON object in argv[1] (see smtp-server.ts).

Prints {"port": N} on one line when it listens and appends every accepted mail as one JSON line to `mailFile`.
It ends when its standard input closes, so that it never outlives the test that started it.
"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

options = json.loads(sys.argv[1])
behaviours = options.get("behaviours", {})


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        behaviour = behaviours.get(address.lower(), {"kind": "accept"})
        kind = behaviour["kind"]
        if kind == "refuse":
            return behaviour.get("reply", "550 5.1.1 no such mailbox")
        if kind == "defer":
            return behaviour.get("reply", "451 4.3.0 try again later")
        if kind == "drop":
            server.transport.abort()
            return "421 4.4.2 closing"
        if kind == "slow":
            await asyncio.sleep(behaviour.get("delayMs", 1000) / 1000)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            behaviour = behaviours.get(address.lower(), {})
            if behaviour.get("kind") == "refuseContent":
                return behaviour.get("reply", "554 5.7.1 content refused")
            if behaviour.get("kind") == "dropAfterData":
                # The mail is kept and the reply is lost: what a sender cannot tell from a mail that never arrived.
                keep(session, envelope)
                server.transport.abort()
                return "421 4.4.2 closing"
        keep(session, envelope)
        return "250 2.0.0 accepted"


def keep(session, envelope):
    mail = {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "content": base64.b64encode(envelope.content).decode("ascii"),
        "tls": session.ssl is not None or options.get("security") == "tls",
        "user": session.auth_data.login.decode() if session.auth_data else None,
        "helo": session.host_name,
    }
    with open(options["mailFile"], "a", encoding="utf-8") as file:
        file.write(json.dumps(mail) + "\n")


def authenticate(server, session, envelope, mechanism, auth_data):
    users = options.get("users", {})
    known = isinstance(auth_data, LoginPassword)
    if known and users.get(auth_data.login.decode()) == auth_data.password.decode():
        return AuthResult(success=True, auth_data=auth_data)
    return AuthResult(success=False, handled=False)


def tls_context():
    if "certificateFile" not in options:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["certificateFile"], options["keyFile"])
    return context


async def main():
    loop = asyncio.get_running_loop()
    context = tls_context()
    mode = options.get("security", "none")
    users = options.get("users")

    def factory():
        return SMTP(
            Handler(),
            hostname="mail.test",
            data_size_limit=options.get("sizeMax", 33554432),
            enable_SMTPUTF8=True,
            tls_context=context if mode == "starttls" else None,
            require_starttls=mode == "starttls" and options.get("requireTls", True),
            authenticator=authenticate if users else None,
            auth_required=bool(users),
            # Plain connections may log in only where the test offers no TLS at all.
            auth_require_tls=mode == "starttls",
            loop=loop,
        )

    server = await loop.create_server(factory, "127.0.0.1", options.get("port", 0), ssl=context if mode == "tls" else None)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    server.close()


asyncio.run(main())
