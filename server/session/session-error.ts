import { errorCatalogue } from '../core/errors.ts';

export const sessionError = errorCatalogue('session', {
  server_full: { status: 503, retryable: true, hint: 'All places are taken; try again when a call has ended, or raise server.maxCalls.' },
  shutting_down: { status: 503, retryable: true, hint: 'The server is being restarted.' },
  call_unknown: { status: 404, retryable: false },
  not_permitted: { status: 403, retryable: false, hint: 'Ask for a client secret that carries this permission.' },
  voice_unknown: { status: 404, retryable: false, hint: 'GET /api/v1/voices lists them.' },
  response_unknown: { status: 404, retryable: false },
  item_unknown: { status: 404, retryable: false },
  audio_overflow: { status: 429, retryable: true },
  unsupported: { status: 400, retryable: false },
});
