import { portraitError } from '../portrait-error.ts';
import { faceApi } from './face-api.ts';
import type { LandmarkEngine, LandmarkEngineFile } from './landmark-engine.ts';

/** Best first; a new engine is one file and one entry. */
const ENGINES: readonly LandmarkEngineFile[] = [faceApi];

export const AUTO = 'auto';
export const OFF = 'off';

/** The engine of that name, or with `auto` the first that is installed. @throws VisavisError `landmarks_missing` */
export async function openLandmarkEngine(id: string): Promise<LandmarkEngine> {
  const file = id === AUTO ? ENGINES.find((engine) => engine.isInstalled()) : ENGINES.find((engine) => engine.id === id);
  if (!file?.isInstalled()) {
    throw portraitError(
      'landmarks_missing',
      id === AUTO || id === OFF ? 'There is no landmark engine to find the face with' : `The landmark engine "${id}" is not installed`,
    );
  }
  return file.open();
}
