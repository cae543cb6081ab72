import { html, nothing } from 'lit';
import type { AvatarJobDescription, StyleName, VariantDescription } from '../../server/protocol/avatars.ts';
import type { VoiceEntry } from '../app/catalogue.ts';
import { controlStyles } from '../app/shared-styles.ts';
import { describeStyles } from './describe-styles.ts';
import { problemNote, working } from './fragments.ts';
import { MakerPanel } from './maker-panel.ts';
import { nameFor } from './studio-api.ts';
import { studioStyles } from './studio-styles.ts';
import { wishLines } from './wish-lines.ts';

const VARIANTS: Readonly<Record<StyleName, number>> = { illustrated: 4, photo: 2, sculpted: 1 };

/** Words, people who fit them, and one of these with a name. Fires `made` when there is a new avatar. */
export class DescribePanel extends MakerPanel {
  static override styles = [controlStyles, studioStyles, describeStyles];
  static override properties = {
    ...MakerPanel.properties,
    voices: { attribute: false },
    text: { state: true },
    style_: { state: true },
    drawn: { state: true },
    picked: { state: true },
    called: { state: true },
  };

  declare voices: readonly VoiceEntry[];
  declare text: string;
  /** `style` is every element's own. */
  declare style_: StyleName;
  /** The job whose variants are shown. */
  declare drawn: AvatarJobDescription | undefined;
  declare picked: number | undefined;
  declare called: string;
  #seed = 1;

  constructor() {
    super();
    this.voices = [];
    this.text = '';
    this.style_ = 'illustrated';
    this.drawn = undefined;
    this.picked = undefined;
    this.called = '';
  }

  protected override willUpdate(): void {
    // People appear as they are drawn.
    if (this.job?.kind === 'creation' && this.job.result?.variants) this.drawn = this.job;
  }

  protected override renderMaking(): unknown {
    const { strings, job, drawn } = this;
    const reading = (job?.result ?? drawn?.result)?.reading;
    return html`
      <p class="lead">${strings.describeLead}</p>
      <div class="columns">
        <div class="stack">
          <form class="card stack" @submit=${this.#onSubmit}>
            <label>
              <span>${strings.describeLabel}</span>
              <textarea
                name="text"
                dir="auto"
                required
                maxlength=${this.options?.max_description_chars ?? 1_000}
                placeholder=${strings.describePlaceholder}
                .value=${this.text}
                @input=${this.#onText}
                @keydown=${this.#onKey}
              ></textarea>
            </label>
            <div class="examples">
              ${strings.examples.map(
                (example) => html`<button type="button" dir="auto" @click=${() => this.#take(example)}>${example}</button>`,
              )}
            </div>
            ${this.#renderStyles()}
            ${
              this.isWorking && job
                ? working(job, strings, this.cancel)
                : html`<div class="actions">
                    <button class="primary" type="submit" ?disabled=${this.busy}>${strings.draw}</button>
                    ${drawn ? html`<button class="secondary" type="button" @click=${this.#drawOthers}>${strings.drawAgain}</button>` : nothing}
                  </div>`
            }
            ${problemNote(this.problem)}
          </form>
          ${reading ? this.#renderReading(reading) : nothing}
        </div>
        ${this.#renderPeople()}
      </div>
    `;
  }

  #renderStyles(): unknown {
    const styles = (this.options?.styles ?? []).filter((style) => style !== 'sculpted');
    if (styles.length < 2) return nothing;
    return html`<fieldset>
      <legend>${this.strings.style}</legend>
      ${styles.map(
        (style) => html`<label class="check">
          <input
            type="radio"
            name="style"
            .checked=${style === this.style_}
            @change=${() => {
              this.style_ = style;
            }}
          />${this.strings.styles[style]}
        </label>`,
      )}
    </fieldset>`;
  }

  #renderReading({ wish, unknown, read_by: reader }: NonNullable<NonNullable<AvatarJobDescription['result']>['reading']>): unknown {
    const { strings } = this;
    const lines = wishLines(wish, strings.wishWords);
    return html`<section class="reading" aria-label=${strings.understood}>
      <p class="quiet">${lines.length > 0 ? strings.understood : strings.understoodNothing} · ${strings.readBy(reader)}</p>
      <ul class="chips">
        ${lines.map(({ what, value }) => html`<li dir="auto"><span>${what}</span> ${value}</li>`)}
      </ul>
      ${unknown.length > 0 ? html`<p class="quiet">${strings.notUnderstood}: <q dir="auto">${unknown.join(strings.wishWords.comma)}</q></p>` : nothing}
    </section>`;
  }

  #renderPeople(): unknown {
    const { strings, drawn, job } = this;
    const variants = drawn?.result?.variants ?? [];
    const drawing = this.isWorking && job?.kind === 'creation' && job.id === (drawn?.id ?? job.id);
    const missing = drawing ? Math.max(0, VARIANTS[this.style_] - variants.length) : 0;
    if (variants.length + missing === 0) return html`<p class="people empty">${strings.peopleHere}</p>`;
    return html`<div class="stack">
      <fieldset class="people" aria-label=${strings.chooseOne}>
        ${variants.map((variant) => this.#renderPerson(variant))}
        ${Array.from({ length: missing }, () => html`<span class="person waiting" aria-hidden="true"></span>`)}
      </fieldset>
      ${this.picked === undefined ? nothing : this.#renderPicked(variants)}
    </div>`;
  }

  #renderPerson({ index, title, poster_url: poster }: VariantDescription): unknown {
    return html`<label class="person">
      <input type="radio" name="person" .checked=${this.picked === index} @change=${() => this.#pick(index, title)} />
      <img class="picture" src=${poster} alt=${`${this.strings.variant(index + 1)}: ${title}`} />
    </label>`;
  }

  #renderPicked(variants: readonly VariantDescription[]): unknown {
    const { strings, drawn, options } = this;
    const variant = variants.find(({ index }) => index === this.picked);
    if (!variant || !drawn) return nothing;
    const sculptable = options?.styles.includes('sculpted') && this.style_ === 'illustrated' && variant.brief['kind'] !== 'robot';
    return html`<form class="card stack" @submit=${this.#onKeep}>
        <label>
          <span>${strings.calledLabel}</span>
          <input type="text" name="called" dir="auto" required maxlength="60" .value=${this.called} @input=${this.#onCalled} />
        </label>
        <div class="actions">
          <button class="primary" type="submit" ?disabled=${this.busy}>${strings.keep}</button>
          ${
            sculptable
              ? html`<button class="secondary" type="button" title=${strings.sculptHint} ?disabled=${this.isWorking} @click=${() => void this.#sculpt(variant)}>
                  ${strings.sculpt}
                </button>`
              : nothing
          }
        </div>
        ${sculptable ? html`<p class="quiet">${strings.sculptHint}</p>` : nothing}
      </form>
      <section class="card">
        <visavis-voice-trial
          .api=${this.api}
          .strings=${strings}
          .voices=${this.voices}
          .face=${{ job: drawn.id, variant: variant.index }}
        ></visavis-voice-trial>
      </section>`;
  }

  #onText = (event: Event): void => {
    this.text = (event.currentTarget as HTMLTextAreaElement).value;
  };

  #onCalled = (event: Event): void => {
    this.called = (event.currentTarget as HTMLInputElement).value;
  };

  #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    (event.currentTarget as HTMLTextAreaElement).form?.requestSubmit();
  };

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#seed = 1;
    void this.#draw();
  };

  #take(example: string): void {
    this.text = example;
    this.#seed = 1;
    if (!this.isWorking) void this.#draw();
  }

  #drawOthers = (): void => {
    this.#seed += VARIANTS[this.style_];
    void this.#draw();
  };

  async #draw(): Promise<void> {
    this.picked = undefined;
    this.drawn = undefined;
    const { text, style_: style } = this;
    await this.work(() => this.api.create({ text, style, seed: this.#seed, variants: VARIANTS[style] }));
  }

  #pick(index: number, title: string): void {
    this.picked = index;
    this.called = title;
  }

  #onKeep = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { drawn, picked, called: title } = this;
    if (!drawn || picked === undefined) return;
    const kept = await this.attempt(() => this.api.keep(drawn.id, picked, nameFor(title), title));
    if (!kept) return;
    // The others need not be drawn any more.
    if (this.isWorking) this.cancel();
    this.finish(kept.name, title);
  };

  async #sculpt({ brief }: VariantDescription): Promise<void> {
    const title = this.called;
    const name = nameFor(title);
    const done = await this.work(() => this.api.create({ brief, style: 'sculpted', name, title }));
    if (done?.result?.avatar) this.finish(done.result.avatar, title);
  }

  protected override startOver(): void {
    super.startOver();
    this.drawn = undefined;
    this.picked = undefined;
  }
}

customElements.define('visavis-describe', DescribePanel);
