import { css, html, LitElement, nothing } from 'lit';
import type { CallState } from '../element/state.ts';
import { initialState } from '../element/state.ts';
import { icons } from './icons.ts';
import { controlStyles } from './shared-styles.ts';
import { localeOf, type Strings } from './strings.ts';

export type ControlName = 'mute' | 'type' | 'interrupt' | 'captions' | 'end';

/** The row of buttons under the face. Fires `control` with the button's name. */
export class CallControls extends LitElement {
  static override properties = {
    state: { attribute: false },
    muted: { type: Boolean },
    typing: { type: Boolean },
    captions: { type: Boolean },
    level: { attribute: false },
    strings: { attribute: false },
  };

  declare state: CallState;
  declare muted: boolean;
  /** The line for typing is open. */
  declare typing: boolean;
  declare captions: boolean;
  /** The microphone's loudness now, 0..1. */
  declare level: () => number;
  declare strings: Strings;
  #frame = 0;
  #shown = 0;

  constructor() {
    super();
    this.state = initialState;
    this.muted = false;
    this.typing = false;
    this.captions = true;
    this.level = () => 0;
    this.strings = localeOf('en').strings;
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        display: flex;
        justify-content: center;
      }
      .dock {
        display: flex;
        flex-direction: var(--dock-direction, row);
        align-items: center;
        gap: clamp(0.25rem, 1.4vw, 0.625rem);
        padding: 0.5rem;
        border-radius: 3rem;
        background: var(--dock, var(--surface-raised));
        box-shadow: var(--shadow-soft);
        border: 1px solid var(--line);
      }
      button {
        position: relative;
        display: grid;
        place-items: center;
        inline-size: 3rem;
        block-size: 3rem;
        border-radius: 50%;
        color: var(--ink);
        transition:
          background 160ms,
          color 160ms,
          opacity 160ms;
      }
      button:hover:not(:disabled) {
        background: var(--accent-wash);
      }
      button[aria-pressed='true'] {
        background: var(--accent-wash);
        color: var(--accent-strong);
      }
      button:disabled {
        opacity: 0.32;
      }
      .microphone {
        background: var(--accent-wash);
        color: var(--accent-strong);
      }
      /* The ring grows with the visitor's own voice: proof that the microphone works. */
      .microphone::before {
        content: '';
        position: absolute;
        inset: 0;
        border-radius: inherit;
        border: 2px solid var(--state-listening);
        opacity: calc(0.25 + var(--level, 0) * 0.75);
        scale: calc(0.94 + var(--level, 0) * 0.2);
      }
      .microphone[data-off]::before {
        opacity: 0;
      }
      .microphone[data-off] {
        background: color-mix(in srgb, var(--danger) 14%, transparent);
        color: var(--danger);
      }
      .interrupt {
        color: var(--speaking-ink);
      }
      .end {
        min-inline-size: 3rem;
        inline-size: var(--end-size, 3.75rem);
        border-radius: 2rem;
        background: var(--danger-solid);
        color: #fff;
      }
      .end svg {
        inline-size: 1.875rem;
        block-size: 1.875rem;
      }
      .interrupt svg {
        inline-size: 1.375rem;
        block-size: 1.375rem;
      }
      .end:hover:not(:disabled) {
        background: color-mix(in srgb, var(--danger-solid) 86%, #000);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#frame = requestAnimationFrame(this.#meter);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
  }

  protected override render(): unknown {
    const { strings, state } = this;
    const hasMicrophone = state.microphone === 'live' || state.microphone === 'muted';
    const off = this.muted || (!hasMicrophone && state.microphone !== 'asking');
    const microphoneLabel = hasMicrophone ? (this.muted ? strings.unmute : strings.mute) : strings.microphoneOff;
    const answering = state.phase === 'live' && (state.activity === 'speaking' || state.activity === 'thinking');
    return html`<div class="dock" role="group" aria-label=${strings.controls}>
      ${this.#button('mute', `microphone`, microphoneLabel, off ? icons.microphoneOff : icons.microphone, {
        disabled: !hasMicrophone,
        off,
        shortcut: 'M',
      })}
      ${this.#button('type', 'type', strings.type, icons.keyboard, { pressed: this.typing, shortcut: '/' })}
      ${this.#button('captions', 'captions', strings.captions, icons.captions, { pressed: this.captions, shortcut: 'C' })}
      ${this.#button('interrupt', 'interrupt', strings.interrupt, icons.stop, { disabled: !answering, shortcut: 'Esc' })}
      ${this.#button('end', 'end', strings.end, icons.end, {})}
    </div>`;
  }

  #button(
    name: ControlName,
    kind: string,
    label: string,
    icon: unknown,
    options: { pressed?: boolean; disabled?: boolean; off?: boolean; shortcut?: string },
  ): unknown {
    const title = options.shortcut ? `${label} (${options.shortcut})` : label;
    return html`<button
      type="button"
      class=${kind}
      title=${title}
      aria-label=${label}
      aria-pressed=${options.pressed === undefined ? nothing : String(options.pressed)}
      aria-keyshortcuts=${options.shortcut ?? nothing}
      ?data-off=${options.off ?? false}
      ?disabled=${options.disabled ?? false}
      @click=${() => this.dispatchEvent(new CustomEvent<ControlName>('control', { detail: name }))}
    >
      ${icon}
    </button>`;
  }

  #meter = (): void => {
    this.#frame = requestAnimationFrame(this.#meter);
    const level = this.level();
    // Up at once, down gently: the eye follows syllables, not samples.
    this.#shown = level > this.#shown ? level : this.#shown * 0.86 + level * 0.14;
    this.renderRoot.querySelector<HTMLElement>('.microphone')?.style.setProperty('--level', this.#shown.toFixed(3));
  };
}

customElements.define('visavis-controls', CallControls);
