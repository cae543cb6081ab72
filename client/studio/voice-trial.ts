import { html, nothing, type PropertyValues } from 'lit';
import type { VoiceEntry } from '../app/catalogue.ts';
import { icons } from '../app/icons.ts';
import { controlStyles } from '../app/shared-styles.ts';
import { problemNote, working } from './fragments.ts';
import { StudioPanel } from './studio-panel.ts';
import { studioStyles } from './studio-styles.ts';

/** Whose face speaks: a variant of a job. */
export interface TrialFace {
  readonly job: string;
  readonly variant: number;
}

/** A sentence, a voice, and the face that says it. */
export class VoiceTrial extends StudioPanel {
  static override styles = [controlStyles, studioStyles];
  static override properties = { ...StudioPanel.properties, face: { attribute: false }, voices: { attribute: false } };

  declare face: TrialFace;
  declare voices: readonly VoiceEntry[];

  constructor() {
    super();
    this.voices = [];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Another face has said nothing yet.
    if (changed.has('face') && !this.isWorking) this.job = undefined;
  }

  protected override render(): unknown {
    const { strings, job } = this;
    const clip = job?.result?.clip_url;
    return html`<form class="stack" @submit=${this.#onSubmit}>
      <h2>${strings.voiceTitle}</h2>
      <label>
        <span>${strings.voiceLabel}</span>
        <select name="voice">
          <option value="">${strings.voiceAutomatic}</option>
          ${this.voices.map(({ name, title }) => html`<option value=${name}>${title}</option>`)}
        </select>
      </label>
      <label>
        <span>${strings.sentenceLabel}</span>
        <input type="text" name="text" dir="auto" maxlength="400" .value=${strings.sentence} />
      </label>
      ${
        this.isWorking && job
          ? working(job, strings, this.cancel)
          : html`<div class="actions"><button class="secondary" type="submit" ?disabled=${this.busy}>${icons.sound}${strings.hear}</button></div>`
      }
      ${problemNote(this.problem)}
      ${clip ? html`<video class="picture" src=${clip} controls autoplay playsinline></video>` : nothing}
    </form>`;
  }

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const voice = String(form.get('voice')) || undefined;
    const { job, variant } = this.face;
    void this.work(() => this.api.say({ job, variant, text: String(form.get('text')), voice }));
  };
}

customElements.define('visavis-voice-trial', VoiceTrial);
