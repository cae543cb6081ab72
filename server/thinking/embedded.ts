import type { Feeling } from '../core/emotion.ts';
import type { Message, Persona, ReplyPart } from './contract.ts';
import type { Match, Knowledge } from './knowledge/knowledge.ts';
import type { Section } from './knowledge/documents.ts';
import { contentWordsOf } from './knowledge/normalise.ts';
import { smallTalk } from './small-talk.ts';
import { sympathy, wordsOfSympathy } from './sympathy.ts';

export interface EmbeddedOptions {
  readonly knowledge: Knowledge;
  readonly answerThreshold: number;
  readonly suggestThreshold: number;
  readonly nowDate: () => Date;
}

interface Question {
  readonly text: string;
  readonly history: readonly Message[];
  readonly persona: Persona;
  readonly language: string;
  readonly visitor?: Feeling | undefined;
}

/** What somebody listens to before he wants to say something himself; "tell me more" gives the rest. */
const MAX_SPOKEN_CHARS = 170;
const DID_YOU_MEAN = {
  en: ['Did you mean:', 'Say yes, or ask in another way.'],
  ar: ['هل تقصد:', 'قل نعم، أو اسأل بطريقة أخرى.'],
} as const;
const UNKNOWN = { en: "I'm sorry, I don't know that.", ar: 'عذراً، لا أعرف ذلك.' };

/**
 * The responder that needs no model: small talk, and answers out of the knowledge in the words of its documents. It
 * says so when it does not know, asks back when it is not sure, and follows up ("tell me more", "yes", "how do I install it?").
 */
export class EmbeddedResponder {
  readonly #options: EmbeddedOptions;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
  }

  *reply(question: Question): Generator<ReplyPart> {
    yield { type: 'engine', engine: 'embedded' };
    for (const part of this.#answer(question)) {
      if (part.type === 'text') yield* tokens(part.text);
      else yield part;
    }
  }

  /** The best section for a question on its own or, where it has no subject, on the subject that was talked about. */
  find(text: string, history: readonly Message[]): Match | undefined {
    const direct = this.#options.knowledge.search(text, 1)[0];
    if (direct && direct.confidence >= this.#options.answerThreshold) return direct;
    if (!refersBack(text)) return direct;
    const subject = this.#lastSubject(history);
    if (!subject) return direct;
    const joined = this.#options.knowledge.search(`${text} ${subject.title}`, 2);
    return joined.find(({ section }) => section.id !== subject.id) ?? joined[0] ?? direct;
  }

  #answer(question: Question): ReplyPart[] {
    const { text, history, persona, language } = question;
    const seed = hash(text + history.length);
    const talk = smallTalk(text, persona.name, seed);
    if (talk) {
      return [
        ...(talk.emotion ? [{ type: 'emotion', emotion: talk.emotion, intensity: 0.7 } as const] : []),
        ...(talk.gesture ? [{ type: 'gesture', gesture: talk.gesture } as const] : []),
        { type: 'text', text: talk.text },
      ];
    }
    const spokenLanguage = languageOf(language);
    const matter = this.#aboutTheConversation(question) ?? this.#outOfTheKnowledge(question, spokenLanguage, seed);
    return [...sympathy(question.visitor, history, spokenLanguage), ...matter];
  }

  #aboutTheConversation({ text, history }: Question): ReplyPart[] | undefined {
    const words = plainWords(text);
    const last = history.findLast(({ role }) => role === 'assistant');
    if (
      /^((can|could) you )?(please )?(repeat|say)( that| it)?( again)?( please)?$|^(pardon|sorry|excuse me|what did you say)$/.test(
        words,
      ) &&
      last
    )
      return [say(last.text)];
    if (/^what time is it( now)?$|^what s? ?(is )?the time$/.test(words)) {
      return [say(`It is ${this.#options.nowDate().toLocaleTimeString('en-GB', { hour: 'numeric', minute: '2-digit', hour12: true })}.`)];
    }
    if (/^(what day is (it|today)|what is (the date|today s date|today))( today)?$/.test(words)) {
      return [say(`Today is ${this.#options.nowDate().toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })}.`)];
    }
    if (last && /^(yes|yeah|yep|sure|ok|okay|right|exactly|نعم|اي|صح)( please)?$/.test(words)) {
      const offered = /^(?:Did you mean:|هل تقصد:) (.+?)\? /.exec(last.text)?.[1];
      const section = offered && this.#options.knowledge.byTitle(offered);
      if (section) return [say(spoken(section, 0).text)];
    }
    if (
      /^(tell me )?(more|more please|go on|continue|and then|what else)( about (it|that))?( please)?$|^(tell|explain) (me )?more( about (it|that))?$/.test(
        words,
      )
    )
      return this.#more(history);
    return undefined;
  }

  /** What the last answer left out. */
  #more(history: readonly Message[]): ReplyPart[] | undefined {
    const last = history.findLast(({ role }) => role === 'assistant');
    const section = this.#lastSubject(history);
    if (!section || !last) return undefined;
    const told = section.sentences.findLastIndex((sentence) => last.text.includes(sentence.slice(0, 40)));
    const rest = spoken(section, told + 1);
    return [say(rest.text || 'That is all I know about it.')];
  }

  /** What the documents answer, and what is said where they don't. */
  likelyAnswers(language: string): readonly string[] {
    const spokenLanguage = languageOf(language);
    const { sections } = this.#options.knowledge;
    const known = sections.flatMap((section) => [spoken(section, 0).text, didYouMean(section, spokenLanguage)]);
    return [UNKNOWN[spokenLanguage], ...wordsOfSympathy(spokenLanguage), ...known];
  }

  #outOfTheKnowledge({ text, history }: Question, language: 'en' | 'ar', seed: number): ReplyPart[] {
    const { answerThreshold, suggestThreshold, knowledge } = this.#options;
    const best = this.find(text, history);
    if (best && best.confidence >= answerThreshold) {
      return [{ type: 'gesture', gesture: 'nod' }, say(spoken(best.section, bestStart(best.section, text)).text)];
    }
    if (best && best.confidence >= suggestThreshold) {
      return [{ type: 'gesture', gesture: 'tilt' }, say(didYouMean(best.section, language))];
    }
    const titles = knowledge.sections.filter(({ title }) => /[?؟]$/.test(title));
    const example = titles[Math.abs(seed) % Math.max(1, titles.length)]?.title;
    const offer = !example ? '' : language === 'ar' ? ` يمكنك أن تسألني مثلاً: ${example}` : ` You could ask me, for example: ${example}`;
    return [{ type: 'emotion', emotion: 'sad', intensity: 0.3 }, say(UNKNOWN[language] + offer)];
  }

  #lastSubject(history: readonly Message[]): Section | undefined {
    const { knowledge } = this.#options;
    const last = history.findLast(({ role }) => role === 'assistant');
    const told =
      last &&
      knowledge.sections.find(({ sentences }) =>
        sentences.some((sentence) => sentence.length > 20 && last.text.includes(sentence.slice(0, 40))),
      );
    if (told) return told;
    const asked = history.findLast(({ role }) => role === 'user');
    return asked && knowledge.search(asked.text, 1).find(({ confidence }) => confidence >= this.#options.answerThreshold)?.section;
  }
}

const plainWords = (text: string): string =>
  text
    .toLowerCase()
    .replace(/['’]/g, ' ')
    .replace(/[^\p{L}\p{N} ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const say = (text: string): ReplyPart => ({ type: 'text', text });

/** A question without a subject of its own: "how do I install it?", "and why?" */
const refersBack = (text: string): boolean =>
  /\b(it|that|this|they|them|there|هذا|ذلك|هو|هي)\b/i.test(text) || contentWordsOf(text).length <= 1;

const languageOf = (language: string): 'en' | 'ar' => (language.startsWith('ar') ? 'ar' : 'en');

function didYouMean({ title }: Section, language: 'en' | 'ar'): string {
  const [ask, how] = DID_YOU_MEAN[language];
  return `${ask} ${title.replace(/[?؟.]+$/, '')}? ${how}`;
}

/** Two or three sentences: what somebody can listen to. */
function spoken(section: Section, from: number): { text: string } {
  let text = '';
  for (const sentence of section.sentences.slice(from)) {
    if (text && text.length + sentence.length > MAX_SPOKEN_CHARS) break;
    text += (text ? ' ' : '') + sentence;
  }
  return { text };
}

/** A long section is entered at the sentence that has most of the question's words, unless its heading asks much the same. */
function bestStart(section: Section, question: string): number {
  const asked = new Set(contentWordsOf(question));
  const isHeading = [section.title, ...section.aliases].some((heading) => {
    const named = contentWordsOf(heading).filter((word) => asked.has(word));
    return named.length * 2 >= asked.size;
  });
  if (isHeading || section.text.length <= MAX_SPOKEN_CHARS) return 0;
  const scores = section.sentences.map((sentence) => contentWordsOf(sentence).filter((word) => asked.has(word)).length);
  return (scores[0] ?? 0) > 0 ? 0 : Math.max(0, scores.indexOf(Math.max(...scores)));
}

/** Word by word, like any model. */
function* tokens(text: string): Generator<ReplyPart> {
  for (const token of text.match(/\s*\S+\s*$|\s*\S+/g) ?? []) yield say(token);
}

function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) | 0;
  return value;
}
