/** What a caller learns about a code. `fix` is a sentence that says what to do now, in the console's words. */
export interface ErrorSpec {
  /** HTTP status of the problem document (RFC 9457). */
  status: number;
  title: string;
  fix: string;
  /** True where the same call may succeed later without a change. */
  retryable: boolean;
}

/**
 * Every error that leaves the platform, by code `noun.condition`. `docs/reference/errors.md` is generated from this
 * table and a test holds the two equal.
 */
export const errorCatalogue = {
  "audit.blocked": { status: 503, title: "The audit log cannot be written, so nothing is done", fix: "Free disk space or repair the disk of the data folder, then restart Hilum.", retryable: true },
  "audit.broken": { status: 409, title: "The audit log does not verify", fix: "Open Audit, read which entry differs, and keep the disk as evidence.", retryable: false },
  "audit.bad_entry": { status: 500, title: "An audit entry holds a field that is not allowed", fix: "Report this with the request ID.", retryable: false },
  "blob.not_found": { status: 404, title: "There is no such attachment", fix: "Upload the attachment again.", retryable: false },
  "blob.too_large": { status: 413, title: "The attachment is too large", fix: "Send a smaller file.", retryable: false },
  "call.too_deep": { status: 508, title: "Plugins called each other too many times in a row", fix: "Report the loop to the publishers of the plugins that are named.", retryable: false },
  "config.invalid": { status: 500, title: "A start setting is not valid", fix: "Correct the named variable and start again.", retryable: false },
  "data.corrupt": { status: 503, title: "The data folder holds a file that is damaged", fix: "Restore the named file from a backup. Hilum never repairs it silently.", retryable: false },
  "data.in_use": { status: 503, title: "Another Hilum uses this data folder", fix: "Stop the other one, or give this one a data folder of its own.", retryable: false },
  "data.newer": { status: 503, title: "The data was written by a newer Hilum", fix: "Start the newer version, or restore a backup that this version made.", retryable: false },
  "data.no_space": { status: 507, title: "The disk is full", fix: "Free space on the disk of the data folder.", retryable: true },
  "destination.invalid": { status: 400, title: "The destination of the tunnel is not a host and a port", fix: "Ask for host:port, as the grant says it.", retryable: false },
  "destination.not_public": { status: 403, title: "The destination is an address that plugins may not reach", fix: "If the server is your own, an administrator adds its address range under Settings, Network.", retryable: false },
  "enrolment.invalid": { status: 401, title: "The enrolment code is wrong, used, expired or revoked", fix: "Make a new code on the plugin's Access page. If you did not use the old one, look in Audit who did.", retryable: false },
  "envelope.invalid": { status: 500, title: "A stored value cannot be decrypted", fix: "Check that the key file belongs to this data folder; restore the row from a backup.", retryable: false },
  "instance.not_found": { status: 404, title: "The plugin has no such instance", fix: "Choose one of the instances shown on the plugin's page.", retryable: false },
  "instance.wrong_state": { status: 409, title: "The instance is in a state that does not allow this", fix: "Follow the next step shown on the plugin's page.", retryable: false },
  "key.exposed": { status: 503, title: "The key file can be read by other users", fix: "Let only the user that runs Hilum read it: chmod 600, then start again.", retryable: false },
  "key.missing": { status: 503, title: "The key file is missing", fix: "Put the key file back where it was, or name it with HILUM_KEY_FILE.", retryable: false },
  "key.wrong": { status: 503, title: "The key file does not belong to this data folder", fix: "Use the key file that was made with this data folder.", retryable: false },
  "lane.full": { status: 429, title: "Too many calls wait for this plugin", fix: "Wait a moment and try again.", retryable: true },
  "manifest.id_reserved": { status: 422, title: "The id is reserved", fix: "Use a reverse-DNS id of a domain that you own.", retryable: false },
  "manifest.id_confusable": { status: 409, title: "The id looks like one that is registered", fix: "Choose an id that cannot be mistaken for another.", retryable: false },
  "manifest.invalid": { status: 422, title: "The manifest is not valid", fix: "Correct the named places.", retryable: false },
  "message.invalid": { status: 422, title: "The message is not valid", fix: "Correct the named places.", retryable: false },
  "message.not_found": { status: 404, title: "There is no such message", fix: "Choose a message from the outbox.", retryable: false },
  "message.wrong_state": { status: 409, title: "The message is in a state that does not allow this", fix: "Refresh the message and follow what its page offers.", retryable: false },
  "package.symlink": { status: 422, title: "The package holds a symbolic link", fix: "Replace the link with the file itself and build the package again.", retryable: false },
  "plugin.bad_reply": { status: 502, title: "The plugin's reply is not valid", fix: "Open the plugin's logs; report it to the publisher.", retryable: false },
  "plugin.code_unreadable": { status: 409, title: "The plugin's code cannot be read by the plugin's own user", fix: "Make the plugin's files readable by others (chmod -R o+rX on its folder) and try again.", retryable: false },
  "plugin.failed": { status: 502, title: "The plugin reported a failure", fix: "Open the plugin's Health page.", retryable: true },
  "plugin.killed": { status: 502, title: "The plugin was stopped during the call", fix: "What the call did is not known; look at the message before you send it again.", retryable: false },
  "plugin.link_lost": { status: 502, title: "The link to the plugin broke during the call", fix: "What the call did is not known; look at the message before you send it again.", retryable: false },
  "plugin.not_found": { status: 404, title: "There is no such plugin", fix: "Choose a plugin from the list.", retryable: false },
  "plugin.not_running": { status: 503, title: "The plugin is not running", fix: "Enable the plugin, or look at its Health page.", retryable: true },
  "plugin.not_served": { status: 422, title: "This version does not serve that capability yet", fix: "Update Hilum, or remove the capability from the manifest.", retryable: false },
  "plugin.protocol": { status: 502, title: "The plugin broke the protocol", fix: "Open the plugin's logs; report it to the publisher.", retryable: false },
  "plugin.timeout": { status: 504, title: "The plugin did not answer in time", fix: "Look at its Health page; raise the deadline only if the provider is known to be slow.", retryable: true },
  "plugin.quarantined": { status: 503, title: "The plugin is in quarantine", fix: "Read why on the plugin's Health page, mend it, then press Restart.", retryable: false },
  "policy.denied": { status: 403, title: "The plugin has no grant for this", fix: "Open Access on the plugin's page and grant the scope, if it should have it.", retryable: false },
  "policy.failed": { status: 403, title: "It could not be decided whether this is allowed, so it was refused", fix: "Report this with the request ID.", retryable: false },
  "provider.bad_credentials": { status: 502, title: "The provider refused the credentials", fix: "Correct the user name and password in Settings.", retryable: false },
  "provider.certificate": { status: 502, title: "The provider's certificate is not trusted", fix: "Correct the host name, or add the certificate authority in Settings.", retryable: false },
  "provider.quota": { status: 502, title: "The provider's quota is used up", fix: "Wait, or raise the quota at the provider.", retryable: true },
  "provider.recipient": { status: 502, title: "The provider does not know the recipient", fix: "Correct the recipient's address and send again.", retryable: false },
  "provider.refused": { status: 502, title: "The provider refused the message", fix: "Read the provider's reply on the message's page.", retryable: false },
  "provider.sender": { status: 502, title: "The provider does not accept this sender", fix: "Verify the sender at the provider, or choose another in Settings.", retryable: false },
  "provider.temporary": { status: 502, title: "The provider asks to try again later", fix: "Wait: Hilum keeps trying. Read the provider's reply if it lasts.", retryable: true },
  "provider.too_large": { status: 502, title: "The message is larger than the provider takes", fix: "Send smaller attachments.", retryable: false },
  "provider.unreachable": { status: 502, title: "The provider cannot be reached", fix: "Check host, port and network; Hilum keeps trying.", retryable: true },
  "registration.not_found": { status: 404, title: "There is no such registration", fix: "It may have expired or been decided; register again.", retryable: false },
  "registration.queue_full": { status: 429, title: "Too many registrations wait for approval", fix: "Approve or reject those that wait in Plugins.", retryable: true },
  "proof.invalid": { status: 401, title: "The proof of the link's key is not valid", fix: "Check the clock of the plugin's machine and sign again with a new nonce; if the key is lost, enrol again.", retryable: false },
  "request.body_too_large": { status: 413, title: "The request body is too large", fix: "Send less in one request.", retryable: false },
  "request.conflict": { status: 409, title: "Somebody else changed this meanwhile", fix: "Reload, compare, and save again.", retryable: false },
  "request.cross_site": { status: 403, title: "The request comes from another site", fix: "Use the Admin Console or a token.", retryable: false },
  "request.forbidden": { status: 403, title: "Your role does not allow this", fix: "Ask an administrator for the role that is named.", retryable: false },
  "request.idempotency_conflict": { status: 409, title: "The idempotency key was used for something else", fix: "Use a new key for a new request.", retryable: false },
  "request.invalid": { status: 422, title: "The request is not valid", fix: "Correct the named places.", retryable: false },
  "request.media_type": { status: 415, title: "The body has a type that is not taken here", fix: "Send application/json.", retryable: false },
  "request.method": { status: 405, title: "This address does not take that method", fix: "Use one of the methods in the Allow header.", retryable: false },
  "request.not_found": { status: 404, title: "There is nothing at this address", fix: "Check the address against the API description.", retryable: false },
  "request.not_json": { status: 400, title: "The body is not JSON", fix: "Correct the named place.", retryable: false },
  "request.step_up": { status: 403, title: "This needs your password once more", fix: "Confirm your password and repeat the action.", retryable: false },
  "request.too_many": { status: 429, title: "Too many requests", fix: "Wait as long as Retry-After says.", retryable: true },
  "request.unauthenticated": { status: 401, title: "You are not signed in", fix: "Sign in, or send a token.", retryable: false },
  "route.none": { status: 409, title: "No provider is chosen for this channel", fix: "Open Messages, Routing, and choose a provider.", retryable: false },
  "runtime.missing": { status: 503, title: "The plugin's runtime is not installed", fix: "Install it on this machine (Debian, Ubuntu: apt install python3) and try again.", retryable: false },
  "sandbox.unavailable": { status: 503, title: "Plugins cannot be isolated on this machine", fix: "Install bubblewrap, then press Check again.", retryable: false },
  "server.internal": { status: 500, title: "Something went wrong inside Hilum", fix: "Report this with the request ID.", retryable: true },
  "server.stopping": { status: 503, title: "Hilum is stopping", fix: "Try again in a moment.", retryable: true },
  "session.bad_credentials": { status: 401, title: "The user name, password or code is wrong", fix: "Try again; after several attempts wait as long as is said.", retryable: false },
  "session.code_wrong": { status: 401, title: "The code is wrong or used", fix: "Enter the newest code.", retryable: false },
  "smoke.failed": { status: 409, title: "A smoke test failed", fix: "Open Health and follow the fix beside the test.", retryable: false },
  "store.unavailable": { status: 503, title: "The database cannot be reached", fix: "Check that the database runs; Hilum keeps trying.", retryable: true },
  "user.last_administrator": { status: 409, title: "You cannot remove the last administrator", fix: "Make another user administrator first.", retryable: false },
  "user.name_taken": { status: 409, title: "That user name is taken", fix: "Choose another.", retryable: false },
  "user.not_found": { status: 404, title: "There is no such user", fix: "Choose a user from the list.", retryable: false },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];
