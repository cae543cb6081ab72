import { errorCatalogue } from '../core/errors.ts';

/** What can go wrong with a visitor's connection. */
export const transportError = errorCatalogue('transport', {
  sdp_invalid: { status: 400, retryable: false, hint: 'Send the SDP offer of an RTCPeerConnection that has an audio m-line with Opus.' },
  transport_closed: { status: 409, retryable: false, hint: 'The call has ended; start a new one.' },
});
