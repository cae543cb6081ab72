import type { PersonBrief } from './brief.ts';

/** What an image-generation server is told. */
export interface PortraitPrompt {
  readonly prompt: string;
  /** What would keep the picture from becoming an avatar. */
  readonly negativePrompt: string;
}

const FRAMING =
  'Passport-style photograph of one person, front view, head and shoulders centred with room above the hair, face fills half of the height, looking straight into the camera, head upright, mouth closed, eyes open, even soft light from the front, sharp focus, plain background';
const UNWANTED =
  'profile, turned head, tilted head, several people, hands, open mouth, teeth, sunglasses, mask, hair over the eyes, text, watermark, frame, cropped head, harsh shadow, blur, cartoon, painting';
/** Longest description by a language model that is passed on. */
const MAX_DESCRIPTION_CHARS = 1_200;

const ORIGINS: Readonly<Record<PersonBrief['origin'], string>> = {
  european: 'European',
  arab: 'Arab',
  african: 'African',
  'south-asian': 'South Asian',
  'east-asian': 'East Asian',
  'southeast-asian': 'Southeast Asian',
  latin: 'Latin American',
};
const SKIN = ['very fair', 'fair', 'light', 'light olive', 'olive', 'tan', 'brown', 'deep brown', 'dark brown', 'very dark'] as const;

/** The fixed framing, and who is to be seen: as the language model described them, or out of the brief. */
export function portraitPrompt(brief: PersonBrief, description?: string): PortraitPrompt {
  const written = description?.replace(/\s+/g, ' ').trim().slice(0, MAX_DESCRIPTION_CHARS);
  return { prompt: `${FRAMING}. ${written || describe(brief)}`, negativePrompt: UNWANTED };
}

/** A brief in words that image generators know. */
export function describe(brief: PersonBrief): string {
  const { hair, eyes, headCover, clothes } = brief;
  const said = (text: string, when: boolean) => (when ? [text] : []);
  const plain = (name: string) => name.replaceAll('-', ' ');
  const covered = headCover.kind === 'hijab' || headCover.kind === 'turban';
  const shade = hair.grey > 0.75 ? 'white' : hair.grey > 0.35 ? `greying ${plain(hair.colour)}` : plain(hair.colour);
  return [
    brief.kind === 'robot'
      ? 'A friendly humanoid robot with a smooth shell and a human-like face'
      : `A ${brief.ageYears} year old ${ORIGINS[brief.origin]} ${brief.sex}`,
    `${SKIN[brief.skinTone - 1]} skin`,
    `${brief.face.shape} face`,
    ...said('full face', brief.face.fullness > 0.4),
    ...said('gaunt face', brief.face.fullness < -0.4),
    ...said('strong jaw', brief.face.jaw > 0.4),
    ...said('broad nose', brief.nose.width > 0.4),
    ...said('aquiline nose', brief.nose.bridge > 0.5),
    ...said('full lips', brief.lips.fullness > 0.4),
    ...said('thick eyebrows', brief.brows.thickness > 0.4),
    `${plain(eyes.colour)} ${plain(eyes.shape)} eyes`,
    ...said(hair.style === 'bald' ? 'bald head' : `${shade} ${plain(hair.style)} hair`, !covered),
    ...said(`${plain(headCover.colour)} ${headCover.kind}`, headCover.kind !== 'none'),
    ...said(brief.beard === 'full' || brief.beard === 'short' ? `${brief.beard} beard` : brief.beard, brief.beard !== 'none'),
    ...said(`${plain(brief.glasses)} glasses with clear lenses`, brief.glasses !== 'none'),
    ...said('freckles', brief.freckles > 0.3),
    ...said('earrings', brief.earrings),
    `wearing a ${plain(clothes.colour)} ${clothes.kind === 'tee' ? 't-shirt' : clothes.kind}`,
    `${brief.expression} expression`,
    `plain ${plain(brief.background)} background`,
  ].join(', ');
}

/** Instructions for a language model that writes the description. */
export const DESCRIBE_INSTRUCTIONS =
  'You write descriptions for portrait photographs. Answer with one paragraph of at most 80 English words that describes only the person: age, origin, skin, face, hair, eyes, clothes, expression, background. Keep every fact of the request, invent plausible details for the rest, mention no camera and no pose, add nothing else.';
