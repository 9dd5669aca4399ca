/** What Twilio answers when it refuses: the status, its own code and its own words (twilio.com/docs/api/errors). */
export interface TwilioError {
  status: number;
  code: number;
  message: string;
  headers?: Record<string, string>;
}

const error = (status: number, code: number, message: string, headers?: Record<string, string>): TwilioError => ({
  status,
  code,
  message,
  ...(headers === undefined ? {} : { headers }),
});

export const twilioErrors = {
  authenticate: error(401, 20003, "Authenticate"),
  suspended: error(401, 20005, "Account not active"),
  /** A key that may do other things. */
  forbidden: error(403, 20403, "Forbidden: this API key lacks the permission for the resource"),
  notFound: error(404, 20404, "The requested resource was not found"),
  badParameter: error(400, 20001, "Unknown or invalid parameters"),
  tooManyRequests: error(429, 20429, "Too Many Requests", { "retry-after": "2" }),
  rateExceeded: error(429, 14107, "SMS send rate limit exceeded"),
  dailyLimit: error(429, 63038, "Account exceeded the daily messages limit"),
  internal: error(500, 20500, "Internal Server Error"),
  unavailable: error(503, 20503, "Service Unavailable", { "retry-after": "5" }),
  invalidTo: error(400, 21211, "Invalid 'To' Phone Number"),
  noSender: error(400, 21603, "A 'From' phone number is required"),
  senderNotOwned: error(
    400,
    21606,
    "The 'From' phone number is not a valid, SMS-capable phone number for your account",
  ),
  senderMismatch: error(400, 21660, "Mismatch between the 'From' number and the account"),
  unknownService: error(400, 21705, "The Messaging Service Sid is invalid"),
  unverified: error(400, 21608, "The number is unverified. Trial accounts cannot send messages to unverified numbers"),
  badCallback: error(400, 21609, "Invalid 'StatusCallback' url"),
  optedOut: error(400, 21610, "Attempt to send to unsubscribed recipient"),
  notMobile: error(400, 21614, "'To' number is not a valid mobile number"),
  regionNotEnabled: error(400, 21408, "Permission to send an SMS has not been enabled for the region"),
  noBody: error(400, 21602, "Message body is required"),
  tooLong: error(400, 21617, "The concatenated message body exceeds the 1600 character limit"),
} as const satisfies Record<string, TwilioError>;
export type TwilioErrorName = keyof typeof twilioErrors;

/** The body that goes with a refusal. */
export const errorBody = ({ status, code, message }: TwilioError) => ({
  code,
  message,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status,
});
