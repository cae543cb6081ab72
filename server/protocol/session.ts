import { z } from 'zod';
import { type ControlName, USUAL_CONTROLS } from '../core/avatar-controls.ts';
import { PICTURE_QUALITIES, type PictureQuality } from '../core/picture-steps.ts';
import { languageTag, MAX_INSTRUCTIONS_CHARS, outputModalities, permission, resourceName, WIRE_PCM_RATE_HZ } from './common.ts';

/**
 * The session object of the Realtime API, as a caller may send it (`session.update`, `client_secrets`, `calls`) and as
 * the server describes it (`session.created`, `session.updated`). Everything is optional when sent; unknown keys are
 * ignored, so that a client written for a richer server still gets its call.
 */
const pcmFormat = z.object({ type: z.literal('audio/pcm').optional(), rate: z.literal(WIRE_PCM_RATE_HZ).optional() });

const serverVad = z.object({
  type: z.literal('server_vad'),
  create_response: z.boolean().optional(),
  interrupt_response: z.boolean().optional(),
  idle_timeout_ms: z.number().int().min(0).max(3_600_000).nullable().optional(),
  prefix_padding_ms: z.number().int().min(0).max(5_000).optional(),
  silence_duration_ms: z.number().int().min(0).max(10_000).optional(),
  threshold: z.number().min(0).max(1).optional(),
});

const semanticVad = z.object({
  type: z.literal('semantic_vad'),
  create_response: z.boolean().optional(),
  interrupt_response: z.boolean().optional(),
  eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
});

/** `null` switches turn detection off: the client commits its sound and asks for replies itself. */
export const turnDetection = z.discriminatedUnion('type', [serverVad, semanticVad]).nullable();
export type TurnDetection = z.output<typeof turnDetection>;

const inputAudio = z.object({
  format: pcmFormat.optional(),
  turn_detection: turnDetection.optional(),
  transcription: z
    .object({ model: z.string().max(128).optional(), language: languageTag.optional(), prompt: z.string().max(4_000).optional() })
    .optional(),
  noise_reduction: z.object({ type: z.enum(['near_field', 'far_field']).optional() }).optional(),
});

const outputAudio = z.object({
  format: pcmFormat.optional(),
  voice: z.union([resourceName, z.object({ id: resourceName })]).optional(),
  speed: z.number().min(0.25).max(1.5).optional(),
});

const functionTool = z.object({
  type: z.literal('function').optional(),
  name: z.string().min(1).max(64).optional(),
  description: z.string().max(4_000).optional(),
  parameters: z.unknown().optional(),
});

const knob = (usual: number) =>
  z.number().min(0).max(1).nullable().optional().describe(`0 to 1; ${usual} is usual, null leaves it to the avatar.`);

/** The avatar controller, for this call; what is not set, the language model or the avatar itself decides. */
const avatarControls = z.object({
  blink_rate: knob(USUAL_CONTROLS.blink_rate),
  head_tilt: knob(USUAL_CONTROLS.head_tilt),
  expression_intensity: knob(USUAL_CONTROLS.expression_intensity),
  mouth_openness: knob(USUAL_CONTROLS.mouth_openness),
  eyebrow_raise: knob(USUAL_CONTROLS.eyebrow_raise),
} satisfies Record<ControlName, z.ZodType>);

/** What only this server knows about. */
const visavisSession = z.object({
  avatar: resourceName.optional(),
  rendering: z
    .enum(['server', 'client'])
    .optional()
    .describe('Who draws the face: the server, into a video track, or the client, from face weights over a data channel of its own.'),
  quality: z
    .enum(PICTURE_QUALITIES)
    .optional()
    .describe(
      "Of the server's picture: `high` as configured, `medium` 0.6 of its frame rate and 0.75 of its sides, `low` half of both; " +
        '`auto`, which is usual: high, and less while the server is short of processor time. All of them give way to a narrow link.',
    ),
  language: languageTag.optional(),
  controls: avatarControls.nullable().optional().describe('How the face moves; null undoes what was set.'),
  greet: z.boolean().optional().describe('Say the greeting when the call begins.'),
  permissions: z.array(permission).max(8).optional().describe('What the holder of a client secret may do; set by its creator.'),
});

export const realtimeSession = z.object({
  type: z.literal('realtime').default('realtime'),
  model: z.string().max(128).optional().describe('Accepted and reported; the configuration chooses the engines.'),
  instructions: z.string().max(MAX_INSTRUCTIONS_CHARS).optional().describe("Replaces the persona's system prompt; needs permission."),
  output_modalities: outputModalities.optional(),
  audio: z.object({ input: inputAudio.optional(), output: outputAudio.optional() }).optional(),
  max_output_tokens: z.union([z.number().int().min(1).max(1_000_000), z.literal('inf')]).optional(),
  tools: z.array(functionTool).max(128).optional(),
  tool_choice: z.enum(['none', 'auto', 'required']).optional(),
  visavis: visavisSession.optional(),
});
export type { PictureQuality };
export type RealtimeSession = z.output<typeof realtimeSession>;
export type RealtimeSessionInput = z.input<typeof realtimeSession>;

/** The session as the server tells it, with what it has decided. */
export const describedSession = realtimeSession.extend({
  id: z.string(),
  object: z.literal('realtime.session'),
  expires_at: z.number().int().optional().describe('Unix seconds.'),
  visavis: visavisSession
    .extend({
      call_id: z.string().optional(),
      avatar_name: z.string().optional(),
      max_typed_chars: z.number().int().optional(),
      picture: z
        .object({ width_px: z.number().int(), height_px: z.number().int() })
        .optional()
        .describe('Size of the picture at its best.'),
    })
    .optional(),
});
export type DescribedSession = z.output<typeof describedSession>;

/** Voice names that stock Realtime clients send; they mean this server's default voice, which has names of its own. */
const STOCK_VOICES = new Set(['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar']);

/** The voice that a session asks for, if it asks for one of ours. */
export function voiceOf(session: RealtimeSession | undefined): string | undefined {
  const voice = session?.audio?.output?.voice;
  const name = typeof voice === 'object' ? voice.id : voice;
  return name === undefined || STOCK_VOICES.has(name) ? undefined : name;
}
