import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reviveError, type SerialisedError, VisavisError } from '../core/errors.ts';
import { avatarNames, isThere, POSTER } from '../rendering/avatar-folder.ts';
import { type AvatarFacts, AvatarIndex } from '../rendering/avatar-index.ts';
import { renderingError } from '../rendering/rendering-error.ts';
import type { AvatarDetail } from './contract.ts';
import type { FoundFacts } from './drawing-messages.ts';

export interface GalleryOptions {
  readonly avatarsDir: string;
  readonly defaultAvatar: string;
  readonly protectShipped: boolean;
  /** Loads avatars, in another process: each takes a tenth of a second. */
  readonly load: (names: readonly string[]) => Promise<readonly FoundFacts[]>;
  /** Where is kept which ones have loaded before, see AvatarIndex. */
  readonly indexDir?: string | undefined;
  readonly onBroken?: (name: string, problem: string) => void;
}

interface Known {
  readonly changedMs: number;
  readonly bytes: number;
  readonly facts?: AvatarFacts;
  readonly problem?: SerialisedError;
}

/** The avatars of a folder as they are at this moment, whoever put them there. Only what is new or has changed is loaded. */
export class Gallery {
  readonly #options: GalleryOptions;
  readonly #known = new Map<string, Known>();
  /** One look at a time; whoever asks meanwhile waits for the next. */
  #looking: Promise<unknown> = Promise.resolve();

  constructor(options: GalleryOptions) {
    this.#options = options;
  }

  /** Every avatar that loads, by name. */
  async list(): Promise<AvatarDetail[]> {
    const { avatarsDir } = this.#options;
    await this.#look();
    const found = await Promise.all(
      [...this.#known].map(
        async ([name, { facts, changedMs }]) =>
          facts && this.#detail(name, facts, changedMs, await isThere(join(avatarsDir, name, POSTER))),
      ),
    );
    return found.filter((avatar) => avatar !== undefined).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws VisavisError `avatar_unknown`, `avatar_invalid` */
  async get(name: string): Promise<AvatarDetail> {
    await this.#look();
    const known = this.#known.get(name);
    if (known?.problem) throw reviveError(known.problem);
    if (!known?.facts) throw renderingError('avatar_unknown', `There is no avatar "${name.slice(0, 64)}"`);
    return this.#detail(name, known.facts, known.changedMs, await isThere(join(this.#options.avatarsDir, name, POSTER)));
  }

  #detail(name: string, facts: AvatarFacts, changedMs: number, hasPoster: boolean): AvatarDetail {
    const isDefault = name === this.#options.defaultAvatar;
    const isRemovable = !isDefault && (facts.provenance !== undefined || !this.#options.protectShipped);
    return { name, ...facts, hasPoster, changedMs, isDefault, isRemovable };
  }

  #look(): Promise<void> {
    const look = this.#looking.then(() => this.#refresh());
    this.#looking = look.catch(() => undefined);
    return look;
  }

  async #refresh(): Promise<void> {
    const { avatarsDir, load, indexDir, onBroken } = this.#options;
    const files = new Map<string, Known>();
    for (const name of await avatarNames(avatarsDir)) {
      const file = await stat(join(avatarsDir, name, 'avatar.json')).catch(() => undefined);
      if (file) files.set(name, { changedMs: file.mtimeMs, bytes: file.size });
    }
    for (const name of this.#known.keys()) if (!files.has(name)) this.#known.delete(name);
    const changed = [...files].filter(([name, file]) => !isSame(this.#known.get(name), file)).map(([name]) => name);
    if (changed.length === 0) return;

    const index = await AvatarIndex.open(avatarsDir, indexDir);
    const pathOf = (name: string) => join(avatarsDir, name, 'avatar.json');
    const unknown: string[] = [];
    for (const name of changed) if (!(await index.has(name, pathOf(name)))) unknown.push(name);
    const loaded = new Map(unknown.length === 0 ? [] : (await load(unknown)).map((found) => [found.name, found]));
    const factsOf = async (name: string): Promise<AvatarFacts> => {
      const found = loaded.get(name) ?? this.#known.get(name);
      if (found?.facts) return found.facts;
      throw found?.problem ? reviveError(found.problem) : renderingError('avatar_unknown', `There is no avatar "${name}"`);
    };
    for (const [name, file] of files) {
      const isChanged = changed.includes(name);
      if (!isChanged && this.#known.get(name)?.problem) continue;
      try {
        this.#known.set(name, { ...file, facts: await index.facts(name, pathOf(name), () => factsOf(name)) });
      } catch (error) {
        if (!(error instanceof VisavisError)) continue; // gone meanwhile
        this.#known.set(name, { ...file, problem: error.toJSON() });
        onBroken?.(name, error.message);
      }
    }
    await index.save();
  }
}

const isSame = (known: Known | undefined, { changedMs, bytes }: Known): boolean => known?.changedMs === changedMs && known.bytes === bytes;
