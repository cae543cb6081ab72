import { serveParent } from '../../core/child.ts';
import type { Picture } from '../contract.ts';
import { PictureClassifier } from './picture-classifier.ts';
import { TextClassifier } from './text-classifier.ts';

/** The process in which the optional emotion models run. */
export interface EmotionChildInit {
  readonly textFolder?: string | undefined;
  readonly pictureFile?: string | undefined;
}

let text: TextClassifier | undefined;
let picture: PictureClassifier | undefined;

serveParent<EmotionChildInit>({
  async start({ textFolder, pictureFile }) {
    [text, picture] = await Promise.all([
      textFolder === undefined ? undefined : TextClassifier.load(textFolder),
      pictureFile === undefined ? undefined : PictureClassifier.load(pictureFile),
    ]);
  },
  ask: (body) => (body.kind === 'text' ? text?.estimate(body['text'] as string) : picture?.estimate(body['picture'] as Picture)),
  async stop() {
    await Promise.all([text?.close(), picture?.close()]);
  },
});
