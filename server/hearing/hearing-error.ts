import { errorCatalogue } from '../core/errors.ts';

export const hearingError = errorCatalogue('hearing', {
  engine_unknown: { status: 400, retryable: false, hint: 'See `./visavis doctor` for the engines that there are.' },
  engine_missing: { status: 503, retryable: false, hint: 'See `./visavis doctor` for what is missing.' },
  engine_failed: { status: 502, retryable: true },
  language_unsupported: { status: 400, retryable: false },
  recogniser_unreachable: { status: 502, retryable: true, hint: 'Check hearing.httpBaseUrl.' },
  recogniser_refused: { status: 502, retryable: false, hint: 'Check hearing.httpModel and hearing.httpApiKey.' },
  recogniser_timeout: { status: 504, retryable: true },
  recogniser_garbled: { status: 502, retryable: true },
});
