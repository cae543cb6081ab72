import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { CallError } from '../element/errors.ts';
import { type CallState, initialState } from '../element/state.ts';
import { type Catalogue, emptyCatalogue, languageName, languagesOf, speaks } from './catalogue.ts';
import { icons } from './icons.ts';
import { controlStyles } from './shared-styles.ts';
import { startCardStyles } from './start-card-styles.ts';
import { localeOf, type Strings } from './strings.ts';

export interface BeginDetail {
  readonly typing: boolean | undefined;
}

export interface Choice {
  readonly avatar?: string | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
}

/**
 * What lies over the poster while no call is on: the invitation, what keeps a call from beginning and what to do about
 * it, or how the last one ended. Fires `begin` (`{ typing }`) and `choose` (a Choice).
 */
export class StartCard extends LitElement {
  static override styles = [controlStyles, startCardStyles];

  static override properties = {
    state: { attribute: false },
    name: { attribute: false },
    catalogue: { attribute: false },
    choice: { attribute: false },
    language: { attribute: false },
    strings: { attribute: false },
    waitS: { state: true },
  };

  declare state: CallState;
  declare name: string;
  declare catalogue: Catalogue;
  declare choice: Choice;
  /** Of the page. */
  declare language: string;
  declare strings: Strings;
  /** Seconds until another try makes sense. */
  declare waitS: number;
  #countdown: ReturnType<typeof setInterval> | undefined;
  #counted: CallError | undefined;

  constructor() {
    super();
    this.state = initialState;
    this.name = '';
    this.catalogue = emptyCatalogue;
    this.choice = {};
    this.language = 'en';
    this.strings = localeOf('en').strings;
    this.waitS = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#countdown);
  }

  protected override willUpdate(): void {
    const { error } = this.state;
    if (error === this.#counted) return;
    this.#counted = error;
    clearInterval(this.#countdown);
    this.waitS = error?.retryAfterS ?? 0;
    if (this.waitS > 0) this.#countdown = setInterval(() => this.#tick(), 1_000);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('state');
    // The button that was pressed is gone: whoever uses a keyboard goes on at the next step, not at the top of the page.
    if (before && before.phase !== this.state.phase)
      this.renderRoot.querySelector<HTMLElement>('button:not(:disabled)')?.focus({ preventScroll: true });
  }

  protected override render(): unknown {
    const { phase, error } = this.state;
    if (phase === 'starting' || phase === 'connecting') return this.#renderWaiting();
    if (phase === 'failed' && error) return this.#renderFailure(error);
    return this.#renderInvitation(phase === 'ended');
  }

  #renderInvitation(ended: boolean): unknown {
    const { strings } = this;
    const reason = ended ? (strings.endedBy[this.state.endReason ?? ''] ?? '') : strings.tagline;
    return html`<div class="card">
      <div class="words" aria-live="polite">
        <h1 class=${ended || this.catalogue.avatars.length < 2 ? '' : 'name'}>${ended ? strings.ended : this.name}</h1>
        <p class="lead">${reason}</p>
        ${this.#renderChoices()}
      </div>
      <div class="actions">
        <button class="primary" type="button" @click=${() => this.#begin(false)}>
          ${icons.microphone}<span>${ended ? strings.startAgain : strings.start}</span>
        </button>
        <button class="secondary" type="button" @click=${() => this.#begin(true)}>${strings.typeInstead}</button>
      </div>
    </div>`;
  }

  #renderWaiting(): unknown {
    const { strings } = this;
    const asking = this.state.phase === 'starting';
    return html`<div class="card" role="status">
      <div class="words">
        <h1 class="small">${asking ? strings.askingMicrophone : strings.connecting}</h1>
        <p class="lead">${asking ? strings.askingMicrophoneHint : nothing}</p>
      </div>
      <div class="actions"><span class="spinner" aria-hidden="true"></span></div>
    </div>`;
  }

  #renderFailure(error: CallError): unknown {
    const { strings } = this;
    const { title, text } = strings.errors[error.code];
    const waiting = this.waitS > 0;
    return html`<div class="card">
      <div class="words" role="alert">
        <h1 class="small">${title}</h1>
        <p class="lead">${text}</p>
      </div>
      <div class="actions">
        ${
          error.retryable
            ? html`<button class="primary" type="button" ?disabled=${waiting} @click=${() => this.#begin(undefined)}>
                <span>${waiting ? strings.tryAgainIn(this.waitS) : strings.tryAgain}</span>
              </button>`
            : nothing
        }
        ${
          error.typingHelps
            ? html`<button class=${error.retryable ? 'secondary' : 'primary'} type="button" @click=${() => this.#begin(true)}>
                <span>${strings.continueTyping}</span>
              </button>`
            : nothing
        }
      </div>
    </div>`;
  }

  #renderChoices(): unknown {
    const { strings, choice } = this;
    const { avatars, voices } = this.catalogue;
    const languages = languagesOf(voices);
    const usual = voices.find((voice) => voice.default);
    const language = choice.language ?? usual?.languages[0];
    const speaking = voices.filter((voice) => !language || speaks(voice, language));
    const choices = [
      avatars.length > 1 &&
        html`<visavis-face-picker
          .avatars=${avatars}
          .chosen=${choice.avatar ?? avatars.find((a) => a.default)?.name}
          .strings=${strings}
          @pick=${(event: CustomEvent<string>) => this.#choose({ ...choice, avatar: event.detail })}
        ></visavis-face-picker>`,
      languages.length > 1 &&
        this.#select(
          'language',
          strings.language,
          language,
          languages.map((l) => [l, languageName(l, this.language)] as const),
        ),
      speaking.length > 1 &&
        this.#select(
          'voice',
          strings.voice,
          choice.voice ?? usual?.name,
          speaking.map((v) => [v.name, v.title] as const),
        ),
    ].filter(Boolean);
    return choices.length > 0 ? html`<div class="choices">${choices}</div>` : nothing;
  }

  #select(
    key: 'language' | 'voice',
    label: string,
    chosen: string | undefined,
    options: readonly (readonly [value: string, text: string])[],
  ): unknown {
    const known = options.some(([value]) => value === chosen);
    return html`<label>
      <span>${label}</span>
      <select
        @change=${(event: Event) => {
          const value = (event.currentTarget as HTMLSelectElement).value || undefined;
          // Another language may not have the chosen voice.
          this.#choose({ ...this.choice, [key]: value, ...(key === 'language' && { voice: undefined }) });
        }}
      >
        ${known ? nothing : html`<option value="" selected>${this.strings.automatic}</option>`}
        ${options.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
      </select>
    </label>`;
  }

  #choose(choice: Choice): void {
    this.dispatchEvent(new CustomEvent<Choice>('choose', { detail: choice }));
  }

  #tick(): void {
    this.waitS = Math.max(0, this.waitS - 1);
    if (this.waitS === 0) clearInterval(this.#countdown);
  }

  /** `undefined`: the way it was tried before. */
  #begin(typing: boolean | undefined): void {
    this.dispatchEvent(new CustomEvent<BeginDetail>('begin', { detail: { typing } }));
  }
}

customElements.define('visavis-start', StartCard);
