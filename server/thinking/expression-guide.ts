import { CONTROL_NAMES, USUAL_CONTROLS } from '../core/avatar-controls.ts';
import type { Feeling } from '../core/emotion.ts';
import { EMOTIONS } from '../core/speech.ts';
import { GESTURES } from './inline-marks.ts';

const list = (names: readonly string[]): string => names.map((name) => `[${name}]`).join(' ');
const EXAMPLE = JSON.stringify({ emotion: 'happy', ...USUAL_CONTROLS, head_tilt: 0.2, eyebrow_raise: 0.3 });

/** Tells a language model how it may move the face. The names of the object are those of the avatar controller. */
export const EXPRESSION_GUIDE = `Your face is seen while you speak. Where a feeling or gesture belongs to a sentence, begin the sentence with one mark, which is shown and never spoken: ${list(EMOTIONS)} ${list(GESTURES)}. To steer the face more finely, write one JSON object before a sentence, with any of emotion, ${CONTROL_NAMES.join(', ')}, numbers from 0 to 1: ${EXAMPLE}. Use both sparingly.`;

/** Below this nobody would mention it. */
const WORTH_SAYING = 0.4;

/** What the visitor seems to feel, for the system prompt; empty where that is not known. */
export function feelingLine(visitor: Feeling | undefined): string {
  if (!visitor || visitor.emotion === 'neutral' || visitor.confidence < WORTH_SAYING) return '';
  return `By words and voice the visitor seems ${visitor.emotion} (${Math.round(100 * visitor.confidence)} % sure). Let the tone of your answer suit that, without naming it.`;
}
