import { errorCatalogue, HilumError, isHilumError, type Problem } from "@hilum/contract";
import type { ProblemDocument } from "@hilum/contract/api";

/** Any thrown value as a HilumError; what is not ours becomes `server.internal` with the original as its cause. */
export function toHilumError(thrown: unknown): HilumError {
  if (isHilumError(thrown)) return thrown;
  const code = (thrown as { code?: unknown } | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") return new HilumError("data.no_space", { cause: thrown });
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new HilumError("request.body_too_large", { cause: thrown });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return new HilumError("request.media_type", { cause: thrown });
  if (code === "FST_ERR_BAD_URL")
    return invalidAddress("The address holds broken percent-encoding.", "Encode it as an address is encoded.", thrown);
  if (code === "FST_ERR_MAX_PARAM_LENGTH")
    return invalidAddress("A part of the address is too long.", "Ids have at most 64 characters.", thrown);
  if (code === "FST_ERR_CTP_EMPTY_JSON_BODY")
    return new HilumError("request.not_json", { detail: "The body is empty.", cause: thrown });
  if ((thrown as { statusCode?: unknown } | null)?.statusCode === 429)
    return new HilumError("request.too_many", { cause: thrown });
  return new HilumError("server.internal", { cause: thrown });
}

/** Without the address: an id may be somebody's name or number. */
const invalidAddress = (message: string, fix: string, cause: unknown): HilumError =>
  new HilumError("request.invalid", { detail: message, problems: [{ pointer: "", message, fix }], cause });

/** RFC 9457 document: what, where and the mend; never a stack, never a cause. */
export function presentProblem(error: HilumError, requestId: string): ProblemDocument {
  const spec = errorCatalogue[error.code];
  return {
    type: `https://hilum.dev/errors/${error.code}`,
    title: spec.title,
    status: spec.status,
    detail: error.detail,
    code: error.code,
    fix: spec.fix,
    requestId,
    ...(error.problems.length > 0 ? { problems: error.problems.map(presentPlace) } : {}),
  };
}

function presentPlace(problem: Problem) {
  return {
    pointer: problem.pointer,
    message: problem.message,
    ...(problem.line === undefined ? {} : { line: problem.line }),
    ...(problem.fix === undefined ? {} : { fix: problem.fix }),
  };
}
