import { z } from 'zod';

/** What the ear reads of the `hearing` section; engines read their own part with their own schemas. */
export const earOptionsSchema = z.object({
  vad: z.string().default('silero'),
  asr: z.string().default('auto'),
  speechThreshold: z.number().default(0.5),
  silenceThreshold: z.number().default(0.35),
  bridgeMs: z.number().default(160),
  voicedThreshold: z.number().default(0.5),
  onsetMs: z.number().default(96),
  preRollMs: z.number().default(300),
  maxUtteranceMs: z.number().default(60_000),
  abandonAfterMs: z.number().default(5_000),
  holdMs: z.number().default(600),
  hangingHoldMs: z.number().default(1_000),
  unfinishedLog10: z.number().default(-10),
});
