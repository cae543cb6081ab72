import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { coreError } from '../core/errors.ts';
import type { FacePoints } from '../core/face-points.ts';
import type { Log } from '../core/log.ts';
import type { ImageGeneration } from '../image-generation/image-generation.ts';
import type { PortraitInspection } from '../portrait/contract.ts';
import { inspectPortrait } from '../portrait/import.ts';
import { isThere, POSTER, readPoster } from '../rendering/avatar-folder.ts';
import type { Speaking } from '../speaking/contract.ts';
import { avatarError } from './avatar-error.ts';
import { ClipMaker } from './clip-maker.ts';
import { drawContactSheet } from './contact-sheet.ts';
import type {
  AvatarDetail,
  AvatarJob,
  Avatars,
  ClipOrder,
  Complaint,
  CreationOrder,
  ImportOrder,
  MadeResult,
  MediaFile,
  Style,
} from './contract.ts';
import { Creation } from './creation.ts';
import { Drafts, draftOf } from './drafts.ts';
import { DrawingProcess } from './drawing-process.ts';
import { Gallery } from './gallery.ts';
import { hasEnded, type JobContext } from './job.ts';
import { JobQueue } from './job-queue.ts';
import { MediaStore } from './media-store.ts';
import { mustBeFree } from './names.ts';
import { importPhoto, photoLimits } from './photo-import.ts';
import { checkedBrief, EMBEDDED, type WordModel } from './read-words.ts';
import { removeAvatar } from './remove-avatar.ts';

export interface WorkshopOptions {
  readonly config: Config['avatars'];
  readonly avatarsDir: string;
  readonly defaultAvatar: string;
  /** BCP 47, of what avatars say in clips. */
  readonly language: string;
  readonly speaking: Pick<Speaking, 'speak' | 'voices' | 'defaultVoice'>;
  /** Reads descriptions; none: the embedded reader does. */
  readonly model: WordModel | undefined;
  readonly images: Pick<ImageGeneration, 'engines' | 'generate'>;
  readonly log: Log;
  readonly clock?: Clock;
  readonly indexDir?: string;
}

const SHEET_PX = 320;
const CLIP_FILE = 'clip.mp4';
const SHEET_FILE = 'sheet.png';

type Context = JobContext<MadeResult>;

/** Makes avatars, keeps them and shows them: jobs, each of which works in processes of its own. */
export class Workshop implements Avatars {
  readonly #options: WorkshopOptions;
  readonly #avatarsDir: string;
  readonly #jobs: JobQueue<MadeResult>;
  readonly #drawing: DrawingProcess;
  readonly #gallery: Gallery;
  readonly #media: MediaStore;
  readonly #clock: Clock;
  readonly #creation: Creation;
  readonly #clips: ClipMaker;
  readonly #drafts: Drafts;

  private constructor(options: WorkshopOptions, drafts: Drafts) {
    const { config, defaultAvatar, log, clock = systemClock, indexDir } = options;
    this.#options = options;
    this.#clock = clock;
    this.#avatarsDir = resolve(options.avatarsDir);
    this.#drafts = drafts;
    this.#drawing = new DrawingProcess(config, clock);
    this.#creation = new Creation({ ...options, clock, avatarsDir: this.#avatarsDir, drafts, drawing: this.#drawing });
    this.#clips = new ClipMaker({ ...options, drawing: this.#drawing });
    this.#media = new MediaStore(resolve(config.workDir, 'media'));
    this.#jobs = new JobQueue({
      maxQueued: config.maxQueuedJobs,
      keepMs: config.keepJobsMs,
      newId: () => `job_${randomBytes(18).toString('base64url')}`,
      onForget: (id) => void drafts.forget(id),
      clock,
    });
    this.#gallery = new Gallery({
      avatarsDir: this.#avatarsDir,
      defaultAvatar,
      protectShipped: config.protectShipped,
      indexDir,
      load: (names) => this.#drawing.ask({ kind: 'facts', avatarsDir: this.#avatarsDir, names }, { timeoutMs: config.drawTimeoutMs }),
      onBroken: (avatar, problem) => log.warn({ avatar, problem }, 'an avatar cannot be used'),
    });
  }

  static async open(options: WorkshopOptions): Promise<Workshop> {
    return new Workshop(options, await Drafts.open(resolve(options.config.workDir)));
  }

  // --- what there is -----------------------------------------------------------------------------------------------

  list(): Promise<AvatarDetail[]> {
    return this.#gallery.list();
  }

  get(name: string): Promise<AvatarDetail> {
    return this.#gallery.get(name);
  }

  poster(name: string): ReturnType<typeof readPoster> {
    return readPoster(this.#avatarsDir, name);
  }

  async validate(name: string): Promise<readonly Complaint[]> {
    await this.#mustExist(name);
    const { drawTimeoutMs: timeoutMs } = this.#options.config;
    return this.#drawing.ask({ kind: 'complaints', avatarsDir: this.#avatarsDir, name }, { timeoutMs });
  }

  async remove(name: string): Promise<void> {
    const { isDefault, isRemovable } = await this.get(name);
    if (isDefault) throw avatarError('avatar_in_use', `${name} is the avatar of the configuration`);
    if (!isRemovable) throw avatarError('avatar_protected', `${name} comes with the project`);
    await removeAvatar(this.#avatarsDir, name);
    await this.#media.forget(name);
  }

  async sheet(name: string): Promise<MediaFile> {
    const avatar = await this.get(name);
    return this.#media.file(avatar, SHEET_FILE, (path) =>
      this.#asJob('sheet', ({ signal }) => {
        const { drawTimeoutMs: timeoutMs } = this.#options.config;
        return drawContactSheet({ folder: join(this.#avatarsDir, name), path, sizePx: SHEET_PX, crop: 'face', timeoutMs, signal });
      }),
    );
  }

  async clip(name: string): Promise<MediaFile> {
    const avatar = await this.get(name);
    return this.#media.file(avatar, CLIP_FILE, (path) =>
      this.#asJob('clip', (context) => this.#clips.film({ avatarsDir: this.#avatarsDir, name, path }, {}, context)),
    );
  }

  // --- making ------------------------------------------------------------------------------------------------------

  get styles(): readonly Style[] {
    return ['illustrated', 'sculpted', ...(this.#options.images.engines.length > 0 ? (['photo'] as const) : [])];
  }

  get wordsReadBy(): string {
    return this.#options.model?.name ?? EMBEDDED;
  }

  inspect(photo: Uint8Array, points: FacePoints | undefined, signal: AbortSignal): Promise<PortraitInspection> {
    const { landmarkEngine: engine, niceness } = this.#options.config;
    return inspectPortrait(
      photo,
      { engine, niceness, limits: photoLimits(this.#options.config), signal, ...(points ? { points } : {}) },
      this.#clock,
    );
  }

  async import(order: ImportOrder): Promise<AvatarJob> {
    await mustBeFree(this.#avatarsDir, order.name);
    return this.#jobs.add('import', 'quick', (context) =>
      importPhoto(order.photo, { ...order, outDir: this.#avatarsDir }, context, this.#options.config, this.#clock),
    );
  }

  async create(order: CreationOrder): Promise<AvatarJob> {
    const { config } = this.#options;
    const { style, text, name, variants } = order;
    if (!this.styles.includes(style))
      throw avatarError('style_unknown', `There is no style "${style}" here; there are ${this.styles.join(', ')}`);
    if (order.brief === undefined && !text?.trim()) throw avatarError('description_unusable', 'The description is empty');
    if ((text?.length ?? 0) > config.maxDescriptionChars)
      throw avatarError(
        'description_unusable',
        `The description has ${text?.length} characters; it may have ${config.maxDescriptionChars}`,
      );
    if (variants > config.maxVariants) throw avatarError('description_unusable', `At most ${config.maxVariants} variants are drawn`);
    if (name !== undefined) await mustBeFree(this.#avatarsDir, name);
    const brief = order.brief && checkedBrief(order.brief);
    return this.#jobs.add('creation', style === 'illustrated' ? 'quick' : 'slow', (context) =>
      this.#creation.run({ ...order, brief }, context),
    );
  }

  async say({ of, ...words }: ClipOrder): Promise<AvatarJob> {
    this.#clips.check(words);
    const [avatarsDir, name] =
      'avatar' in of ? [this.#avatarsDir, of.avatar] : [this.#drafts.folderOf(of.jobId), draftOf(this.#variant(of.jobId, of.variant))];
    if ('avatar' in of) await this.#mustExist(name);
    return this.#jobs.add('clip', 'quick', async (context) => {
      const folder = this.#drafts.folderOf(context.id);
      await mkdir(folder, { recursive: true });
      await this.#clips.film({ avatarsDir, name, path: join(folder, CLIP_FILE) }, words, context);
      return { hasClip: true };
    });
  }

  job(id: string): AvatarJob {
    return this.#jobs.get(id);
  }

  watch(id: string, listener: (job: AvatarJob) => void): Disposable {
    return this.#jobs.watch(id, listener);
  }

  cancel(id: string): AvatarJob {
    return this.#jobs.cancel(id);
  }

  async variantPoster(id: string, variant: number): Promise<MediaFile> {
    return { folder: this.#variantFolder(id, variant), file: POSTER };
  }

  async keep(id: string, variant: number, name: string, title: string | undefined): Promise<AvatarDetail> {
    const folder = this.#variantFolder(id, variant);
    await mustBeFree(this.#avatarsDir, name);
    const { drawTimeoutMs: timeoutMs } = this.#options.config;
    await this.#drawing.ask({ kind: 'keep', folder, outDir: this.#avatarsDir, name, title }, { timeoutMs });
    return this.get(name);
  }

  clipOf(id: string): MediaFile {
    if (!this.job(id).result?.hasClip) throw avatarError('job_unfinished', 'There is no clip yet');
    return { folder: this.#drafts.folderOf(id), file: CLIP_FILE };
  }

  async close(): Promise<void> {
    await this.#jobs.close();
    await this.#drafts.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // --- how it is made ----------------------------------------------------------------------------------------------

  /** Work that somebody waits for, in its turn among the jobs. */
  async #asJob(kind: 'sheet' | 'clip', work: (context: Context) => Promise<void>): Promise<void> {
    const { id } = this.#jobs.add(kind, 'quick', async (context) => {
      await work(context);
      return {};
    });
    const { state, error } = await this.#jobs.end(id);
    if (error) throw error;
    if (state !== 'done') throw coreError('aborted', 'It was cancelled');
  }

  #variant(id: string, variant: number): number {
    const job = this.job(id);
    if (!job.result?.variants?.some(({ index }) => index === variant))
      throw avatarError('variant_unknown', `The job has no variant ${variant}${hasEnded(job) ? '' : ' yet'}`);
    return variant;
  }

  #variantFolder(id: string, variant: number): string {
    return join(this.#drafts.folderOf(id), draftOf(this.#variant(id, variant)));
  }

  async #mustExist(name: string): Promise<void> {
    if (!(await isThere(join(this.#avatarsDir, AVATAR_FOLDER.test(name) ? name : '.none', 'avatar.json')))) await this.get(name);
  }
}

const AVATAR_FOLDER = /^[a-z0-9][a-z0-9-]{0,63}$/;
