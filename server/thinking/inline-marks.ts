import { CONTROL_NAMES, controlsIn } from '../core/avatar-controls.ts';
import { EMOTIONS, type Emotion, type Gesture } from '../core/speech.ts';
import type { ReplyPart } from './contract.ts';

export const GESTURES: readonly Gesture[] = ['nod', 'shake', 'tilt', 'brows', 'smile', 'think'];
const MAX_TAG_CHARS = 24;
/** Of an object that steers the face. */
const MAX_OBJECT_CHARS = 600;
/** Objects without any of these are text. */
const STEERS = new RegExp(`"(emotion|intensity|gesture|${CONTROL_NAMES.join('|')})"`);
const USUAL_INTENSITY = 0.7;

/**
 * Turns a model's raw text into reply parts: `[happy]` or `[nod]` become marks, and so does a JSON object that steers the
 * face (`{"emotion":"happy","head_tilt":0.3}`): what is valid in it is clamped and used, and nothing of it is ever
 * spoken. The thoughts of a reasoning model (`<think>…</think>`), code fences and control characters disappear. Works
 * on a stream cut anywhere.
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
        this.#drop(close + 8, /^\s+/);
        this.#thinking = false;
      }
      if (this.#skip && this.#pending) {
        const all = this.#skip.source !== '^ ';
        this.#pending = this.#pending.replace(this.#skip, '');
        if (!all || this.#pending) this.#skip = undefined;
      }
      const open = this.#pending.search(/[[<{`]/);
      if (open < 0) {
        if (this.#pending) yield { type: 'text', text: this.#pending };
        this.#pending = '';
        return;
      }
      if (open > 0) yield { type: 'text', text: this.#pending.slice(0, open) };
      this.#pending = this.#pending.slice(open);
      const taken = this.#pending.startsWith('{') ? this.#object(atEnd) : this.#tag(atEnd);
      if (taken === 'wait') return;
      yield* taken;
    }
  }

  /** What the pending text begins with: a tag, a thought, a fence, or a character that only looks like one. */
  #tag(atEnd: boolean): readonly ReplyPart[] | 'wait' {
    if (this.#pending.startsWith('<think>')) {
      this.#thinking = true;
      return [];
    }
    const tag = /^\[([a-z]+)(?::(0?\.\d+|1|0))?\]/i.exec(this.#pending);
    const mark = tag && markOf(tag[1] as string, tag[2]);
    if (tag && mark) {
      this.#drop(tag[0].length, /^ /);
      return [mark];
    }
    const mayGrow = !atEnd && this.#pending.length < MAX_TAG_CHARS;
    if (mayGrow && /^(\[[a-z]*(:[\d.]*)?\]?|<(t(h(i(n(k)?)?)?)?)?|`{1,2}|```[a-z]*)$/i.test(this.#pending)) return 'wait';
    const fence = /^```[a-z]{0,12}/i.exec(this.#pending);
    if (fence) {
      this.#drop(fence[0].length, /^\s+/);
      return [];
    }
    return this.#asText();
  }

  #object(atEnd: boolean): readonly ReplyPart[] | 'wait' {
    if (!/^\{\s*("|$)/.test(this.#pending)) return this.#asText();
    const window = this.#pending.slice(0, MAX_OBJECT_CHARS);
    const end = objectEnd(window);
    if (end === undefined && !atEnd && this.#pending.length < MAX_OBJECT_CHARS) return 'wait';
    const object = window.slice(0, end);
    if (!STEERS.test(object)) return this.#asText();
    this.#drop(object.length, /^\s+/);
    return end === undefined ? [] : marksIn(object);
  }

  #asText(): readonly ReplyPart[] {
    const text = this.#pending.slice(0, 1);
    this.#pending = this.#pending.slice(1);
    return [{ type: 'text', text }];
  }

  #drop(chars: number, skip: RegExp): void {
    this.#pending = this.#pending.slice(chars);
    this.#skip = skip;
  }
}

function markOf(name: string, intensity: string | undefined): ReplyPart | undefined {
  const word = name.toLowerCase();
  if (EMOTIONS.includes(word as Emotion))
    return { type: 'emotion', emotion: word as Emotion, intensity: intensity ? Number(intensity) : USUAL_INTENSITY };
  if (GESTURES.includes(word as Gesture)) return { type: 'gesture', gesture: word as Gesture };
  return undefined;
}

/** Behind the brace that closes the first one; undefined while it is open. */
function objectEnd(text: string): number | undefined {
  let depth = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth === 0) return index + 1;
  }
  return undefined;
}

/** The marks of an object that a model wrote, or of one inside it; what is no mark is left out. */
function marksIn(json: string): ReplyPart[] {
  let written: unknown;
  try {
    written = JSON.parse(json);
  } catch {
    return [];
  }
  const objects = [written, ...Object.values(written as object)].filter((value) => typeof value === 'object' && value !== null);
  return objects.flatMap((object) => {
    const { emotion, intensity, gesture } = object as Record<string, unknown>;
    const controls = controlsIn(object);
    const strength = typeof intensity === 'number' ? String(Math.min(1, Math.max(0, intensity))) : undefined;
    return [
      ...[emotion, gesture].flatMap((name) => (typeof name === 'string' ? (markOf(name, strength) ?? []) : [])),
      ...(controls ? [{ type: 'controls', controls } as const] : []),
    ];
  });
}
