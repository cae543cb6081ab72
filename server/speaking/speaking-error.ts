import { errorCatalogue } from '../core/errors.ts';

export const speakingError = errorCatalogue('speaking', {
  voice_unknown: { status: 404, retryable: false, hint: 'GET /api/v1/voices lists the voices.' },
  voice_invalid: { status: 500, retryable: false, hint: 'See voices/slt/voice.json for the shape of a voice.' },
  voice_unavailable: { status: 503, retryable: false },
  engine_unknown: { status: 500, retryable: false },
  engine_failed: { status: 502, retryable: true },
  text_refused: { status: 400, retryable: false },
  synthesis_failed: { status: 503, retryable: true },
});
