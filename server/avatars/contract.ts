import type { PersonBrief, Wish } from '../casting/brief.ts';
import type { FacePoints } from '../core/face-points.ts';
import type { RigProvenance } from '../face/rig.ts';
import type { ImportWarning, PortraitInspection } from '../portrait/contract.ts';
import type { Job } from './job.ts';

export const STYLES = ['illustrated', 'sculpted', 'photo'] as const;
/** `illustrated`: a second a person; `sculpted`: minutes; `photo`: by an image-generation server, then imported like a photograph. */
export type Style = (typeof STYLES)[number];

/** An avatar as lists and pages show it. */
export interface AvatarDetail {
  readonly name: string;
  readonly title: string;
  readonly origin: string;
  readonly licence: string;
  readonly consent?: string | undefined;
  readonly provenance?: RigProvenance | undefined;
  readonly triangles: number;
  readonly layers: number;
  readonly hasPoster: boolean;
  /** When its avatar.json was written, Unix time. */
  readonly changedMs: number;
  /** The one that calls get which ask for none. */
  readonly isDefault: boolean;
  /** May be removed. */
  readonly isRemovable: boolean;
}

/** How a description was understood. */
export interface Reading {
  /** What the words ask for; the rest is chosen by the seed. */
  readonly wish: Wish;
  /** Words that mean nothing here. */
  readonly unknown: readonly string[];
  readonly overridden: readonly { readonly field: string; readonly dropped: unknown; readonly kept: unknown }[];
  /** `embedded`, or the language model. */
  readonly readBy: string;
}

/** A person who fits the words, drawn and without a name yet. */
export interface Variant {
  readonly index: number;
  readonly title: string;
  readonly brief: PersonBrief;
}

export interface MadeResult {
  /** Folder name of the finished avatar. */
  readonly avatar?: string;
  readonly reading?: Reading;
  readonly variants?: readonly Variant[];
  readonly warnings?: readonly ImportWarning[];
  /** What this style cannot show of the brief. */
  readonly missing?: readonly string[];
  /** The points of the face that were used. */
  readonly points?: FacePoints;
  /** There is a film to fetch. */
  readonly hasClip?: boolean;
}

export type AvatarJob = Job<MadeResult>;

export interface ImportOrder {
  readonly photo: Uint8Array;
  readonly name: string;
  readonly title?: string | undefined;
  readonly consent?: string | undefined;
  readonly licence?: string | undefined;
  readonly source?: string | undefined;
  readonly points?: FacePoints | undefined;
}

export interface CreationOrder {
  /** Words in English or Arabic. */
  readonly text?: string | undefined;
  /** Or a whole brief, e.g. a variant's, to be made in another style. */
  readonly brief?: PersonBrief | undefined;
  readonly style: Style;
  readonly seed: number;
  readonly variants: number;
  /** Makes one avatar of this name at once, instead of variants to choose from. */
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  /** Sculpted in a quarter of the time, less sharp. */
  readonly draft?: boolean | undefined;
}

export interface ClipOrder {
  /** Whose face: an avatar, or a variant of a creation. */
  readonly of: { readonly avatar: string } | { readonly jobId: string; readonly variant: number };
  readonly text?: string | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
}

/** A file to be sent as it is. */
export interface MediaFile {
  readonly folder: string;
  readonly file: string;
}

/** `error`: calls cannot show it. `note`: they can, but something is missing. */
export interface Complaint {
  readonly grade: 'error' | 'note';
  readonly text: string;
}

/** Everything that can be done with avatars besides calling them. Errors are VisavisErrors with their HTTP status. */
export interface Avatars extends AsyncDisposable {
  list(): Promise<readonly AvatarDetail[]>;
  /** @throws `avatar_unknown`, `avatar_invalid` */
  get(name: string): Promise<AvatarDetail>;
  /** @throws `avatar_unknown`, `poster_missing` */
  poster(name: string): Promise<{ readonly data: Uint8Array<ArrayBuffer>; readonly changedMs: number }>;
  /** What is wrong with it; it can be used when nothing is an error. @throws `avatar_unknown` */
  validate(name: string): Promise<readonly Complaint[]>;
  /** @throws `avatar_unknown`, `avatar_protected`, `avatar_in_use` */
  remove(name: string): Promise<void>;
  /** Made when it is first asked for. @throws `avatar_unknown`, `drawing_failed`, `jobs_full` */
  sheet(name: string): Promise<MediaFile>;
  clip(name: string): Promise<MediaFile>;

  readonly styles: readonly Style[];
  /** `embedded`, or the language model. */
  readonly wordsReadBy: string;

  inspect(photo: Uint8Array, points: FacePoints | undefined, signal: AbortSignal): Promise<PortraitInspection>;
  /** @throws `avatar_name_invalid`, `avatar_exists`, `jobs_full` */
  import(order: ImportOrder): Promise<AvatarJob>;
  /** @throws `avatar_name_invalid`, `avatar_exists`, `description_unusable`, `style_unknown`, `jobs_full` */
  create(order: CreationOrder): Promise<AvatarJob>;
  /** @throws `avatar_unknown`, `job_unknown`, `variant_unknown`, `voice_unknown`, `jobs_full` */
  say(order: ClipOrder): Promise<AvatarJob>;

  /** @throws `job_unknown` for all that follow */
  job(id: string): AvatarJob;
  watch(id: string, listener: (job: AvatarJob) => void): Disposable;
  cancel(id: string): AvatarJob;
  variantPoster(id: string, variant: number): Promise<MediaFile>;
  /** Gives a variant a name and keeps it. @throws `variant_unknown`, `avatar_name_invalid`, `avatar_exists` */
  keep(id: string, variant: number, name: string, title: string | undefined): Promise<AvatarDetail>;
  clipOf(id: string): MediaFile;
}
