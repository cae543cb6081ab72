/**
 * Media time: 48 kHz samples since the call began. Audio is the master; every chunk of speech and every face frame is
 * stamped with it, and the RTP timestamps of both tracks derive from it, so that sound and picture cannot drift apart.
 */
export type MediaTime = number;

export const MEDIA_RATE_HZ = 48_000;

export const mediaTimeFromMs = (ms: number): MediaTime => Math.round((ms * MEDIA_RATE_HZ) / 1000);
export const msFromMediaTime = (time: MediaTime): number => (time * 1000) / MEDIA_RATE_HZ;

/** Sample rate of all speech between the voice child and the transport. Opus encodes it without resampling. */
export const SPEECH_RATE_HZ = 24_000;

/** Sample rate of all sound on its way to the ear child. */
export const HEARING_RATE_HZ = 16_000;
