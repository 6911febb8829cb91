// Which error a refusal is: of HTTP, of the socket, or of nobody there.
import { ApiError, AuthenticationError, ConflictError, ForbiddenError, InvalidRequestError, NetworkError, NotFoundError, RateLimitError, ServerError } from "./errors.js";

const BY_STATUS = {
  400: InvalidRequestError, 413: InvalidRequestError, 415: InvalidRequestError, 422: InvalidRequestError, 428: InvalidRequestError,
  401: AuthenticationError, 403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 412: ConflictError, 429: RateLimitError,
};
const BY_CODE = { access_lost: ForbiddenError, forbidden: ForbiddenError, malformed: InvalidRequestError, not_found: NotFoundError, protocol: InvalidRequestError, too_large: InvalidRequestError, too_many_channels: RateLimitError, unauthenticated: AuthenticationError };

// A refusal that came through the socket or the stream.
export const ofCode = (code, message, status = 0) => new (BY_CODE[code] ?? ApiError)(message, { code, status });

export const unreachable = (url, why) => new NetworkError(`The studio at ${url} cannot be reached${why}.`, { code: "network", remedy: "Check the address, and that the studio runs." });

// Something else answers at that address.
export const noStudio = (url, why, status) => new (BY_STATUS[status] ?? ApiError)(`There seems to be no studio at ${url}: ${why}.`, { status, code: "not_a_studio", remedy: "Check the address." });

// An answer of 400 or above.
export async function ofAnswer(answer, url) {
  const { status, headers } = answer;
  const body = await answer.json().catch(() => null);
  if (!body && status < 429) return noStudio(url, `it answered ${status}`, status);
  const { detail, title, code, remedy, errors = [] } = body ?? {};
  const [first = {}] = errors;
  const said = { status, code: code ?? first.code, field: first.field, remedy, errors, retryAfter: seconds(headers.get("Retry-After")) };
  return new (BY_STATUS[status] ?? (status >= 500 ? ServerError : ApiError))(detail || first.message || title || `The studio answered ${status}.`, said);
}

// Retry-After in seconds, whichever of its two forms it has.
function seconds(header) {
  const found = /^\d+$/.test(header) ? +header : (Date.parse(header) - Date.now()) / 1000;
  return found < Infinity ? Math.max(0, found) : null; // NaN is not
}
