"""A plugin that runs elsewhere: link file, and the enrolment code the first time. It tells each state on a line."""

import asyncio
import sys

from hilum import CallContext, LinkRevokedError, OutgoingMessage, RemoteState, Sent, define_plugin, serve_remote


async def send_messages(message: OutgoingMessage, ctx: CallContext) -> Sent:
    ctx.log.info("sending")
    chunks = [chunk async for chunk in ctx.attachments.read("b1")]
    return Sent(provider_id=message.idempotency_key, reply=str(sum(map(len, chunks))))


def tell(state: RemoteState) -> None:
    print(state.state, flush=True)


async def main() -> None:
    link_file, code = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    plugin = define_plugin(send_messages=send_messages)
    try:
        await serve_remote(
            plugin, link_file=link_file, enrolment_code=code, on_state=tell, pause_seconds_max=0.02
        )
    except LinkRevokedError:
        print("revoked", flush=True)


asyncio.run(main())
