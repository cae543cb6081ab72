import { writeAvatar } from '../../models/avatar/avatar.ts';
import { makeAvatar, type Parameters } from '../../models/avatar/make.ts';
import { personOfBrief, robotOfBrief } from '../../models/avatar/person-of-brief.ts';
import type { PersonBrief } from '../casting/brief.ts';

/** One person to be drawn by the project's own generator. */
export interface Drawing {
  readonly brief: PersonBrief;
  readonly style: 'illustrated' | 'sculpted';
  readonly name: string;
  readonly title?: string | undefined;
  /** Gets avatar.json, the atlas and the stills. */
  readonly folder: string;
  /** The words that were asked for, kept with the avatar. */
  readonly words?: string | undefined;
  readonly draft?: boolean | undefined;
}

/** What of the work each step of the generator is, about; the rest is growing, combing and packing in between. */
const STEPS: Readonly<Record<string, number>> = {
  shadows: 0.04,
  head: 0.2,
  pods: 0.2,
  body: 0.1,
  'left lid': 0.05,
  'right lid': 0.05,
  mouthOpen: 0.08,
  mouthSmile: 0.08,
  mouthRound: 0.08,
  'back hair': 0.1,
  'side hair': 0.1,
  'front hair': 0.1,
};

/** Turns the generator's steps, each of which goes from 0 to 1, into one share of all that never falls. */
export function overallShare(): (what: string, share: number) => number {
  let [current, before, overall] = ['', 0, 0];
  return (what, share) => {
    if (what !== current) {
      before += STEPS[current] ?? 0;
      current = what;
    }
    overall = Math.max(overall, Math.min(1, before + (STEPS[what] ?? 0) * share));
    return overall;
  };
}

/** Draws it and writes its folder. Computes for a second (illustrated) or minutes (sculpted). */
export async function drawBrief(drawing: Drawing, onProgress: (what: string, share: number) => void): Promise<void> {
  const { brief, folder, words, draft } = drawing;
  const overall = overallShare();
  const { rig, atlas } = await makeAvatar(parametersOf(drawing), {
    quality: draft ? 'draft' : 'shipped',
    onProgress: (what, share) => onProgress(what, overall(what, share)),
  });
  const provenance = { kind: 'words' as const, ...(words ? { words: words.slice(0, 2000) } : {}), seed: brief.seed };
  await writeAvatar(folder, { rig: { ...rig, provenance }, atlas }, { fast: true });
}

function parametersOf({ brief, style, name, title }: Drawing): Parameters {
  const titled = title ? { ...brief, title } : brief;
  if (brief.kind === 'robot') return { style: 'robot', robot: robotOfBrief(titled, name) };
  if (style === 'illustrated') return { style, name, brief: titled };
  return { style, person: personOfBrief(titled, name) };
}
