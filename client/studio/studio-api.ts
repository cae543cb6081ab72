import { z } from 'zod';
import type { FacePoints } from '../../server/core/face-points.ts';
import {
  type AvatarDescription,
  type AvatarJobDescription,
  avatarEntry,
  avatarJob,
  type Inspection,
  inspection,
  type MakingOptions,
  makingOptions,
  type StyleName,
} from '../../server/protocol/avatars.ts';

/** What the server said no to, in its words. */
export class StudioProblem extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }

  get needsKey(): boolean {
    return this.code === 'key_required' || this.code === 'key_invalid';
  }
}

const problem = z.object({ code: z.string(), detail: z.string(), hint: z.string().optional() });
const KEY = 'visavis.key';
const POLL_MS = 1_000;

export interface Creation {
  readonly text?: string;
  readonly brief?: Readonly<Record<string, unknown>>;
  readonly style: StyleName;
  readonly seed?: number;
  readonly variants?: number;
  readonly name?: string;
  readonly title?: string;
}

export interface Import {
  readonly photo: Blob;
  readonly name: string;
  readonly title: string;
  readonly consent: string;
  readonly points: FacePoints | undefined;
}

export interface Said {
  readonly avatar?: string;
  readonly job?: string;
  readonly variant?: number;
  readonly text: string;
  readonly voice?: string | undefined;
}

/** The REST interface of the server that the page comes from. Every method throws a StudioProblem. */
export class StudioApi {
  /** An API key, where the server wants one; kept until the window is closed. */
  get key(): string {
    return sessionStorage.getItem(KEY) ?? '';
  }
  set key(key: string) {
    sessionStorage.setItem(KEY, key);
  }

  options(): Promise<MakingOptions> {
    return this.#ask('avatar-making', makingOptions);
  }

  async avatars(): Promise<AvatarDescription[]> {
    return (await this.#ask('avatars', z.object({ data: z.array(avatarEntry) }))).data;
  }

  async remove(name: string): Promise<void> {
    await this.#send(`avatars/${encodeURIComponent(name)}`, { method: 'DELETE' });
  }

  inspect(photo: Blob, points?: FacePoints): Promise<Inspection> {
    return this.#ask('avatars/inspections', inspection, { method: 'POST', body: formOf(photo, points, {}) });
  }

  import({ photo, points, ...fields }: Import): Promise<AvatarJobDescription> {
    return this.#ask('avatars/imports', avatarJob, { method: 'POST', body: formOf(photo, points, fields) });
  }

  create(creation: Creation): Promise<AvatarJobDescription> {
    return this.#ask('avatars/creations', avatarJob, jsonBody(creation));
  }

  say(said: Said): Promise<AvatarJobDescription> {
    return this.#ask('avatars/clips', avatarJob, jsonBody(said));
  }

  keep(job: string, variant: number, name: string, title: string): Promise<AvatarDescription> {
    return this.#ask(`avatar-jobs/${job}/variants/${variant}`, avatarEntry, jsonBody({ name, title }));
  }

  async cancel(job: string): Promise<void> {
    await this.#send(`avatar-jobs/${job}`, { method: 'DELETE' });
  }

  /** Tells every change of a job until it has ended, or until the function that it returns is called. */
  follow(id: string, onJob: (job: AvatarJobDescription) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const events = new EventSource(`/api/v1/avatar-jobs/${id}/events`);
    const stop = () => {
      stopped = true;
      events.close();
      clearTimeout(timer);
    };
    const hear = (job: AvatarJobDescription) => {
      if (stopped) return;
      if (hasEnded(job)) stop();
      onJob(job);
    };
    const poll = async () => {
      try {
        hear(await this.#ask(`avatar-jobs/${id}`, avatarJob));
      } catch (error) {
        if (error instanceof StudioProblem && error.code === 'job_unknown') stop();
      }
      if (!stopped) timer = setTimeout(poll, POLL_MS);
    };
    events.addEventListener('job', (event) => hear(avatarJob.parse(JSON.parse((event as MessageEvent<string>).data))));
    // Something between here and the server holds streams back, or the server was restarted: ask.
    events.onerror = () => {
      events.close();
      if (!stopped) void poll();
    };
    return stop;
  }

  async #ask<Answer>(path: string, schema: z.ZodType<Answer>, init?: RequestInit): Promise<Answer> {
    const response = await this.#send(path, init);
    const parsed = schema.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success)
      throw new StudioProblem('answer_invalid', 'This page and the server do not understand each other. Reloading may help.');
    return parsed.data;
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.key) headers.set('authorization', `Bearer ${this.key}`);
    let response: Response;
    try {
      response = await fetch(`/api/v1/${path}`, { ...init, headers });
    } catch {
      throw new StudioProblem('unreachable', 'The server does not answer.');
    }
    if (response.ok) return response;
    const parsed = problem.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) throw new StudioProblem('failed', `The server answered ${response.status}.`);
    throw new StudioProblem(parsed.data.code, parsed.data.detail, parsed.data.hint);
  }
}

export const hasEnded = ({ state }: AvatarJobDescription): boolean => state !== 'queued' && state !== 'running';

const jsonBody = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function formOf(photo: Blob, points: FacePoints | undefined, fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== '') form.set(name, value);
  if (points && Object.keys(points).length > 0) form.set('points', JSON.stringify(points));
  form.set('photo', photo, photo instanceof File ? photo.name : 'photo');
  return form;
}

/** A folder name out of what an avatar is called: Latin letters, digits and hyphens, a letter first. */
export const nameFor = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 48) || `face-${Math.floor(Math.random() * 1e6).toString(36)}`;
