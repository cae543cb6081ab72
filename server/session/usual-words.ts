import { primaryLanguage } from '../core/language.ts';

export interface UsualWords {
  /** `{name}` is replaced. */
  readonly greeting: string;
  readonly silencePrompt: string;
}

const ENGLISH: UsualWords = { greeting: "Hello! I'm {name}. Ask me anything.", silencePrompt: 'Are you still there?' };

const WORDS: Readonly<Record<string, UsualWords>> = {
  en: ENGLISH,
  ar: { greeting: 'مرحبا! أنا {name}. اسألني ما تشاء.', silencePrompt: 'هل ما زلت هنا؟' },
  de: { greeting: 'Hallo! Ich bin {name}. Fragen Sie mich, was Sie möchten.', silencePrompt: 'Sind Sie noch da?' },
  es: { greeting: '¡Hola! Soy {name}. Pregúntame lo que quieras.', silencePrompt: '¿Sigues ahí?' },
  fr: { greeting: 'Bonjour ! Je suis {name}. Demandez-moi ce que vous voulez.', silencePrompt: 'Vous êtes toujours là ?' },
  it: { greeting: 'Ciao! Sono {name}. Chiedimi quello che vuoi.', silencePrompt: 'Ci sei ancora?' },
  pt: { greeting: 'Olá! Eu sou {name}. Pergunte-me o que quiser.', silencePrompt: 'Ainda está aí?' },
};

/** What is said where the configuration says nothing, in the language of the call (BCP 47); English where there are no words in it. */
export const usualWords = (language: string): UsualWords => WORDS[primaryLanguage(language)] ?? ENGLISH;
