import { primaryLanguage } from '../core/language.ts';

const SENTENCES: Readonly<Record<string, string> & { en: string }> = {
  en: 'Hello, it is good to see you. What would you like to talk about today?',
  ar: 'مرحباً، يسعدني أن أراك. عمّ تودّ أن نتحدث اليوم؟',
};

/** What a face says in a clip when nobody chose the words. */
export const usualSentence = (language: string): string => SENTENCES[primaryLanguage(language)] ?? SENTENCES.en;
