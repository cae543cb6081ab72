import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRig } from '../face/load-rig.ts';
import { IMPORT_LIMITS } from './contract.ts';
import { openLandmarkEngine } from './landmarks/engines.ts';
import { faceApi } from './landmarks/face-api.ts';
import type { LandmarkEngine } from './landmarks/landmark-engine.ts';
import { readPhotograph } from './photograph.ts';
import { portrayed } from './pipeline.ts';

/** Real photographs, where they lie beside the project and the landmark engine is installed. */
const FOLDER = fileURLToPath(new URL('../../../shared/material/portraits/', import.meta.url));
const present = existsSync(join(FOLDER, 'male_0.jpg')) && faceApi.isInstalled();

/** What each hostile picture is refused for; the others become avatars. */
const REFUSED: Readonly<Record<string, string>> = {
  // Its name notwithstanding it holds one frame, of 256 pixels.
  'animated.gif': 'portrait_too_small',
  'decompression_bomb_30000x30000.png': 'portrait_too_large',
  'extreme_aspect_1600x60.png': 'portrait_too_small',
  'face_alpha_circle.png': 'portrait_empty',
  'face_upside_down_no_exif.jpg': 'portrait_tilted',
  'full-length-hand-at-face_female_98.jpg': 'portrait_too_small',
  'full-length-tiny-face_male_63.jpg': 'portrait_too_small',
  'fully_transparent.png': 'portrait_empty',
  'multi_face_2_side_by_side.jpg': 'portrait_several_faces',
  'multi_face_4.jpg': 'portrait_several_faces',
  'near-profile_female_82.jpg': 'portrait_turned',
  'noface_exif_orientation_1.jpg': 'portrait_no_face',
  'noface_exif_orientation_6.jpg': 'portrait_no_face',
  'noface_uv-grid.png': 'portrait_no_face',
  'png_named_jpg.jpg': 'portrait_empty',
  'text_renamed.jpg': 'portrait_not_picture',
  'three-quarter_female_42.jpg': 'portrait_turned',
  'tiny_32px.jpg': 'portrait_too_small',
  'truncated_60pct.jpg': 'portrait_broken',
  'zero_bytes.jpg': 'portrait_not_picture',
};

describe.runIf(present)('photographs of people', () => {
  let engine: LandmarkEngine;
  beforeAll(async () => {
    engine = await openLandmarkEngine('auto');
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const attempt = async (path: string) =>
    portrayed(await readPhotograph(readFileSync(path), IMPORT_LIMITS), {
      identity: { name: 'somebody', title: 'Somebody', origin: 'a test', licence: 'none' },
      openEngine: async () => engine,
      onStage: () => undefined,
    });

  // A closed mouth and a smile; bench/portrait.ts takes them all.
  it.each(['male_32.jpg', 'female_52.jpg'])('become avatars: %s', async (name) => {
    const { rig, measures } = await attempt(join(FOLDER, name));
    const loaded = loadRig(JSON.parse(JSON.stringify(rig)));
    expect(loaded.triangleCount).toBeLessThan(11_500);
    expect(measures.landmarkJitter).toBeLessThan(4.5);
  });

  it.each(Object.entries(REFUSED))('are refused: %s', async (name, code) => {
    await expect(attempt(join(FOLDER, 'hostile', name))).rejects.toMatchObject({ code });
  });

  it('turned away so far that nothing but an ear is certain are refused, whatever is said first', async () => {
    await expect(attempt(join(FOLDER, 'hostile', 'turned-away-small-face_female_66.jpg'))).rejects.toMatchObject({
      code: expect.stringMatching(/^portrait_(turned|hidden|tilted|too_small)$/),
    });
  });
});
