import type { Logger } from 'pino';
import { SupervisedChild } from '../core/child.ts';
import { after, type Clock, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { isAbort } from '../core/errors.ts';
import { NICENESS } from '../core/niceness.ts';
import type { Ear, EarOptions, Hearing } from './contract.ts';
import { CallEar } from './call-ear.ts';
import type { EarInfo, EarInit, FromEar, ToEar } from './ear-messages.ts';

export interface HearingDependencies {
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly clock?: Clock;
  /** For metrics: the ear process was lost and is being restarted. */
  readonly onChildLost?: (reason: string) => void;
  /** For metrics: sound that the ear process could not take. */
  readonly onDropped?: (droppedMs: number) => void;
}

/**
 * Sound reaches the ear process in batches of this length: shorter ones cost messages, longer ones delay. With many calls
 * most of them have sound in a longer one, and more of their frames go through the VAD together.
 */
const BATCH_MS = 4;
const BUSY_BATCH_MS = 16;
const BUSY_CALLS = 5;
/** Two losses within this time: speech cannot be relied on for now. */
const LOST_TWICE_WITHIN_MS = 30_000;
/** So long must it then run before it is relied on again. */
const RECOVERED_AFTER_MS = 3_000;

/**
 * The ear of the main process. The engines live in a child process; when that is lost, each call's last seconds are played
 * again to its successor, so that an utterance survives.
 */
class EarSupervisor implements Hearing {
  readonly #child: SupervisedChild;
  readonly #config: Config['hearing'];
  readonly #deps: HearingDependencies;
  readonly #clock: Clock;
  readonly #ears = new Map<string, CallEar>();
  /** Sent again to every new ear process: what is learnt meanwhile is put into it. */
  readonly #init: EarInit;
  #info: EarInfo | undefined;
  #domain: readonly string[] | undefined;
  #nextEar = 1;
  #lostAtMs = Number.NEGATIVE_INFINITY;
  #outage: string | undefined;
  #recovery: Disposable | undefined;
  #batch: Disposable | undefined;
  #closed = false;

  constructor(config: Config['hearing'], deps: HearingDependencies) {
    this.#config = config;
    this.#deps = deps;
    this.#clock = deps.clock ?? systemClock;
    this.#init = { config };
    this.#child = new SupervisedChild({
      name: 'ear',
      modulePath: new URL('./ear-child.ts', import.meta.url),
      init: this.#init,
      niceness: NICENESS.perFrame,
      clock: this.#clock,
    });
    this.#child.on('ready', (info) => this.#onReady(info as EarInfo));
    this.#child.on('lost', (reason) => this.#onLost(reason));
    this.#child.on('event', (body) => this.#onHeard(body as unknown as FromEar));
  }

  async start(): Promise<void> {
    try {
      await this.#child.start();
    } catch (error) {
      // The server starts all the same: typed chat works, and the child is tried again.
      this.#deps.log.error({ err: error }, 'the ear process did not start');
      this.#setOutage('Speech recognition is not running');
    }
  }

  open({ callId, language }: EarOptions): Promise<Ear> {
    const id = `${this.#nextEar++}`;
    const ear: CallEar = new CallEar({
      id,
      callId,
      language,
      replayMs: this.#config.replayMs,
      preRollMs: this.#config.preRollMs,
      maxLagMs: this.#config.maxLagMs,
      tell: (message) => this.#tell(message),
      onSound: () => this.#scheduleBatch(),
      onDropped: (droppedMs) => this.#deps.onDropped?.(droppedMs),
      onClose: () => this.#ears.delete(id),
    });
    this.#ears.set(id, ear);
    if (this.#child.isReady) ear.begin();
    ear.setOutage(this.#outage);
    return Promise.resolve(ear);
  }

  async setDomain(sentences: readonly string[]): Promise<void> {
    this.#domain = [...sentences];
    this.#init.domain = undefined;
    // A child that is down is handed the domain when it is ready again.
    if (this.#child.isReady) await this.#buildDomain(this.#domain);
  }

  describe(): ReturnType<Hearing['describe']> {
    const { vad = 'none', asr, asrMissing = 'The ear process is not running' } = this.#info ?? {};
    return asr ? { vad, asr } : { vad, asr: undefined, asrMissing };
  }

  /** For tests and metrics. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.isReady;
  }

  get restarts(): number {
    return this.#child.restarts;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#recovery?.[Symbol.dispose]();
    this.#batch?.[Symbol.dispose]();
    await Promise.all([...this.#ears.values()].map((ear) => ear.close()));
    await this.#child.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #tell(message: ToEar): void {
    this.#child.tell(message as never);
  }

  #scheduleBatch(): void {
    if (this.#closed) return;
    this.#batch ??= after(this.#clock, this.#ears.size < BUSY_CALLS ? BATCH_MS : BUSY_BATCH_MS, () => {
      this.#batch = undefined;
      const pieces = [...this.#ears.values()].map((ear) => ear.takeSound()).filter((piece) => piece !== undefined);
      if (pieces.length > 0) this.#tell({ kind: 'sound', pieces });
    });
  }

  #onReady(info: EarInfo): void {
    this.#info = info;
    this.#deps.log.info({ vad: info.vad, asr: info.asr, asrMissing: info.asrMissing }, 'the ear process is ready');
    if (this.#domain && this.#init.domain === undefined) {
      this.#buildDomain(this.#domain).catch((error) => {
        if (!isAbort(error)) this.#deps.log.warn({ err: error }, 'the language model of the knowledge was not built');
      });
    }
    for (const ear of this.#ears.values()) ear.begin();
    if (!this.#outage) return;
    this.#recovery = after(this.#clock, RECOVERED_AFTER_MS, () => {
      this.#setOutage(undefined);
    });
  }

  async #buildDomain(sentences: readonly string[]): Promise<void> {
    const prepared = await this.#child.ask({ kind: 'domain', sentences });
    if (this.#domain === sentences) this.#init.domain = prepared;
  }

  #onLost(reason: string): void {
    this.#deps.log.warn({ reason }, 'the ear process was lost');
    this.#deps.onChildLost?.(reason);
    this.#recovery?.[Symbol.dispose]();
    for (const ear of this.#ears.values()) ear.onChildLost();
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#lostAtMs <= LOST_TWICE_WITHIN_MS) this.#setOutage('The ear process was lost twice');
    this.#lostAtMs = nowMs;
  }

  #setOutage(reason: string | undefined): void {
    this.#outage = reason;
    for (const ear of this.#ears.values()) ear.setOutage(reason);
  }

  #onHeard(message: FromEar): void {
    for (const { ear, report } of message.reports) this.#ears.get(ear)?.onReport(report);
  }
}

/** Starts the ear process. Resolves also when it cannot start: `describe()` tells, and every ear says `unavailable`. */
export async function createHearing(config: Config['hearing'], deps: HearingDependencies): Promise<EarSupervisor> {
  const hearing = new EarSupervisor(config, deps);
  await hearing.start();
  return hearing;
}

export type { EarSupervisor };
