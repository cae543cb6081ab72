import { z } from 'zod';
import { identifier } from './common.ts';

/** Conversation items: what was said, typed or called, by whom. The same shapes travel both ways. */

/**
 * Base64 of whole bytes. One character class and a length check: a grouped pattern runs out of stack on long sound.
 */
export const base64 = z
  .string()
  .refine((text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), { error: 'Must be base64' });

const itemHead = {
  id: identifier.optional(),
  object: z.literal('realtime.item').optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
};

const text = z.string().max(100_000);

const userContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input_text'), text }),
  z.object({ type: z.literal('input_audio'), audio: base64.optional(), transcript: text.optional() }),
]);

const assistantContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('output_text'), text }),
  z.object({ type: z.literal('output_audio'), audio: base64.optional(), transcript: text.optional() }),
]);

export const userMessage = z.object({
  ...itemHead,
  type: z.literal('message'),
  role: z.literal('user'),
  content: z.array(userContent).min(1).max(32),
});

export const assistantMessage = z.object({
  ...itemHead,
  type: z.literal('message'),
  role: z.literal('assistant'),
  content: z.array(assistantContent).max(32),
});

export const systemMessage = z.object({
  ...itemHead,
  type: z.literal('message'),
  role: z.literal('system'),
  content: z
    .array(z.object({ type: z.literal('input_text'), text }))
    .min(1)
    .max(32),
});

export const functionCall = z.object({
  ...itemHead,
  type: z.literal('function_call'),
  name: z.string().min(1).max(128),
  arguments: text,
  call_id: identifier.optional(),
});

export const functionCallOutput = z.object({
  ...itemHead,
  type: z.literal('function_call_output'),
  call_id: identifier,
  output: text,
});

export const conversationItem = z.discriminatedUnion('type', [
  z.discriminatedUnion('role', [userMessage, assistantMessage, systemMessage]),
  functionCall,
  functionCallOutput,
]);

export type ConversationItem = z.output<typeof conversationItem>;
export type UserMessage = z.output<typeof userMessage>;
export type AssistantMessage = z.output<typeof assistantMessage>;

/** An item of the conversation as the server tells it: it always has an id. */
export type KnownItem = ConversationItem & { readonly id: string };
