import { describe, expect, test } from 'vitest';
import { engineLines } from './engine-lines.ts';
import { pageOptions, withoutToken } from './preferences.ts';
import { localeOf } from './strings.ts';

describe('address of the page', () => {
  test('says who should answer, and whether to begin', () => {
    expect(pageOptions('?avatar=mia&voice=slt&language=ar&rendering=client&renderer=wasm&token=abc&autostart')).toEqual({
      avatar: 'mia',
      voice: 'slt',
      language: 'ar',
      rendering: 'client',
      renderer: 'wasm',
      token: 'abc',
      autostart: true,
    });
    expect(pageOptions('?autostart=0').autostart).toBe(false);
    expect(pageOptions('?avatar=%20')).toMatchObject({ avatar: undefined, autostart: false });
    expect(['', '?rendering=sculptor', '?rendering=server'].map((search) => pageOptions(search).rendering)).toEqual([
      'auto',
      'auto',
      'server',
    ]);
    expect(['', '?renderer=crayon', '?renderer=webgpu'].map((search) => pageOptions(search).renderer)).toEqual(['auto', 'auto', 'webgpu']);
  });

  test('loses the token and nothing else', () => {
    expect(withoutToken('https://example.net/?token=abc&avatar=mia')).toBe('https://example.net/?avatar=mia');
  });
});

describe('languages', () => {
  test('the first one that the pages are written in', () => {
    expect(localeOf(undefined, 'fr', 'ar-EG', 'en')).toMatchObject({ language: 'ar', direction: 'rtl' });
    expect(localeOf('fr')).toMatchObject({ language: 'en', direction: 'ltr' });
    expect(localeOf('constructor')).toMatchObject({ language: 'en' });
  });
});

test('the corner names what runs, and says what is missing', () => {
  const { strings } = localeOf('en');
  const lines = engineLines(
    [
      { stage: 'asr', id: 'pocketsphinx', state: 'missing' },
      { stage: 'tts', id: 'festival', name: 'Festival', state: 'running' },
      { stage: 'tts', id: 'flite', state: 'standby' },
      { stage: 'vad', id: 'silero', state: 'running' },
    ],
    strings,
  );
  expect(lines).toEqual([
    { label: 'Recogniser', value: 'none' },
    { label: 'Voice', value: 'Festival' },
  ]);
});
