import { LitElement } from 'lit';
import type { AvatarJobDescription } from '../../server/protocol/avatars.ts';
import { asProblem, problemOf } from './fragments.ts';
import { hasEnded, type StudioApi, type StudioProblem } from './studio-api.ts';
import { type StudioStrings, studioStrings } from './studio-strings.ts';

/** What the panels share: the server, the words, one job at a time and what went wrong. Fires `problem` (a StudioProblem). */
export abstract class StudioPanel extends LitElement {
  static override properties = {
    api: { attribute: false },
    strings: { attribute: false },
    job: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  declare api: StudioApi;
  declare strings: StudioStrings;
  declare job: AvatarJobDescription | undefined;
  declare problem: StudioProblem | undefined;
  /** A question is on its way. */
  declare busy: boolean;
  #stop: (() => void) | undefined;

  constructor() {
    super();
    this.strings = studioStrings('en');
    this.job = undefined;
    this.problem = undefined;
    this.busy = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected get isWorking(): boolean {
    return this.busy || (this.job !== undefined && !hasEnded(this.job));
  }

  /** Asks the server something; what it says no to is shown. */
  protected async attempt<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
    this.busy = true;
    this.problem = undefined;
    try {
      return await question();
    } catch (error) {
      this.problem = asProblem(error);
      this.dispatchEvent(new CustomEvent<StudioProblem>('problem', { detail: this.problem, bubbles: true, composed: true }));
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  /** Starts a job and follows it; resolves to the job when it has ended well. */
  protected async work(start: () => Promise<AvatarJobDescription>): Promise<AvatarJobDescription | undefined> {
    const job = await this.attempt(start);
    if (!job) return undefined;
    this.job = job;
    const done = Promise.withResolvers<AvatarJobDescription>();
    this.#stop?.();
    this.#stop = this.api.follow(job.id, (next) => {
      this.job = next;
      if (hasEnded(next)) done.resolve(next);
    });
    const last = await done.promise;
    this.problem = problemOf(last, this.strings);
    return last.state === 'done' ? last : undefined;
  }

  protected cancel = (): void => {
    const { job } = this;
    if (job) void this.attempt(() => this.api.cancel(job.id));
  };
}
