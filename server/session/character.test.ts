import { describe, expect, it } from 'vitest';
import { configSchema } from '../core/config-schema.ts';
import { personaOf } from './character.ts';

const greetingIn = (language: string, greeting?: string) =>
  personaOf(configSchema.parse({ persona: { greeting } }), 'mia', { name: 'Mia' }, { language }).greeting;

describe('a greeting', () => {
  it.each([
    ['en-GB', "Hello! I'm Mia. Ask me anything."],
    ['ar-EG', 'مرحبا! أنا Mia. اسألني ما تشاء.'],
    ['de', 'Hallo! Ich bin Mia. Fragen Sie mich, was Sie möchten.'],
    ['sw', "Hello! I'm Mia. Ask me anything."],
  ])('that nobody has configured is in the language of the call: %s', (language, greeting) => {
    expect(greetingIn(language)).toBe(greeting);
  });

  it('that is configured is said in every language, also when it is nothing', () => {
    expect(greetingIn('ar', 'Welcome to {name}!')).toBe('Welcome to Mia!');
    expect(greetingIn('ar', '')).toBe('');
  });
});
