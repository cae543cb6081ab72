import type { z } from 'zod';
import type { Config } from '../core/config-schema.ts';

export interface ImageRequest {
  readonly prompt: string;
  /** What should not be seen; servers that know no such thing leave it out. */
  readonly negativePrompt: string;
  readonly seed: number;
  /** Largest answer, bytes. */
  readonly maxBytes: number;
  /** Ends the request at the server, whatever phase it is in. */
  readonly signal: AbortSignal;
}

export interface GeneratedImage {
  /** The encoded picture, of a format that nobody has checked yet. */
  readonly bytes: Uint8Array;
  /** Engine and model, e.g. `openai-images flux-dev`. */
  readonly by: string;
}

/** A server that makes pictures. Throws `image_*` errors, or an abort. */
export interface ImageEngine {
  readonly id: string;
  generate(request: ImageRequest): Promise<GeneratedImage>;
}

/** `engines/<name>.ts` default-exports one of these. */
export interface ImageEngineDefinition<Options = unknown> {
  readonly id: string;
  readonly optionsSchema: z.ZodType<Options>;
  /** The engine's options out of the configuration; undefined when it is not configured. */
  optionsFrom(config: Config['avatars']): unknown;
  create(options: Options): ImageEngine;
}

export const defineImageEngine = <Options>(definition: ImageEngineDefinition<Options>): ImageEngineDefinition<Options> => definition;
