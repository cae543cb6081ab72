import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, type Clock, systemClock } from './clock.ts';
import { coreError, reviveError, type SerialisedError, toVisavisError } from './errors.ts';
import { Emitter } from './events.ts';
import { NICENESS, setNiceness } from './niceness.ts';
import { collectStartupGarbage } from './startup-garbage.ts';

/**
 * Engines that can crash live in child processes. `SupervisedChild` is the parent's end: it starts the child, asks it
 * questions, hears its events, notices when it hangs or dies, rejects what was in flight with a retryable error, and
 * starts it again with a growing pause. `serveParent` is the child's end. Messages are structured clones, so typed
 * arrays cross as they are.
 */
export interface ChildMessage {
  readonly kind: string;
  readonly [key: string]: unknown;
}

type ToChild =
  | { t: 'ask'; id: number; body: ChildMessage }
  | { t: 'tell'; body: ChildMessage }
  | { t: 'abort'; id: number }
  | { t: 'ping'; id: number }
  | { t: 'stop' };

type ToParent =
  | { t: 'ready'; info: unknown }
  | { t: 'answer'; id: number; value: unknown }
  | { t: 'part'; id: number; value: unknown }
  | { t: 'error'; id: number; error: SerialisedError }
  | { t: 'event'; body: ChildMessage }
  | { t: 'pong'; id: number }
  | { t: 'failed'; error: SerialisedError };

export interface ChildOptions {
  /** For logs and metrics, e.g. `ear`. */
  readonly name: string;
  /** Module that calls `serveParent`. */
  readonly modulePath: string | URL;
  /** Plain data handed to the child's `start`. */
  readonly init?: unknown;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of its processor time; see NICENESS. */
  readonly niceness?: number;
  /** Until the child says that it is ready. */
  readonly startTimeoutMs?: number;
  readonly heartbeatMs?: number;
  /** No answer to a heartbeat for so long: the child is killed and restarted. */
  readonly hangTimeoutMs?: number;
  readonly restartDelayMs?: number;
  readonly maxRestartDelayMs?: number;
  /** In-flight and waiting requests beyond this are refused with `queue_full`. */
  readonly maxInFlight?: number;
  readonly clock?: Clock;
}

/**
 * For glibc: what the start has left behind goes back to the system, which its defaults keep for ever (10 % of all memory at
 * rest), and threads share arenas (35 MB less where decoders load on several). `visavis` sets the same for the main process.
 */
const FRUGAL_ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' };

/** How long a child may take to stop by itself. */
const STOP_TIMEOUT_MS = 2_000;

const DEFAULTS = {
  niceness: NICENESS.normal as number,
  startTimeoutMs: 20_000,
  heartbeatMs: 1_000,
  hangTimeoutMs: 5_000,
  restartDelayMs: 50,
  maxRestartDelayMs: 5_000,
  maxInFlight: 10_000,
};

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onPart: ((value: unknown) => void) | undefined;
  readonly release: () => void;
}

export interface ChildEvents {
  /** The child is ready, first or again. State that it held must be handed back now. */
  ready: [info: unknown, restarts: number];
  /** The child ended unexpectedly; a restart follows. */
  lost: [reason: string];
  event: [body: ChildMessage];
}

export class SupervisedChild extends Emitter<ChildEvents> {
  readonly name: string;
  readonly #options: ChildOptions & typeof DEFAULTS;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #process: ChildProcess | undefined;
  #ready = false;
  #closing: Promise<void> | undefined;
  #nextId = 1;
  #restarts = 0;
  #quickDeaths = 0;
  #readyAtMs = 0;
  #missedBeats = 0;
  #heartbeat: Disposable | undefined;
  #restart: Disposable | undefined;
  #startTimer: Disposable | undefined;
  #failure: Error | undefined;

  constructor(options: ChildOptions) {
    super();
    this.setMaxListeners(0);
    this.name = options.name;
    this.#options = { ...DEFAULTS, ...options };
    this.#clock = options.clock ?? systemClock;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Why the child last failed to start, if it did. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Starts the child and waits until it is ready. Rejects when the first start fails; restarts go on regardless. */
  async start(): Promise<unknown> {
    const ready = new Promise((resolve, reject) => {
      const onReady = (info: unknown) => settle(() => resolve(info));
      const onLost = (reason: string) => settle(() => reject(this.#failure ?? coreError('child_lost', `${this.name}: ${reason}`)));
      const settle = (then: () => void) => {
        this.off('ready', onReady);
        this.off('lost', onLost);
        then();
      };
      this.on('ready', onReady);
      this.on('lost', onLost);
    });
    this.#spawn();
    return ready;
  }

  /** One question, one answer. `onPart` hears parts that the child streams before its answer. */
  ask<Answer>(body: ChildMessage, options: { signal?: AbortSignal; onPart?: (value: unknown) => void } = {}): Promise<Answer> {
    const { signal, onPart } = options;
    if (signal?.aborted) return Promise.reject(coreError('aborted', 'The work was cancelled', { cause: signal.reason }));
    if (!this.#ready)
      return Promise.reject(coreError('child_unavailable', `The ${this.name} process is not running`, { cause: this.#failure }));
    if (this.#pending.size >= this.#options.maxInFlight)
      return Promise.reject(coreError('queue_full', `The ${this.name} process has too much to do`));
    const id = this.#nextId++;
    return new Promise<Answer>((resolve, reject) => {
      const onAbort = () => {
        this.#send({ t: 'abort', id });
        this.#settle(id)?.reject(coreError('aborted', 'The work was cancelled', { cause: signal?.reason }));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const release = () => signal?.removeEventListener('abort', onAbort);
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, onPart, release });
      this.#send({ t: 'ask', id, body });
    });
  }

  /** A message without an answer. Dropped while the child is down: its state is handed back on `ready`. */
  tell(body: ChildMessage): void {
    if (this.#ready) this.#send({ t: 'tell', body });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#heartbeat?.[Symbol.dispose]();
    this.#restart?.[Symbol.dispose]();
    this.#startTimer?.[Symbol.dispose]();
    this.#ready = false;
    this.#rejectAll(coreError('aborted', `The ${this.name} process was closed`));
    const child = this.#process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    if (child.connected) child.send({ t: 'stop' } satisfies ToChild, () => undefined);
    const kill = after(this.#clock, STOP_TIMEOUT_MS, () => child.kill('SIGKILL'));
    await exited;
    kill[Symbol.dispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #spawn(): void {
    const { modulePath, execArgv, env, niceness, startTimeoutMs } = this.#options;
    const child = fork(modulePath, [], {
      serialization: 'advanced',
      execArgv: [...(execArgv ?? [])],
      env: { ...FRUGAL_ALLOCATOR, ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process = child;
    if (child.pid !== undefined) setNiceness(child.pid, niceness);
    child.on('message', (message) => this.#onMessage(message as ToParent));
    child.on('error', (error) => {
      this.#failure = toVisavisError(error);
      // What never began does not exit either.
      if (child.pid === undefined) this.#onExit(child, 'could not be started');
    });
    child.once('exit', (code, signal) => this.#onExit(child, signal ? `killed by ${signal}` : `exited with ${code}`));
    this.#startTimer = after(this.#clock, startTimeoutMs, () => {
      this.#failure = coreError('timed_out', `The ${this.name} process did not start within ${startTimeoutMs} ms`);
      child.kill('SIGKILL');
    });
    child.send({ t: 'tell', body: { kind: 'init', init: this.#options.init } } satisfies ToChild, () => undefined);
  }

  #onMessage(message: ToParent): void {
    switch (message.t) {
      case 'ready':
        this.#startTimer?.[Symbol.dispose]();
        this.#ready = true;
        this.#failure = undefined;
        this.#readyAtMs = this.#clock.nowMs();
        this.#missedBeats = 0;
        this.#beat();
        this.emit('ready', message.info, this.#restarts);
        break;
      case 'answer':
        this.#settle(message.id)?.resolve(message.value);
        break;
      case 'part':
        this.#pending.get(message.id)?.onPart?.(message.value);
        break;
      case 'error':
        this.#settle(message.id)?.reject(reviveError(message.error));
        break;
      case 'event':
        this.emit('event', message.body);
        break;
      case 'pong':
        this.#missedBeats = 0;
        break;
      case 'failed':
        this.#failure = reviveError(message.error);
        break;
    }
  }

  #beat(): void {
    this.#heartbeat?.[Symbol.dispose]();
    this.#heartbeat = after(this.#clock, this.#options.heartbeatMs, () => {
      // Beats are counted, not time: when this process was held up, the child's answers wait in its own queue.
      if (this.#missedBeats * this.#options.heartbeatMs >= this.#options.hangTimeoutMs) {
        this.#process?.kill('SIGKILL');
        return;
      }
      this.#missedBeats++;
      this.#send({ t: 'ping', id: 0 });
      this.#beat();
    });
  }

  #onExit(child: ChildProcess, reason: string): void {
    if (child !== this.#process) return;
    this.#heartbeat?.[Symbol.dispose]();
    this.#startTimer?.[Symbol.dispose]();
    const wasReadyForMs = this.#ready ? this.#clock.nowMs() - this.#readyAtMs : 0;
    this.#ready = false;
    if (this.#closing) return;
    // A child that ran for a while and died is restarted at once; one that dies at once waits longer each time.
    this.#quickDeaths = wasReadyForMs > 10_000 ? 0 : this.#quickDeaths + 1;
    this.#rejectAll(coreError('child_lost', `The ${this.name} process was lost (${reason})`));
    const { restartDelayMs, maxRestartDelayMs } = this.#options;
    const delayMs = Math.min(maxRestartDelayMs, restartDelayMs * 2 ** Math.max(0, this.#quickDeaths - 1));
    this.#restart = after(this.#clock, delayMs, () => {
      this.#restarts++;
      this.#spawn();
    });
    this.emit('lost', reason);
  }

  #send(message: ToChild): void {
    if (this.#process?.connected) this.#process.send(message, () => undefined);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }

  #rejectAll(error: Error): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }
}

export interface ParentLink {
  /** Sends an event to the parent. */
  emit(body: ChildMessage): void;
}

export interface ChildService<Init> {
  /** Runs once; what it returns is the `info` of the parent's `ready` event. A throw ends the child with that error. */
  start(init: Init, parent: ParentLink): unknown | Promise<unknown>;
  ask?(body: ChildMessage, context: { signal: AbortSignal; part(value: unknown): void }): unknown | Promise<unknown>;
  tell?(body: ChildMessage): void;
  stop?(): void | Promise<void>;
}

/** The child's end. Ends the process when the parent says so or is gone. */
export function serveParent<Init>(service: ChildService<Init>): void {
  const send = (message: ToParent) => {
    if (process.connected) process.send?.(message, undefined, {}, () => undefined);
  };
  const aborts = new Map<number, AbortController>();
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    for (const abort of aborts.values()) abort.abort();
    // Without a parent nobody else would end a child that does not stop.
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    try {
      await service.stop?.();
    } finally {
      process.exit(0);
    }
  };
  const init = async (body: ChildMessage) => {
    try {
      const info = await service.start(body.init as Init, { emit: (event) => send({ t: 'event', body: event }) });
      send({ t: 'ready', info });
      // When the message is on its way.
      setImmediate(collectStartupGarbage);
    } catch (error) {
      process.send?.({ t: 'failed', error: toVisavisError(error).toJSON() } satisfies ToParent, undefined, {}, () => process.exit(1));
    }
  };
  const ask = async (id: number, body: ChildMessage) => {
    const abort = new AbortController();
    aborts.set(id, abort);
    try {
      const value = await service.ask?.(body, { signal: abort.signal, part: (part) => send({ t: 'part', id, value: part }) });
      send({ t: 'answer', id, value });
    } catch (error) {
      send({ t: 'error', id, error: toVisavisError(error).toJSON() });
    } finally {
      aborts.delete(id);
    }
  };
  process.on('message', (raw) => {
    const message = raw as ToChild;
    switch (message.t) {
      case 'ask':
        void ask(message.id, message.body);
        break;
      case 'tell':
        if (message.body.kind === 'init') void init(message.body);
        else service.tell?.(message.body);
        break;
      case 'abort':
        aborts.get(message.id)?.abort();
        break;
      case 'ping':
        send({ t: 'pong', id: message.id });
        break;
      case 'stop':
        void stop();
        break;
    }
  });
  process.on('disconnect', () => void stop());
  // Ctrl-C reaches the whole process group; the parent decides when its children end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}
