import { z } from 'zod';
import { describedSession } from './session.ts';
import { permission } from './common.ts';

/** HTTP answers that the client reads, besides SDP and problems. */
export const iceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});

/** `POST /v1/realtime/client_secrets`, as in the Realtime API. */
export const clientSecret = z.object({
  value: z.string().describe('Bearer token for one call.'),
  expires_at: z.number().int().describe('Unix seconds.'),
  session: describedSession,
});
export type ClientSecret = z.output<typeof clientSecret>;

/** `GET /api/v1/join`: all that a page needs to begin a call. */
export const joinAnswer = z.object({
  client_secret: z.object({ value: z.string(), expires_at: z.number().int() }),
  ice_servers: z.array(iceServer).describe('For RTCPeerConnection; often empty.'),
  permissions: z.array(permission),
  avatar: z.string().describe('Name of the avatar that will answer.'),
  persona: z.string().describe('What the avatar calls itself.'),
  language: z.string(),
  max_typed_chars: z.number().int(),
});
export type JoinAnswer = z.output<typeof joinAnswer>;
