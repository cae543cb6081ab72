import { html } from 'lit';
import type { MakingOptions } from '../../server/protocol/avatars.ts';
import { StudioPanel } from './studio-panel.ts';

/** What the two ways to a new avatar share: how they end. Fires `made` when there is one. */
export abstract class MakerPanel extends StudioPanel {
  static override properties = {
    ...StudioPanel.properties,
    options: { attribute: false },
    language: {},
    made: { state: true },
  };

  declare options: MakingOptions | undefined;
  /** Of the page, if it was chosen. */
  declare language: string | undefined;
  /** The new avatar. */
  declare made: { readonly name: string; readonly title: string } | undefined;

  constructor() {
    super();
    this.options = undefined;
    this.language = undefined;
    this.made = undefined;
  }

  /** Forgets what was made, and of what. */
  protected startOver(): void {
    this.made = undefined;
    this.job = undefined;
  }

  protected finish(name: string, title: string): void {
    this.made = { name, title };
    this.dispatchEvent(new CustomEvent('made'));
  }

  protected override render(): unknown {
    const { made } = this;
    if (!made) return this.renderMaking();
    return html`<visavis-made
      .name=${made.name}
      .heading=${made.title}
      .strings=${this.strings}
      .language=${this.language}
      @another=${this.startOver}
    ></visavis-made>`;
  }

  /** As long as nothing is made. */
  protected abstract renderMaking(): unknown;
}
