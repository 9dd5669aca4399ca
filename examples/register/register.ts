import { readFileSync } from "node:fs";
import { register, RegistrationError } from "@hilum/sdk";

// Registers the smallest plugin with a running Hilum; see README.md.
const manifest = { id: "com.example.plugin", name: "Example Plugin", capabilities: ["send_messages", "store_records"] };
const { HILUM_TOKEN: token, HILUM_CA: caFile } = process.env;

try {
  const options = {
    ...(token === undefined ? {} : { token }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, "utf8") }),
  };
  console.log(await register(manifest, options));
} catch (error) {
  if (!(error instanceof RegistrationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
