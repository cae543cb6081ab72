import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PersonBrief } from '../casting/brief.ts';
import { notSculpted } from '../../models/avatar/not-sculpted.ts';
import { portraitPrompt } from '../casting/portrait-prompt.ts';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config-schema.ts';
import { toVisavisError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { ImageGeneration } from '../image-generation/image-generation.ts';
import { taken } from '../portrait/avatar-folder.ts';
import type { CreationOrder, MadeResult, Variant } from './contract.ts';
import { type Drafts, draftOf } from './drafts.ts';
import type { Drawing } from './draw-brief.ts';
import type { DrawingProcess } from './drawing-process.ts';
import type { JobContext } from './job.ts';
import { importPhoto } from './photo-import.ts';
import { castAll, describedByModel, readWords, type WordModel, type WordOptions } from './read-words.ts';

export interface CreationTools {
  readonly config: Config['avatars'];
  readonly avatarsDir: string;
  /** Get a folder for each variant in that of the job. */
  readonly drafts: Drafts;
  readonly drawing: DrawingProcess;
  readonly images: Pick<ImageGeneration, 'generate'>;
  readonly model: WordModel | undefined;
  readonly log: Log;
  readonly clock: Clock;
}

/** How much is done when the words are read, and of a picture when the image server has answered. */
const READ_FRACTION = 0.05;
const PICTURED_FRACTION = 0.4;

/** People from words: read, cast, and drawn or photographed. */
export class Creation {
  readonly #tools: CreationTools;

  constructor(tools: CreationTools) {
    this.#tools = tools;
  }

  /** @throws VisavisError `description_unusable`, `avatar_exists`, `drawing_*`, `image_*`, `portrait_*`, an abort */
  async run(order: CreationOrder, context: JobContext<MadeResult>): Promise<MadeResult> {
    const { text, style, seed, name } = order;
    const words = this.#wordOptions(context.signal);
    context.update({ stage: 'words', fraction: 0 });
    const reading = order.brief === undefined && text !== undefined ? await readWords(text, words) : undefined;
    const cast = order.brief ? [order.brief] : castAll(reading?.wish ?? {}, seed, name === undefined ? order.variants : 1);
    // Machines differ by their paint alone, and take half a minute each.
    const briefs = cast[0]?.kind === 'robot' ? cast.slice(0, 1) : cast;
    const known: MadeResult = reading ? { reading } : {};
    context.update({ stage: 'drawing', fraction: READ_FRACTION, result: known });
    return style === 'photo'
      ? this.#photograph(briefs, order, words, known, context)
      : this.#draw(briefs, { ...order, style }, known, context);
  }

  /** By the project's own generator. */
  async #draw(
    briefs: readonly PersonBrief[],
    order: CreationOrder & Pick<Drawing, 'style'>,
    known: MadeResult,
    { id, signal, update }: JobContext<MadeResult>,
  ): Promise<MadeResult> {
    const { avatarsDir, drafts, drawing, config } = this.#tools;
    const { name, title, style, text: words, draft } = order;
    // Beside the finished ones, so that it becomes one of them in one step.
    const unfinished = join(avatarsDir, `.${name}-${id}`);
    const drawings = briefs.map(
      (brief, index): Drawing => ({
        brief,
        style,
        title,
        words,
        draft,
        ...(name === undefined
          ? { name: draftOf(index), folder: join(drafts.folderOf(id), draftOf(index)) }
          : { name, folder: unfinished }),
      }),
    );
    const variants: Variant[] = [];
    const missing = briefs[0] && style === 'sculpted' ? notSculpted(briefs[0]) : [];
    const onPart = ({ index, what, share }: { index: number; what: string; share: number }) => {
      const brief = briefs[index];
      if (what === 'done' && brief && name === undefined) variants.push({ index, title: title ?? brief.title, brief });
      const fraction = READ_FRACTION + (1 - READ_FRACTION) * ((index + share) / drawings.length);
      update({ stage: 'drawing', fraction, result: { ...known, missing, ...(name === undefined ? { variants: [...variants] } : {}) } });
    };
    const timeoutMs = style === 'sculpted' ? config.sculptTimeoutMs : config.drawTimeoutMs * drawings.length;
    try {
      await drawing.ask({ kind: 'draw', drawings }, { timeoutMs, signal, onPart });
      if (name === undefined) return { ...known, missing, variants };
      await rename(unfinished, join(avatarsDir, name)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? taken(name) : error;
      });
      return { ...known, missing, avatar: name };
    } finally {
      if (name !== undefined) await rm(unfinished, { recursive: true, force: true });
    }
  }

  /** By the image server; its pictures are imported like photographs. */
  async #photograph(
    briefs: readonly PersonBrief[],
    { text, name, title }: CreationOrder,
    words: WordOptions,
    known: MadeResult,
    context: JobContext<MadeResult>,
  ): Promise<MadeResult> {
    const { images, config, avatarsDir, drafts, clock } = this.#tools;
    const outDir = name === undefined ? drafts.folderOf(context.id) : avatarsDir;
    await mkdir(outDir, { recursive: true });
    const variants: Variant[] = [];
    let made: MadeResult = {};
    for (const [index, brief] of briefs.entries()) {
      const fractionAt = (share: number) => (index + share) / briefs.length;
      context.update({ stage: 'image', fraction: fractionAt(READ_FRACTION), result: { ...known, variants: [...variants] } });
      const asked = portraitPrompt(brief, await describedByModel(brief, text, words));
      const { bytes, by } = await images.generate({ ...asked, seed: brief.seed, signal: context.signal });
      const update: typeof context.update = ({ fraction = 0, ...rest }) =>
        context.update({ ...rest, fraction: fractionAt(PICTURED_FRACTION + (1 - PICTURED_FRACTION) * fraction) });
      const generated = { by, prompt: asked.prompt, words: text, seed: brief.seed };
      const order = { name: name ?? draftOf(index), title: title ?? brief.title, source: by, generated, outDir };
      made = await importPhoto(bytes, order, { ...context, update }, config, clock);
      variants.push({ index, title: order.title, brief });
    }
    return name === undefined ? { ...known, variants } : { ...known, ...made };
  }

  #wordOptions(signal: AbortSignal): WordOptions {
    const { model, config, log } = this.#tools;
    const onFailure = (error: unknown) => {
      const { code, hint } = toVisavisError(error, 'avatars');
      log.warn({ code, hint, model: model?.name }, 'the language model did not help with a description');
    };
    return { model, timeoutMs: config.wordsTimeoutMs, signal, onFailure };
  }
}
