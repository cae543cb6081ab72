import { errorCatalogue } from '../core/errors.ts';

export const faceError = errorCatalogue('face', {
  avatar_invalid: { status: 422, retryable: false, hint: 'Run the program that made this avatar again, or restore its folder.' },
  raster_failed: { status: 500, retryable: false },
  gpu_lost: { status: 503, retryable: true },
  weights_invalid: { status: 400, retryable: false },
});
