import type { z } from 'zod';
import { type Availability, type EngineDefinition, scanEngines } from '../../core/engine-folder.ts';

/** The state that an engine keeps for one microphone. Opaque to everybody else. */
export interface VadStream {
  /** Forgets what was heard, e.g. after a gap in the sound. */
  reset(): void;
}

export interface VadWork<Stream extends VadStream = VadStream> {
  readonly stream: Stream;
  /** VAD_FRAME_SAMPLES samples at HEARING_RATE_HZ in -1..1. */
  readonly frame: Float32Array;
}

export interface VadEngine<Stream extends VadStream = VadStream> {
  open(): Stream;
  /**
   * Probabilities of speech, in the order of the work. A stream occurs at most once in one call, so that engines can run
   * the streams of all calls as one batch.
   */
  process(work: readonly VadWork<Stream>[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface VadDefinition<Schema extends z.ZodType = z.ZodType> extends EngineDefinition {
  readonly optionsSchema: Schema;
  isAvailable(): Promise<Availability>;
  create(options: z.output<Schema>): Promise<VadEngine>;
}

export const defineVad = <Schema extends z.ZodType>(definition: VadDefinition<Schema>): VadDefinition<Schema> => definition;

export const scanVads = () => scanEngines<VadDefinition>(import.meta.dirname);
