import type { z } from 'zod';
import { type ChildMessage, type ParentLink, serveParent } from '../core/child.ts';
import { type EngineDefinition, findEngine } from '../core/engine-folder.ts';
import { type AsrEngine, scanAsrs } from './asr/asr.ts';
import type { EarInfo, EarInit, EarReport, FromEar, OpenEar, ToEar } from './ear-messages.ts';
import { EarStream, type EarStreamOptions } from './ear-stream.ts';
import { hearingError } from './hearing-error.ts';
import { earOptionsSchema } from './hearing-options.ts';
import { scanVads, type VadEngine } from './vad/vad.ts';

/** The order in which `auto` looks for a recogniser: what somebody has configured comes before what is just there. */
const AUTO_ASRS = ['openai-compatible', 'pocketsphinx'];

/** The ear process: engines, and one EarStream for each call. */
class EarProcess {
  #vad: VadEngine | undefined;
  #asr: AsrEngine | undefined;
  #asrMissing: string | undefined;
  #options: EarStreamOptions | undefined;
  #parent: ParentLink | undefined;
  readonly #streams = new Map<string, EarStream>();
  #reports: { ear: string; report: EarReport }[] = [];
  #flushing = false;
  #listening = false;

  async start({ config, domain }: EarInit, parent: ParentLink): Promise<EarInfo> {
    this.#parent = parent;
    const options = earOptionsSchema.parse(config);
    this.#options = options;
    const vads = await scanVads();
    const vad = await firstAvailable([findEngine(vads, options.vad)], config, (definition) => definition.isAvailable());
    if (vad.definition) this.#vad = await vad.definition.create(vad.options);
    const asrs = await scanAsrs();
    const wanted =
      options.asr === 'none'
        ? []
        : options.asr === 'auto'
          ? AUTO_ASRS.flatMap((id) => asrs.get(id) ?? [])
          : [findEngine(asrs, options.asr)];
    const asr = await firstAvailable(wanted, config, (definition, engineOptions) => definition.isAvailable(engineOptions));
    if (asr.definition) this.#asr = await asr.definition.create(asr.options);
    if (domain !== undefined) await this.#asr?.restoreDomain?.(domain);
    this.#asrMissing = asr.definition ? undefined : asr.reason || 'Speech recognition is switched off';
    return { vad: vad.definition?.id, vadMissing: vad.reason || undefined, asr: asr.definition?.id, asrMissing: this.#asrMissing };
  }

  /** The prepared domain, which the main process keeps for the next ear process. */
  async ask(body: ChildMessage): Promise<unknown> {
    return body.kind === 'domain' ? this.#asr?.setDomain?.(body['sentences'] as readonly string[]) : undefined;
  }

  tell(message: ToEar): void {
    switch (message.kind) {
      case 'open':
        this.#open(message);
        break;
      case 'sound':
        for (const { ear, atSample, pcm } of message.pieces) this.#streams.get(ear)?.push(atSample, pcm);
        if (!this.#listening) void this.#listen();
        break;
      case 'end':
        this.#streams.get(message.ear)?.end(message.utteranceId);
        break;
      case 'drop':
        this.#streams.get(message.ear)?.drop(message.utteranceId);
        break;
      case 'close':
        this.#streams.get(message.ear)?.close();
        this.#streams.delete(message.ear);
        this.#asr?.expectCalls?.(this.#streams.size);
        break;
    }
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    await this.#asr?.close();
    await this.#vad?.close();
  }

  #open(message: OpenEar): void {
    const { ear, language } = message;
    if (!this.#vad || !this.#options) {
      this.#report(ear, { type: 'unavailable', reason: 'No voice activity detector is installed' });
      return;
    }
    const refusal = this.#asr ? this.#asr.refuses(language) : this.#asrMissing;
    if (refusal) this.#report(ear, { type: 'unavailable', reason: refusal });
    const asr = refusal ? undefined : this.#asr;
    this.#streams.set(ear, new EarStream(message, this.#vad.open(), asr, this.#options, (report) => this.#report(ear, report)));
    asr?.expectCalls?.(this.#streams.size);
  }

  /** Runs the VAD over all calls' frames as batches until no frame is left. */
  async #listen(): Promise<void> {
    const vad = this.#vad;
    if (!vad) return;
    this.#listening = true;
    try {
      for (;;) {
        const due = [...this.#streams.values()].filter((stream) => stream.isDue);
        if (due.length === 0) break;
        const work = due.map((stream) => ({ stream: stream.vad, frame: stream.takeFrame(), ear: stream }));
        const heard = work.filter(({ ear }) => !ear.isSoundless);
        const probabilities = await vad.process(heard);
        for (const { ear } of work) if (ear.isSoundless) ear.onProbability(0);
        for (const [i, { ear }] of heard.entries()) ear.onProbability(probabilities[i]!);
      }
    } finally {
      this.#listening = false;
    }
  }

  #report(ear: string, report: EarReport): void {
    this.#reports.push({ ear, report });
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      const reports = this.#reports;
      this.#reports = [];
      this.#parent?.emit({ kind: 'heard', reports } satisfies FromEar & ChildMessage);
    });
  }
}

interface Found<Definition> {
  readonly definition?: Definition;
  readonly options?: never;
  readonly reason: string;
}

/** The first engine that works here; `reason` says why those before it do not. */
async function firstAvailable<Definition extends EngineDefinition & { readonly optionsSchema: z.ZodType }>(
  definitions: readonly Definition[],
  config: EarInit['config'],
  check: (definition: Definition, options: never) => Promise<{ available: true } | { available: false; reason: string }>,
): Promise<Found<Definition>> {
  const reasons: string[] = [];
  for (const definition of definitions) {
    const parsed = definition.optionsSchema.safeParse(config) as z.ZodSafeParseResult<never>;
    if (!parsed.success) throw hearingError('engine_unknown', `Options of ${definition.id}: ${parsed.error.message}`);
    const found = await check(definition, parsed.data);
    if (found.available) return { definition, options: parsed.data, reason: reasons.join('; ') };
    reasons.push(found.reason);
  }
  return { reason: reasons.join('; ') };
}

const ear = new EarProcess();
serveParent<EarInit>({
  start: (init, parent) => ear.start(init, parent),
  ask: (body) => ear.ask(body),
  tell: (body) => ear.tell(body as unknown as ToEar),
  stop: () => ear.stop(),
});
