import { RENDERER_WISHES, type RendererWish } from '../element/drawn-face/face-drawing.ts';
import { RENDERING_WISHES, type RenderingWish } from '../element/rendering-place.ts';

/** What the page remembers on this device, and what its address asks for. Nothing that was said is ever kept. */
export type Theme = 'light' | 'dark';

const THEME_KEY = 'visavis.theme';
const CAPTIONS_KEY = 'visavis.captions';

// Storage throws where the visitor has blocked it; the page then simply forgets.
function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // See above.
  }
}

const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

export const preferences = {
  get theme(): Theme {
    const chosen = read(THEME_KEY);
    return chosen === 'light' || chosen === 'dark' ? chosen : systemTheme();
  },
  /** Stays with the system's choice until somebody chooses otherwise. */
  set theme(theme: Theme) {
    write(THEME_KEY, theme);
    applyTheme();
  },
  get captions(): boolean {
    return read(CAPTIONS_KEY) !== 'off';
  },
  set captions(on: boolean) {
    write(CAPTIONS_KEY, on ? 'on' : 'off');
  },
};

export function applyTheme(): void {
  const chosen = read(THEME_KEY);
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
  else delete document.documentElement.dataset['theme'];
}

/** `?avatar=&voice=&language=&rendering=&renderer=&token=&autostart`. */
export interface PageOptions {
  readonly avatar: string | undefined;
  readonly voice: string | undefined;
  readonly language: string | undefined;
  /** Who draws the face. */
  readonly rendering: RenderingWish;
  /** What this browser draws with, where it draws. */
  readonly renderer: RendererWish;
  readonly token: string | undefined;
  readonly autostart: boolean;
}

export function pageOptions(search: string): PageOptions {
  const query = new URLSearchParams(search);
  const text = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const autostart = query.get('autostart');
  return {
    avatar: text('avatar'),
    voice: text('voice'),
    language: text('language'),
    rendering: RENDERING_WISHES.find((wish) => wish === query.get('rendering')) ?? 'auto',
    renderer: RENDERER_WISHES.find((wish) => wish === query.get('renderer')) ?? 'auto',
    token: text('token'),
    autostart: autostart !== null && autostart !== '0' && autostart !== 'false',
  };
}

/** A join token works once: it has no business in the address bar, in bookmarks or in a shared link. */
export function withoutToken(href: string): string {
  const url = new URL(href);
  url.searchParams.delete('token');
  return url.href;
}
