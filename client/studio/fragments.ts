import { html, nothing } from 'lit';
import type { AvatarJobDescription } from '../../server/protocol/avatars.ts';
import { icons } from '../app/icons.ts';
import { StudioProblem } from './studio-api.ts';
import type { StudioStrings } from './studio-strings.ts';

/** What went wrong, and what to do about it. */
export const problemNote = (problem: { readonly message: string; readonly hint?: string | undefined } | undefined): unknown =>
  problem
    ? html`<div class="problem" role="alert">
        ${icons.warning}
        <p dir="auto"><b>${problem.message}</b>${problem.hint ?? nothing}</p>
      </div>`
    : nothing;

/** What a job is doing, with a way to stop it. */
export const working = (job: AvatarJobDescription, strings: StudioStrings, onCancel: () => void): unknown => {
  const text = job.state === 'queued' ? strings.queued(job.ahead) : (strings.stages[job.stage ?? ''] ?? strings.looking);
  return html`<div class="working">
    <progress max="1" .value=${job.progress} aria-label=${text}></progress>
    <div class="actions">
      <span role="status">${text}</span>
      <button class="secondary" type="button" @click=${onCancel}>${strings.cancel}</button>
    </div>
  </div>`;
};

/** Anything thrown, as a problem to show. */
export const asProblem = (thrown: unknown): StudioProblem =>
  thrown instanceof StudioProblem ? thrown : new StudioProblem('page', thrown instanceof Error ? thrown.message : String(thrown));

/** A failed or cancelled job as a problem. */
export function problemOf(job: AvatarJobDescription, strings: StudioStrings): StudioProblem | undefined {
  if (job.problem) return new StudioProblem(job.problem.code, job.problem.detail, job.problem.hint);
  return job.state === 'cancelled' ? new StudioProblem('cancelled', strings.cancelled) : undefined;
}
