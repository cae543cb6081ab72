import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { toVisavisError, VisavisError } from '../core/errors.ts';
import { PROBLEM_MEDIA_TYPE, type ProblemDetails } from '../protocol/problem.ts';
import { signallingError } from './signalling-error.ts';

/** The one place where anything thrown becomes an HTTP answer: problem details (RFC 9457) with a stable code. */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = asVisavisError(thrown);
    const errors = fieldErrors(thrown);
    if (error.status >= 500 && error.code === 'internal') request.log.error({ err: error.cause ?? error }, 'request failed');
    return sendProblem(error, request, reply, errors);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(signallingError('route_unknown', `There is nothing at ${request.method} ${pathOf(request).slice(0, 200)}`), request, reply),
  );
}

export function sendProblem(
  error: VisavisError,
  request: FastifyRequest,
  reply: FastifyReply,
  errors?: ProblemDetails['errors'],
): FastifyReply {
  if (error.retryAfterS !== undefined) void reply.header('retry-after', String(Math.ceil(error.retryAfterS)));
  if (error.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (error.status === 426) void reply.header('upgrade', 'websocket');
  // A string, so that no route's response schema is applied to it.
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problemOf(error, request.id, errors));
}

function problemOf(error: VisavisError, requestId: string, errors?: ProblemDetails['errors']): ProblemDetails {
  const { code, stage, status, retryable, hint } = error;
  // What broke inside is for the log; it may hold paths, or what somebody said.
  const detail = code === 'internal' ? 'Something went wrong on our side' : error.message;
  return {
    type: `urn:visavis:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail,
    code,
    stage,
    retryable,
    ...(hint === undefined ? {} : { hint }),
    request_id: requestId,
    ...(errors === undefined ? {} : { errors }),
    error: { type: status < 500 ? 'invalid_request_error' : 'server_error', code, message: detail, param: errors?.[0]?.param ?? null },
  };
}

function asVisavisError(thrown: unknown): VisavisError {
  if (thrown instanceof VisavisError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const first = fieldErrors(thrown)?.[0];
    return signallingError('request_invalid', first ? `${first.param || 'The request'}: ${first.message}` : 'The request is not valid');
  }
  const { code, statusCode } = thrown as Partial<FastifyError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return signallingError('body_too_large', 'The request body is too large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return signallingError('media_type_unsupported', 'This Content-Type is not understood here');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return signallingError('json_invalid', 'The body is not valid JSON');
  }
  // Parsers and plug-ins mark the client's mistakes by a status; their messages may quote the request.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new VisavisError('signalling', 'request_invalid', { status: statusCode, retryable: false }, 'The request is not valid', {
      cause: thrown,
    });
  return toVisavisError(thrown, 'signalling');
}

function fieldErrors(thrown: unknown): ProblemDetails['errors'] {
  if (!hasZodFastifySchemaValidationErrors(thrown)) return undefined;
  return thrown.validation.slice(0, 20).map(({ instancePath, message }) => ({
    param: instancePath.replace(/^\//, '').replaceAll('/', '.'),
    message: message ?? 'is not valid',
  }));
}

/** Without the query, which may carry what is nobody's business. */
export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/';
