// Everything that can go wrong, as one family: `error instanceof DesignerBFFError`.

export class DesignerBFFError extends Error {
  constructor(message, { code = "error", status = 0, field = null, remedy = "", errors = [], retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { name: new.target.name, code, status, field, remedy, errors, retryAfter });
  }
}
export class NetworkError extends DesignerBFFError {}
export class ApiError extends DesignerBFFError {}
export class AuthenticationError extends ApiError {}
export class ForbiddenError extends ApiError {}
export class NotFoundError extends ApiError {}
export class ConflictError extends ApiError {}
export class InvalidRequestError extends ApiError {}
export class RateLimitError extends ApiError {}
export class ServerError extends ApiError {}

const BY_STATUS = { 401: AuthenticationError, 403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 412: ConflictError, 429: RateLimitError };
for (const status of [400, 413, 415, 422, 428]) BY_STATUS[status] = InvalidRequestError;
const BY_CODE = { access_lost: ForbiddenError, forbidden: ForbiddenError, malformed: InvalidRequestError, not_found: NotFoundError, protocol: InvalidRequestError, too_large: InvalidRequestError, too_many_channels: RateLimitError, unauthenticated: AuthenticationError };

// A refusal that came through the socket or the stream.
export const ofCode = (code, message, status = 0) => new (BY_CODE[code] ?? ApiError)(message, { code, status });

// An answer of 400 or above.
export async function ofAnswer(answer, url) {
  const { status, headers } = answer;
  const body = await answer.json().catch(() => null);
  if (!body && status < 429) return new (BY_STATUS[status] ?? ApiError)(`There seems to be no studio at ${url}: it answered ${status}.`, { status, code: "not_a_studio", remedy: "Check the address." });
  const { detail, title, code, remedy, errors = [] } = body ?? {};
  const [first = {}] = errors;
  const said = { status, code: code ?? first.code, field: first.field, remedy, errors, retryAfter: seconds(headers.get("Retry-After")) };
  return new (BY_STATUS[status] ?? (status >= 500 ? ServerError : ApiError))(detail || first.message || title || `The studio answered ${status}.`, said);
}

// Retry-After in seconds, whichever of its two forms it has.
function seconds(header) {
  const found = header && (/^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000);
  return Number.isFinite(found) ? Math.max(0, found) : null;
}
