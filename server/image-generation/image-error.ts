import { errorCatalogue } from '../core/errors.ts';

export const imageError = errorCatalogue('avatars', {
  image_server_missing: {
    status: 501,
    retryable: false,
    hint: 'Set avatars.openaiImagesBaseUrl or avatars.sdWebuiUrl, or choose another style.',
  },
  image_server_unreachable: { status: 502, retryable: true, hint: 'Is the image server running, and is its address right?' },
  image_server_refused: { status: 502, retryable: false, hint: 'The image server refused the request; see its log.' },
  image_server_garbled: { status: 502, retryable: true },
  image_server_silent: { status: 504, retryable: true, hint: 'avatars.imageTimeoutMs is how long it may take.' },
  image_too_large: { status: 502, retryable: false, hint: 'avatars.maxImageBytes is the most that is read.' },
});
