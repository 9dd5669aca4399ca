import { sdkVersions } from "@hilum/contract";

/** Version of this SDK, told in the handshake; the same as in package.json, which a test compares. */
export const sdkVersion: string = sdkVersions.current;
