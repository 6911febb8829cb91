// Everything that can go wrong, as one family: `error instanceof DesignerBFFError`.

export class DesignerBFFError extends Error {
  constructor(message, { code = "error", status = 0, field = null, remedy = "", errors = [], retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { code, status, field, remedy, errors, retryAfter });
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

// written out, because a minifier gives classes names of its own
for (const [name, kind] of Object.entries({ DesignerBFFError, NetworkError, ApiError, AuthenticationError, ForbiddenError, NotFoundError, ConflictError, InvalidRequestError, RateLimitError, ServerError })) kind.prototype.name = name;
