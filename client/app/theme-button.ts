import { html } from 'lit';
import { icons } from './icons.ts';
import { preferences, type Theme } from './preferences.ts';

interface ThemeWords {
  readonly themeLight: string;
  readonly themeDark: string;
}

/** Changes between light and dark colours, and remembers it. */
export const themeButton = (theme: Theme, words: ThemeWords, onChange: (theme: Theme) => void): unknown => {
  const isDark = theme === 'dark';
  const title = isDark ? words.themeLight : words.themeDark;
  return html`<button
    class="icon-button"
    type="button"
    title=${title}
    aria-label=${title}
    @click=${() => {
      preferences.theme = isDark ? 'light' : 'dark';
      onChange(preferences.theme);
    }}
  >
    ${isDark ? icons.sun : icons.moon}
  </button>`;
};
