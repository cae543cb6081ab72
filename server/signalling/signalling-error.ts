import { errorCatalogue } from '../core/errors.ts';

const TRY_AGAIN = 'Wait as long as Retry-After says, then try again.';
const NEW_TOKEN = 'Ask for a new client secret; each one starts one call and lives a short time.';

export const signallingError = errorCatalogue('signalling', {
  request_invalid: { status: 400, retryable: false },
  json_invalid: { status: 400, retryable: false },
  multipart_invalid: { status: 400, retryable: false, hint: 'Send the parts "sdp" and, if you like, "session" (JSON), nothing else.' },
  sdp_missing: { status: 400, retryable: false, hint: 'Send the offer as application/sdp, or as the part "sdp" of multipart/form-data.' },
  session_too_large: { status: 413, retryable: false, hint: 'A client secret carries its session inside; shorten the instructions.' },
  body_too_large: { status: 413, retryable: false },
  media_type_unsupported: { status: 415, retryable: false },
  route_unknown: { status: 404, retryable: false, hint: 'The routes are listed at /docs.' },
  call_unknown: { status: 404, retryable: false, hint: 'The call has ended, or never was.' },
  not_webrtc: { status: 409, retryable: false, hint: 'A call over a WebSocket has no ICE to change.' },
  upgrade_required: {
    status: 426,
    retryable: false,
    hint: 'This address speaks WebSocket; WebRTC calls begin at POST /v1/realtime/calls.',
  },
  sideband_unsupported: { status: 400, retryable: false, hint: 'A WebSocket is a call of its own here; leave call_id and intent out.' },
  origin_not_allowed: { status: 403, retryable: false, hint: "Add the page's origin to server.allowedOrigins." },
  host_not_allowed: {
    status: 403,
    retryable: false,
    hint: 'Open the page as localhost or by IP address, serve it over HTTPS, or add its origin to server.allowedOrigins.',
  },
  key_required: { status: 401, retryable: false, hint: 'Send an API key or a client secret as a bearer token.' },
  key_invalid: { status: 401, retryable: false },
  pages_private: {
    status: 401,
    retryable: false,
    hint: 'Give visitors client secrets from your own server, or set server.publicPages to true.',
  },
  token_invalid: { status: 401, retryable: false, hint: NEW_TOKEN },
  token_expired: { status: 401, retryable: false, hint: NEW_TOKEN },
  token_used: { status: 401, retryable: false, hint: NEW_TOKEN },
  tokens_busy: { status: 503, retryable: true, hint: TRY_AGAIN },
  permission_missing: { status: 403, retryable: false, hint: 'Use an API key, or a client secret whose creator gave this permission.' },
  tls_unreadable: { status: 500, retryable: false, hint: 'server.tlsCertFile and server.tlsKeyFile name PEM files, both or neither.' },
  rate_limited: { status: 429, retryable: true, hint: TRY_AGAIN },
  too_many_sockets: { status: 429, retryable: true, hint: 'Close another connection first.' },
});
