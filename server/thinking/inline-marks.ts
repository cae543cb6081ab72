import { EMOTIONS, type Emotion, type Gesture } from '../core/speech.ts';
import type { ReplyPart } from './contract.ts';

const GESTURES: readonly Gesture[] = ['nod', 'shake', 'tilt', 'brows', 'smile', 'think'];
const MAX_TAG_CHARS = 24;

/**
 * Turns a model's raw text into reply parts: `[happy]` or `[nod]` become marks, the thoughts of a reasoning model
 * (`<think>…</think>`) and control characters disappear. Works on a stream cut anywhere.
 */
export class InlineMarks {
  #pending = '';
  #thinking = false;
  /** White space that goes with what was just taken out, which may come in the next piece. */
  #skip: RegExp | undefined;

  *push(text: string): Generator<ReplyPart> {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
    this.#pending += text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
    yield* this.#take(false);
  }

  /** What was held back because it might have become a mark. */
  *end(): Generator<ReplyPart> {
    yield* this.#take(true);
  }

  *#take(atEnd: boolean): Generator<ReplyPart> {
    for (;;) {
      if (this.#thinking) {
        const close = this.#pending.indexOf('</think>');
        if (close < 0) {
          this.#pending = atEnd ? '' : this.#pending.slice(-8);
          return;
        }
        this.#pending = this.#pending.slice(close + 8);
        this.#thinking = false;
        this.#skip = /^\s+/;
      }
      if (this.#skip && this.#pending) {
        const all = this.#skip.source !== '^ ';
        this.#pending = this.#pending.replace(this.#skip, '');
        if (!all || this.#pending) this.#skip = undefined;
      }
      const open = this.#pending.search(/[[<]/);
      if (open < 0) {
        if (this.#pending) yield { type: 'text', text: this.#pending };
        this.#pending = '';
        return;
      }
      if (open > 0) yield { type: 'text', text: this.#pending.slice(0, open) };
      this.#pending = this.#pending.slice(open);
      if (this.#pending.startsWith('<think>')) {
        this.#thinking = true;
        continue;
      }
      const tag = /^\[([a-z]+)(?::(0?\.\d+|1|0))?\]/i.exec(this.#pending);
      const mark = tag && markOf(tag[1] as string, tag[2]);
      if (tag && mark) {
        yield mark;
        this.#pending = this.#pending.slice(tag[0].length);
        this.#skip = /^ /;
      } else if (!atEnd && this.#pending.length < MAX_TAG_CHARS && /^(\[[a-z]*(:[\d.]*)?\]?|<(t(h(i(n(k)?)?)?)?)?)$/i.test(this.#pending)) {
        return;
      } else {
        yield { type: 'text', text: this.#pending.slice(0, 1) };
        this.#pending = this.#pending.slice(1);
      }
    }
  }
}

function markOf(name: string, intensity: string | undefined): ReplyPart | undefined {
  const word = name.toLowerCase();
  if (EMOTIONS.includes(word as Emotion))
    return { type: 'emotion', emotion: word as Emotion, intensity: intensity ? Number(intensity) : 0.7 };
  if (GESTURES.includes(word as Gesture)) return { type: 'gesture', gesture: word as Gesture };
  return undefined;
}
