import { errorCatalogue } from '../core/errors.ts';

export const renderingError = errorCatalogue('rendering', {
  avatar_unknown: { status: 404, retryable: false, hint: 'The folders under avatars/ are the avatars.' },
  avatar_invalid: { status: 422, retryable: false, hint: 'Run the program that made this avatar again, or restore its folder.' },
  poster_missing: { status: 404, retryable: false, hint: '`./visavis avatar preview NAME poster.jpg` draws one.' },
  encoder_missing: { status: 501, retryable: false, hint: 'Install the optional package node-av, or ffmpeg.' },
  encoder_failed: { status: 500, retryable: true },
  encoder_stalled: { status: 503, retryable: true },
  gpu_missing: { status: 501, retryable: false, hint: '`./visavis doctor` tells what the machine has.' },
  size_invalid: { status: 422, retryable: false },
});
