import { css, html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type CaptionLine, type Captions, noCaptions, transcriptText } from '../element/captions.ts';
import { icons } from './icons.ts';
import { controlStyles } from './shared-styles.ts';
import { localeOf, type Strings } from './strings.ts';

/** Within this distance of the end the list follows new lines; further up the reader is left where he reads. */
const FOLLOW_PX = 48;
const COPIED_FOR_MS = 1_800;

/** The conversation so far, both sides labelled. */
export class TranscriptPanel extends LitElement {
  static override properties = {
    captions: { attribute: false },
    heardText: { attribute: false },
    avatarName: { attribute: false },
    strings: { attribute: false },
    copied: { state: true },
  };

  declare captions: Captions;
  declare heardText: (line: CaptionLine) => string;
  declare avatarName: string;
  declare strings: Strings;
  declare copied: boolean;
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;
  #following = true;

  constructor() {
    super();
    this.captions = noCaptions;
    this.heardText = (line) => line.text;
    this.avatarName = '';
    this.strings = localeOf('en').strings;
    this.copied = false;
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-block-size: 0;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        min-block-size: 2.75rem;
        /* Where the panel is a sheet, its close button stands here. */
        padding-inline-end: var(--header-end, 0);
      }
      h2 {
        margin: 0;
        font: 500 1.1875rem/1.3 var(--serif);
      }
      .copy {
        display: inline-flex;
        align-items: center;
        gap: 0.35rem;
        padding: 0.35rem 0.7rem;
        border-radius: 2rem;
        font-size: 0.8125rem;
        color: var(--ink-soft);
      }
      .copy:hover {
        background: var(--accent-wash);
        color: var(--ink);
      }
      .copy svg {
        inline-size: 1rem;
        block-size: 1rem;
      }
      .empty {
        margin: 0.5rem 0 0;
        color: var(--ink-faint);
        font-size: 0.9375rem;
      }
      .scroll {
        flex: 1;
        min-block-size: 0;
        overflow-y: auto;
        overscroll-behavior: contain;
        scrollbar-width: thin;
        scrollbar-color: var(--line-strong) transparent;
        margin-inline: -0.5rem;
        padding-inline: 0.5rem;
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0.5rem 0 0.75rem;
        display: flex;
        flex-direction: column;
        gap: 1rem;
      }
      li {
        display: grid;
        gap: 0.125rem;
      }
      .who {
        font-size: 0.75rem;
        font-weight: 600;
        color: var(--ink-faint);
      }
      .avatar .who {
        color: var(--accent);
      }
      .text {
        margin: 0;
        font-size: 0.9688rem;
        line-height: 1.5;
        overflow-wrap: anywhere;
      }
      .visitor .text {
        color: var(--ink-soft);
      }
      .visitor[data-partial] .text {
        color: var(--ink-faint);
      }
      .mark {
        font-weight: 400;
        color: var(--ink-faint);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#copiedTimer);
  }

  protected override render(): unknown {
    const { strings } = this;
    const lines = this.captions.lines.filter((line) => this.heardText(line) !== '');
    return html`
      <header>
        <h2 id="title">${strings.transcript}</h2>
        <button class="copy" type="button" ?hidden=${lines.length === 0} @click=${this.#copy}>
          ${this.copied ? icons.check : icons.copy}<span aria-live="polite">${this.copied ? strings.copied : strings.copy}</span>
        </button>
      </header>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="title" @scroll=${this.#onScroll}>
        ${
          lines.length === 0
            ? html`<p class="empty">${strings.transcriptEmpty}</p>`
            : html`<ol>${repeat(
                lines,
                (line) => line.id,
                (line) => this.#renderLine(line),
              )}</ol>`
        }
      </div>
    `;
  }

  #renderLine(line: CaptionLine): unknown {
    const { strings } = this;
    const mark = line.state === 'cut' ? strings.interrupted : line.typed ? strings.typed : undefined;
    return html`<li class=${line.speaker} ?data-partial=${line.speaker === 'visitor' && line.state === 'partial'}>
      <span class="who">${this.#nameOf(line.speaker)}${mark ? html` <span class="mark">· ${mark}</span>` : nothing}</span>
      <p class="text" dir="auto">${this.heardText(line)}${line.state === 'cut' ? ' …' : nothing}</p>
    </li>`;
  }

  protected override updated(): void {
    const list = this.renderRoot.querySelector('.scroll');
    if (list && this.#following) list.scrollTop = list.scrollHeight;
  }

  #nameOf(speaker: 'visitor' | 'avatar'): string {
    return speaker === 'visitor' ? this.strings.you : this.avatarName;
  }

  #onScroll = (event: Event): void => {
    const list = event.currentTarget as HTMLElement;
    this.#following = list.scrollHeight - list.scrollTop - list.clientHeight < FOLLOW_PX;
  };

  #copy = async (): Promise<void> => {
    const heard: Captions = {
      lines: this.captions.lines.map((line) => ({ ...line, text: this.heardText(line) })).filter((line) => line.text !== ''),
    };
    try {
      await navigator.clipboard.writeText(transcriptText(heard, (speaker) => this.#nameOf(speaker)));
    } catch {
      return; // the browser has no clipboard here, or the visitor refused it: the button simply does not say "copied"
    }
    this.copied = true;
    clearTimeout(this.#copiedTimer);
    this.#copiedTimer = setTimeout(() => {
      this.copied = false;
    }, COPIED_FOR_MS);
  };
}

customElements.define('visavis-transcript', TranscriptPanel);
