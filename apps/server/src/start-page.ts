/** What the process prints for the person who started it: where to go, how to trust the certificate, the set-up code. */
export function describeStart(options: {
  url: string;
  authorityFile: string;
  setupCode: string | undefined;
  /** Why the data cannot be read yet. */
  sealed: string | undefined;
  version: string;
  dataDir: string;
  keyFile: string;
}): string {
  const lines = [
    "",
    options.sealed === undefined
      ? `  Hilum ${options.version} is ready at ${options.url}`
      : `  Hilum ${options.version} is sealed and waits at ${options.url}: ${options.sealed}`,
    "",
    "  Trust the certificate once, so that browsers and programs know this server:",
    `    Debian, Ubuntu  sudo cp ${options.authorityFile} /usr/local/share/ca-certificates/hilum.crt && sudo update-ca-certificates`,
    `    macOS           sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${options.authorityFile}`,
    `    Windows         certutil -addstore -f ROOT ${options.authorityFile}`,
    `    one program     curl --cacert ${options.authorityFile} …, NODE_EXTRA_CA_CERTS=…, SSL_CERT_FILE=…`,
    "    Firefox         Settings, Certificates, Import, or set security.enterprise_roots.enabled",
    "",
    `  Data folder ${options.dataDir}; its key ${options.keyFile}. Keep a copy of the key elsewhere: without it the data cannot be read.`,
  ];
  if (options.setupCode !== undefined)
    lines.push(
      "",
      "  First start: open the address above and make the first administrator with this one-time set-up code:",
      "",
      `    ${options.setupCode}`,
    );
  return [...lines, ""].join("\n");
}
