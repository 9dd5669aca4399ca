/** What a program pays that checks a Communication's shape with ajv and answers: the least that HTTPS and JSON cost here. */
import Fastify from "fastify";

const app = Fastify({
  logger: false,
  https: { cert: process.env["TLS_CERT"] ?? "", key: process.env["TLS_KEY"] ?? "" },
});

const text = { type: "string" } as const;
app.post(
  "/messages",
  {
    schema: {
      body: {
        type: "object",
        required: ["resourceType", "status", "medium", "recipient", "payload"],
        properties: {
          resourceType: { const: "Communication" },
          status: text,
          medium: { type: "array", items: { type: "object" } },
          recipient: { type: "array", items: { type: "object" } },
          payload: { type: "array", items: { type: "object", properties: { contentString: text } } },
        },
      },
      response: { 201: { type: "object", properties: { id: text, state: text } } },
    },
  },
  (_request, reply) => reply.code(201).send({ id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", state: "queued" }),
);

await app.listen({ host: "127.0.0.1", port: 0 });
const [address] = app.addresses();
if (typeof address === "object") process.stdout.write(`${address.port}\n`);
