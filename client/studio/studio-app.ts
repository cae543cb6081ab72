import { css, html, LitElement, nothing } from 'lit';
import type { AvatarDescription, MakingOptions } from '../../server/protocol/avatars.ts';
import { fetchCatalogue, type VoiceEntry } from '../app/catalogue.ts';
import { applyTheme, pageOptions, preferences, type Theme } from '../app/preferences.ts';
import { controlStyles } from '../app/shared-styles.ts';
import { localeOf } from '../app/strings.ts';
import { themeButton } from '../app/theme-button.ts';
import { asProblem, problemNote } from './fragments.ts';
import { StudioApi, type StudioProblem } from './studio-api.ts';
import { studioStrings } from './studio-strings.ts';
import { studioStyles } from './studio-styles.ts';

const TABS = ['describe', 'photo', 'gallery'] as const;
type Tab = (typeof TABS)[number];

/** The page `/studio`: faces of words, of photographs, and all that there are. The tab is in the address: `#photo`. */
export class StudioApp extends LitElement {
  static override styles = [
    controlStyles,
    studioStyles,
    css`
      .studio {
        position: fixed;
        inset: 0;
        overflow-y: auto;
        overscroll-behavior: contain;
        padding: env(safe-area-inset-top) max(clamp(1rem, 4vw, 3rem), env(safe-area-inset-right)) max(2rem, env(safe-area-inset-bottom))
          max(clamp(1rem, 4vw, 3rem), env(safe-area-inset-left));
        background: radial-gradient(90rem 50rem at 30% -10%, var(--ground-glow), transparent 70%), var(--ground);
        color: var(--ink);
      }
      .inner {
        max-inline-size: 76rem;
        margin-inline: auto;
      }
      .top {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        min-block-size: 4rem;
      }
      .brand {
        display: inline-flex;
        align-items: center;
        gap: 0.625rem;
        color: inherit;
        font: 500 1.25rem/1 var(--serif);
        text-decoration: none;
      }
      .brand img {
        inline-size: 1.75rem;
        block-size: 1.75rem;
      }
      h1 {
        margin: clamp(0.5rem, 2vw, 1.5rem) 0 1rem;
        font: 500 clamp(1.75rem, 4vw, 2.5rem)/1.15 var(--serif);
      }
      .tabs {
        display: flex;
        gap: 0.25rem;
        margin-block-end: 1.5rem;
        border-block-end: 1px solid var(--line);
      }
      .tabs button {
        min-block-size: 2.75rem;
        padding: 0.5rem clamp(0.75rem, 3vw, 1.25rem);
        color: var(--ink-soft);
        font-weight: 500;
        border-block-end: 3px solid transparent;
        margin-block-end: -1px;
      }
      .tabs button:hover {
        color: var(--ink);
      }
      .tabs [aria-selected='true'] {
        border-color: var(--accent);
        color: var(--ink);
      }
      dialog {
        inline-size: min(26rem, 100vw - 1.5rem);
        padding: 1.75rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface-raised);
        color: var(--ink);
      }
      dialog::backdrop {
        background: #0009;
      }
    `,
  ];

  static override properties = {
    tab: { state: true },
    options: { state: true },
    voices: { state: true },
    avatars: { state: true },
    problem: { state: true },
    theme: { state: true },
  };

  declare tab: Tab;
  declare options: MakingOptions | undefined;
  declare voices: readonly VoiceEntry[];
  declare avatars: readonly AvatarDescription[] | undefined;
  declare problem: StudioProblem | undefined;
  declare theme: Theme;
  readonly #api = new StudioApi();
  readonly #language = pageOptions(location.search).language;
  readonly #locale = localeOf(this.#language, ...(this.#language ? [] : navigator.languages));
  readonly #strings = studioStrings(this.#locale.language);

  constructor() {
    super();
    this.tab = tabOf(location.hash);
    this.options = undefined;
    this.voices = [];
    this.avatars = undefined;
    this.problem = undefined;
    this.theme = preferences.theme;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    applyTheme();
    document.documentElement.lang = this.#locale.language;
    document.documentElement.dir = this.#locale.direction;
    document.title = `${this.#strings.title} · Visavis`;
    addEventListener('hashchange', this.#onHash);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#onHash);
  }

  protected override render(): unknown {
    const strings = this.#strings;
    const live = this.#language ? `/?language=${encodeURIComponent(this.#language)}` : '/';
    return html`<div class="studio" @problem=${this.#onProblem}>
      <div class="inner">
        <div class="top">
          <a class="brand" href=${live} title=${strings.back}><img src="/favicon.svg" alt="" width="28" height="28" />Visavis</a>
          ${themeButton(this.theme, strings, (theme) => {
            this.theme = theme;
          })}
        </div>
        <main>
          <h1>${strings.title}</h1>
          <div class="tabs" role="tablist" @keydown=${this.#onTabKey}>
            ${TABS.map(
              (tab) => html`<button
                type="button"
                role="tab"
                id="tab-${tab}"
                aria-selected=${tab === this.tab}
                aria-controls="panel-${tab}"
                tabindex=${tab === this.tab ? 0 : -1}
                @click=${() => this.#show(tab)}
              >
                ${strings.tabs[tab]}
              </button>`,
            )}
          </div>
          ${problemNote(this.problem)}
          <div role="tabpanel" id="panel-describe" aria-labelledby="tab-describe" ?hidden=${this.tab !== 'describe'}>
            <visavis-describe
              .api=${this.#api}
              .strings=${strings}
              .options=${this.options}
              .voices=${this.voices}
              .language=${this.#language}
              @made=${this.#reload}
            ></visavis-describe>
          </div>
          <div role="tabpanel" id="panel-photo" aria-labelledby="tab-photo" ?hidden=${this.tab !== 'photo'}>
            <visavis-photo
              .api=${this.#api}
              .strings=${strings}
              .options=${this.options}
              .language=${this.#language}
              @made=${this.#reload}
            ></visavis-photo>
          </div>
          <div role="tabpanel" id="panel-gallery" aria-labelledby="tab-gallery" ?hidden=${this.tab !== 'gallery'}>
            ${
              this.tab === 'gallery'
                ? html`<visavis-gallery
                    .api=${this.#api}
                    .strings=${strings}
                    .avatars=${this.avatars}
                    .language=${this.#language}
                    @changed=${this.#reload}
                  ></visavis-gallery>`
                : nothing
            }
          </div>
        </main>
      </div>
      <dialog aria-labelledby="key-title">
        <form class="stack" method="dialog" @submit=${this.#onKey}>
          <h2 id="key-title">${strings.keyTitle}</h2>
          <label><span>${strings.keyLabel}</span><input type="password" name="key" autocomplete="off" required /></label>
          <div class="actions"><button class="primary" type="submit">${strings.keySave}</button></div>
        </form>
      </dialog>
    </div>`;
  }

  async #load(): Promise<void> {
    void this.#reload();
    try {
      this.options = await this.#api.options();
      this.voices = (await fetchCatalogue(new URL('/', document.baseURI))).voices;
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  #reload = async (): Promise<void> => {
    try {
      this.avatars = await this.#api.avatars();
      this.problem = undefined;
    } catch (error) {
      this.problem = asProblem(error);
    }
  };

  #show(tab: Tab): void {
    this.tab = tab;
    history.replaceState(history.state, '', `#${tab}`);
    if (tab === 'gallery') void this.#reload();
  }

  #onHash = (): void => this.#show(tabOf(location.hash));

  #onTabKey = async (event: KeyboardEvent): Promise<void> => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const onwards = this.#locale.direction === 'rtl' ? -step : step;
    this.#show(TABS[(TABS.indexOf(this.tab) + onwards + TABS.length) % TABS.length]!);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  };

  #onProblem = (event: CustomEvent<StudioProblem>): void => {
    if (event.detail.needsKey) this.renderRoot.querySelector('dialog')?.showModal();
  };

  #onKey = (event: SubmitEvent): void => {
    this.#api.key = String(new FormData(event.currentTarget as HTMLFormElement).get('key')).trim();
  };
}

const tabOf = (hash: string): Tab => TABS.find((tab) => `#${tab}` === hash) ?? 'describe';

customElements.define('visavis-studio', StudioApp);
