import { z } from 'zod';
import { controlsIn } from '../core/avatar-controls.ts';
import { languageTag, type Permission, resourceName } from '../protocol/common.ts';
import { type RealtimeSession, voiceOf } from '../protocol/session.ts';
import type { CallRequest } from '../session/contract.ts';
import { signallingError } from './signalling-error.ts';

/** What may stand in the address of a call, for those who cannot send a session object. */
export const callQuery = z.object({
  model: z.string().max(128).optional().describe('Accepted for stock clients; the configuration chooses the engines.'),
  avatar: resourceName.optional(),
  voice: resourceName.optional(),
  language: languageTag.optional(),
  greet: z.stringbool().optional().describe('Whether the avatar greets first.'),
});
export type CallQuery = z.output<typeof callQuery>;

/**
 * The call that is asked for: what the client secret's creator chose, over that the session sent with the call, over
 * that the query. Throws `permission_missing` when the caller brings instructions of his own without leave.
 */
export function callRequestOf(
  query: CallQuery,
  sent: RealtimeSession | undefined,
  granted: RealtimeSession | undefined,
  permissions: readonly Permission[],
): CallRequest {
  if (sent?.instructions !== undefined && sent.instructions !== granted?.instructions && !permissions.includes('instructions'))
    throw signallingError('permission_missing', 'This caller may not set the instructions');
  const request: CallRequest = {
    avatar: query.avatar ?? sent?.visavis?.avatar ?? granted?.visavis?.avatar,
    rendering: sent?.visavis?.rendering ?? granted?.visavis?.rendering,
    quality: sent?.visavis?.quality ?? granted?.visavis?.quality,
    voice: query.voice ?? voiceOf(sent) ?? voiceOf(granted),
    language: query.language ?? languageOf(sent) ?? languageOf(granted),
    instructions: sent?.instructions ?? granted?.instructions,
    greet: query.greet ?? sent?.visavis?.greet ?? granted?.visavis?.greet,
    textOnly: textOnlyOf(sent) ?? textOnlyOf(granted),
    controls: controlsIn({ ...granted?.visavis?.controls, ...sent?.visavis?.controls }),
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

const languageOf = (session: RealtimeSession | undefined): string | undefined =>
  session?.visavis?.language ?? session?.audio?.input?.transcription?.language;

const textOnlyOf = (session: RealtimeSession | undefined): boolean | undefined =>
  session?.output_modalities && !session.output_modalities.includes('audio');
