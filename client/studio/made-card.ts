import { css, html, LitElement } from 'lit';
import { controlStyles } from '../app/shared-styles.ts';
import { type StudioStrings, studioStrings } from './studio-strings.ts';
import { studioStyles } from './studio-styles.ts';

/** A face that is finished: who it is, and the way to talk to it. Fires `another`. */
export class MadeCard extends LitElement {
  static override styles = [
    controlStyles,
    studioStyles,
    css`
      .card {
        display: grid;
        justify-items: center;
        gap: 1.25rem;
        max-inline-size: 28rem;
        margin-inline: auto;
        text-align: center;
      }
      h2 {
        margin: 0;
        font-size: 1.75rem;
      }
      .actions {
        justify-content: center;
      }
    `,
  ];
  static override properties = { name: {}, heading: {}, strings: { attribute: false }, language: {} };

  declare name: string;
  declare heading: string;
  declare strings: StudioStrings;
  /** Of the page, if it was chosen. */
  declare language: string | undefined;

  constructor() {
    super();
    this.name = '';
    this.heading = '';
    this.strings = studioStrings('en');
    this.language = undefined;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('a')?.focus({ preventScroll: true });
  }

  protected override render(): unknown {
    const { strings } = this;
    const name = encodeURIComponent(this.name);
    const live = `/?avatar=${name}${this.language ? `&language=${encodeURIComponent(this.language)}` : ''}`;
    return html`<section class="card">
      <img class="picture" src="/api/v1/avatars/${name}/poster" alt="" />
      <h2 role="status" dir="auto">${strings.ready(this.heading)}</h2>
      <div class="actions">
        <a class="primary" href=${live}>${strings.talkTo(this.heading)}</a>
        <button class="secondary" type="button" @click=${() => this.dispatchEvent(new CustomEvent('another'))}>${strings.makeAnother}</button>
      </div>
    </section>`;
  }
}

customElements.define('visavis-made', MadeCard);
