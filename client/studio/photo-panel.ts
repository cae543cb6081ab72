import { html, nothing } from 'lit';
import type { FacePoints } from '../../server/core/face-points.ts';
import type { Inspection, PhotoCheck } from '../../server/protocol/avatars.ts';
import { icons } from '../app/icons.ts';
import { controlStyles } from '../app/shared-styles.ts';
import { firstPoints } from './first-points.ts';
import { problemNote, working } from './fragments.ts';
import { MakerPanel } from './maker-panel.ts';
import { photoStyles } from './photo-styles.ts';
import { nameFor, StudioProblem } from './studio-api.ts';
import { studioStyles } from './studio-styles.ts';

const ACCEPTED = 'image/jpeg,image/png,image/webp,image/avif,image/tiff';
const CHECK_ICONS = { good: icons.check, doubtful: icons.warning, bad: icons.close, unknown: nothing } as const;

/** A photograph, what is good and bad about it, points to correct, consent, and the avatar. Fires `made`. */
export class PhotoPanel extends MakerPanel {
  static override styles = [controlStyles, studioStyles, photoStyles];
  static override properties = {
    ...MakerPanel.properties,
    photo: { state: true },
    found: { state: true },
    points: { state: true },
    correcting: { state: true },
    moved: { state: true },
    over: { state: true },
  };

  declare photo: File | undefined;
  declare found: Inspection | undefined;
  declare points: FacePoints;
  declare correcting: boolean;
  /** Points were placed by hand: they are sent. */
  declare moved: boolean;
  /** Something is dragged over the drop zone. */
  declare over: boolean;

  constructor() {
    super();
    this.photo = undefined;
    this.found = undefined;
    this.points = {};
    this.correcting = false;
    this.moved = false;
    this.over = false;
  }

  protected override renderMaking(): unknown {
    const { strings, found } = this;
    return html`
      <p class="lead">${strings.photoLead}</p>
      <div class=${found ? 'columns' : ''}>
        <div class="stack">
          ${found ? this.#renderPicture(found) : this.#renderDropZone()} ${problemNote(this.problem)}
        </div>
        ${found ? html`<div class="stack">${this.#renderChecks(found.checks)} ${this.#renderForm(found)}</div>` : nothing}
      </div>
    `;
  }

  #renderDropZone(): unknown {
    const { strings } = this;
    return html`<div
      class="drop"
      ?data-over=${this.over}
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        this.over = true;
      }}
      @dragleave=${() => {
        this.over = false;
      }}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        this.over = false;
        void this.#look(event.dataTransfer?.files[0]);
      }}
    >
      ${icons.face}
      <p>${this.busy ? html`<span role="status">${strings.looking}</span>` : strings.drop}</p>
      ${this.#renderFileButton('primary', strings.choose)}
    </div>`;
  }

  #renderFileButton(look: 'primary' | 'secondary', text: string): unknown {
    return html`<label class=${look} ?data-busy=${this.isWorking}>
      ${text}
      <input
        class="visually-hidden"
        type="file"
        accept=${ACCEPTED}
        ?disabled=${this.isWorking}
        @change=${(event: Event) => {
          const input = event.currentTarget as HTMLInputElement;
          void this.#look(input.files?.[0]);
          input.value = '';
        }}
      />
    </label>`;
  }

  #renderPicture(found: Inspection): unknown {
    const { strings, job } = this;
    if (this.isWorking && job)
      return html`<div class="card stack">
        <img class="picture" src=${job.preview_url ?? found.picture} alt="" />
        ${working(job, strings, this.cancel)}
      </div>`;
    const byHand = this.#needsPoints(found);
    return html`<div class="card stack">
      ${
        this.correcting
          ? html`<p class="quiet">${byHand ? strings.placeByHand : strings.placeCorrect}</p>
              <visavis-points
                .picture=${found.picture}
                .width=${found.width}
                .height=${found.height}
                .points=${this.points}
                .strings=${strings}
                @move=${(event: CustomEvent<FacePoints>) => {
                  this.points = event.detail;
                  this.moved = true;
                }}
              ></visavis-points>`
          : html`<img class="whole" src=${found.picture} alt="" />`
      }
      <div class="actions">
        ${
          this.correcting
            ? html`<button class="secondary" type="button" ?disabled=${this.busy} @click=${() => void this.#look(this.photo, true)}>
                ${this.busy ? strings.looking : strings.checkAgain}
              </button>`
            : html`<button
                class="secondary"
                type="button"
                @click=${() => {
                  this.correcting = true;
                }}
              >
                ${strings.correct}
              </button>`
        }
        ${this.#renderFileButton('secondary', strings.otherPhoto)}
      </div>
    </div>`;
  }

  #renderChecks(checks: readonly PhotoCheck[]): unknown {
    const { strings } = this;
    return html`<ul class="checks">
      ${checks.map(
        ({ id, state, code, message, hint }) => html`<li data-state=${state}>
          <i aria-hidden="true">${CHECK_ICONS[state]}</i>
          <div>
            <b>${strings.checks[id] ?? id}</b><span class="visually-hidden">: ${strings.states[state]}</span>
            ${message && state !== 'good' ? html`<p dir="auto">${code === 'landmarks_missing' ? strings.placeByHand : html`${message}. ${hint ?? nothing}`}</p>` : nothing}
          </div>
        </li>`,
      )}
    </ul>`;
  }

  #renderForm(found: Inspection): unknown {
    const { strings } = this;
    const usable = found.checks.every(({ state }) => state !== 'bad') && !(this.#needsPoints(found) && !this.moved);
    return html`<form class="card stack" @submit=${this.#onSubmit}>
      <label>
        <span>${strings.calledLabel}</span>
        <input type="text" name="called" dir="auto" required maxlength="60" />
      </label>
      <label class="check"><input type="checkbox" name="agreed" required />${strings.consent}</label>
      <label>
        <span>${strings.consentNote}</span>
        <input type="text" name="consent" dir="auto" required maxlength="500" placeholder=${strings.consentPlaceholder} />
      </label>
      <div class="actions">
        <button class="primary" type="submit" ?disabled=${!usable || this.isWorking}>${strings.make}</button>
      </div>
    </form>`;
  }

  /** Nothing found the face. */
  #needsPoints(found: Inspection): boolean {
    return found.checks.some(({ id, state }) => id === 'face' && state !== 'good');
  }

  async #look(photo: File | undefined, withPoints = false): Promise<void> {
    if (!photo) return;
    const { options } = this;
    if (options && photo.size > options.max_photo_bytes) {
      this.problem = new StudioProblem('too_large', this.strings.unfit);
      return;
    }
    this.photo = photo;
    if (!withPoints) {
      this.found = undefined;
      this.correcting = false;
      this.moved = false;
    }
    const found = await this.attempt(() => this.api.inspect(photo, withPoints ? this.points : undefined));
    if (!found) return;
    this.found = found;
    const hasPoints = Object.keys(found.points).length > 0;
    this.points = hasPoints ? found.points : firstPoints(found.width, found.height);
    this.correcting ||= this.#needsPoints(found);
    if (withPoints && found.usable) this.correcting = false;
  }

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { photo } = this;
    if (!photo) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const title = String(form.get('called'));
    const consent = String(form.get('consent'));
    const points = this.moved ? this.points : undefined;
    const done = await this.work(() => this.api.import({ photo, name: nameFor(title), title, consent, points }));
    if (done?.result?.avatar) this.finish(done.result.avatar, title);
    else if (this.problem?.code === 'portrait_no_face' || this.problem?.code === 'landmarks_missing') this.correcting = true;
  };

  protected override startOver(): void {
    super.startOver();
    this.photo = undefined;
    this.found = undefined;
    this.moved = false;
    this.correcting = false;
  }
}

customElements.define('visavis-photo', PhotoPanel);
