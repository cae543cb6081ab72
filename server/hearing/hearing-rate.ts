/** Everything in this folder is mono PCM at this rate. */
export const HEARING_RATE_HZ = 16_000;
export const SAMPLES_PER_MS = HEARING_RATE_HZ / 1_000;

/** One VAD frame, as Silero v5/v6 wants it: 512 samples, 32 ms. */
export const VAD_FRAME_SAMPLES = 512;
export const VAD_FRAME_MS = VAD_FRAME_SAMPLES / SAMPLES_PER_MS;
