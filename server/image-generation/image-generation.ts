import { join } from 'node:path';
import { after, type Clock, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { findEngine, scanEngines } from '../core/engine-folder.ts';
import { coreError } from '../core/errors.ts';
import type { GeneratedImage, ImageEngine, ImageEngineDefinition, ImageRequest } from './contract.ts';
import { imageError } from './image-error.ts';

/** Pictures of people from words, by whichever server is configured; the next one when one fails. */
export class ImageGeneration {
  readonly #engines: readonly ImageEngine[];
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #clock: Clock;

  private constructor(engines: readonly ImageEngine[], { imageTimeoutMs, maxImageBytes }: Config['avatars'], clock: Clock) {
    this.#engines = engines;
    this.#timeoutMs = imageTimeoutMs;
    this.#maxBytes = maxImageBytes;
    this.#clock = clock;
  }

  /** @throws VisavisError `engine_unknown`; `image_server_missing` for an engine that was asked for by name and has no address */
  static async open(config: Config['avatars'], clock: Clock = systemClock): Promise<ImageGeneration> {
    if (config.imageServer === 'none') return new ImageGeneration([], config, clock);
    const all = await scanEngines<ImageEngineDefinition>(join(import.meta.dirname, 'engines'));
    const wanted = config.imageServer === 'auto' ? [...all.values()] : [findEngine(all, config.imageServer)];
    const engines = wanted.flatMap((engine) => {
      const options = engine.optionsFrom(config);
      if (options !== undefined) return [engine.create(engine.optionsSchema.parse(options))];
      if (config.imageServer === 'auto') return [];
      throw imageError('image_server_missing', `avatars.imageServer is "${engine.id}", but its server is not configured`);
    });
    return new ImageGeneration(engines, config, clock);
  }

  /** Ids, the one to be asked first first; none where no server is configured. */
  get engines(): readonly string[] {
    return this.#engines.map(({ id }) => id);
  }

  /** @throws VisavisError `image_*` of the last server that was tried; an abort */
  async generate(request: Omit<ImageRequest, 'maxBytes'>): Promise<GeneratedImage> {
    let failure: unknown = imageError('image_server_missing', 'No image-generation server is configured');
    for (const engine of this.#engines) {
      try {
        return await this.#ask(engine, request);
      } catch (error) {
        if (request.signal.aborted) throw coreError('aborted', 'The picture was cancelled', { cause: error });
        failure = error;
      }
    }
    throw failure;
  }

  async #ask(engine: ImageEngine, request: Omit<ImageRequest, 'maxBytes'>): Promise<GeneratedImage> {
    const late = new AbortController();
    const timer = after(this.#clock, this.#timeoutMs, () =>
      late.abort(imageError('image_server_silent', `The image server took longer than ${Math.round(this.#timeoutMs / 1000)} seconds`)),
    );
    try {
      return await engine.generate({ ...request, maxBytes: this.#maxBytes, signal: AbortSignal.any([request.signal, late.signal]) });
    } finally {
      timer[Symbol.dispose]();
    }
  }
}
