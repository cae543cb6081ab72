import { EventEmitter } from 'node:events';

/** An EventEmitter whose events are a map of names to argument tuples: `new Emitter<{ final: [text: string] }>()`. */
export class Emitter<Events extends Record<keyof Events, unknown[]>> extends EventEmitter<Events & Record<never, never>> {}
