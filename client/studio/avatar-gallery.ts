import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AvatarDescription } from '../../server/protocol/avatars.ts';
import { icons } from '../app/icons.ts';
import { controlStyles } from '../app/shared-styles.ts';
import { problemNote } from './fragments.ts';
import { galleryStyles } from './gallery-styles.ts';
import { StudioPanel } from './studio-panel.ts';
import { studioStyles } from './studio-styles.ts';

type View = 'clip' | 'sheet' | 'about';

/** Every avatar of the server: its pictures, where it comes from, and a way to remove those that were made here. Fires `changed`. */
export class AvatarGallery extends StudioPanel {
  static override styles = [controlStyles, studioStyles, galleryStyles];
  static override properties = {
    ...StudioPanel.properties,
    avatars: { attribute: false },
    language: {},
    shown: { state: true },
    view: { state: true },
    asking: { state: true },
    media: { state: true },
  };

  declare avatars: readonly AvatarDescription[] | undefined;
  declare language: string | undefined;
  /** Name of the one that is open. */
  declare shown: string | undefined;
  declare view: View;
  /** Whether it should really be removed. */
  declare asking: boolean;
  declare media: 'waiting' | 'there' | 'failed';

  constructor() {
    super();
    this.avatars = undefined;
    this.language = undefined;
    this.shown = undefined;
    this.view = 'clip';
    this.asking = false;
    this.media = 'there';
  }

  protected override render(): unknown {
    const { avatars, strings } = this;
    if (!avatars) return html`<p class="quiet" role="status">…</p>`;
    if (avatars.length === 0) return html`<p class="lead">${strings.empty}</p>`;
    return html`<ul class="faces">
        ${repeat(
          avatars,
          ({ name }) => name,
          (avatar) => html`<li>
            <button type="button" @click=${() => this.#open(avatar.name)}>
              ${
                avatar.poster_url
                  ? html`<img class="picture" src=${`${avatar.poster_url}?changed=${Date.parse(avatar.changed_at)}`} alt="" loading="lazy" />`
                  : html`<span class="picture initial">${[...avatar.title][0]}</span>`
              }
              <b><bdi>${avatar.title}</bdi></b>
              <span>${avatar.default ? strings.usual : strings.made[avatar.provenance?.kind ?? 'shipped']}</span>
            </button>
          </li>`,
        )}
      </ul>
      <dialog aria-labelledby="shown" @close=${this.#onClose} @click=${this.#onBackdrop}>${this.#renderShown()}</dialog>`;
  }

  #renderShown(): unknown {
    const { strings } = this;
    const avatar = this.avatars?.find(({ name }) => name === this.shown);
    if (!avatar) return nothing;
    const views: readonly View[] = ['clip', 'sheet', 'about'];
    const live = `/?avatar=${encodeURIComponent(avatar.name)}${this.language ? `&language=${encodeURIComponent(this.language)}` : ''}`;
    return html`<header>
        <h2 id="shown" dir="auto">${avatar.title}</h2>
        <button class="icon-button" type="button" aria-label=${strings.close} @click=${this.#close}>${icons.close}</button>
      </header>
      <div class="views" role="group" aria-label=${strings.details}>
        ${views.map(
          (view) =>
            html`<button type="button" aria-pressed=${view === this.view} @click=${() => this.#show(view)}>${strings[view]}</button>`,
        )}
      </div>
      ${this.#renderView(avatar)} ${problemNote(this.problem)}
      <div class="actions">
        <a class="primary" href=${live}>${strings.talkTo(avatar.title)}</a>
        ${this.#renderRemoval(avatar)}
      </div>`;
  }

  #renderView(avatar: AvatarDescription): unknown {
    const { strings, view } = this;
    if (view === 'about') return this.#renderAbout(avatar);
    const source = `/api/v1/avatars/${encodeURIComponent(avatar.name)}/${view}`;
    const there = () => {
      this.media = 'there';
    };
    const waiting = () => {
      this.media = 'waiting';
    };
    const failed = () => {
      this.media = 'failed';
    };
    return html`<div class="media" data-view=${view} ?data-waiting=${this.media === 'waiting'}>
      ${
        view === 'clip'
          ? // Made when somebody wants to see it.
            html`<video
              class="picture"
              src=${source}
              controls
              playsinline
              preload="none"
              poster=${avatar.poster_url ?? nothing}
              @waiting=${waiting}
              @playing=${there}
              @error=${failed}
            ></video>`
          : html`<a href=${source} target="_blank" rel="noopener"><img src=${source} alt=${strings.sheet} @load=${there} @error=${failed} /></a>`
      }
      ${this.media === 'there' ? nothing : html`<p class="quiet" role="status">${this.media === 'failed' ? strings.mediaFailed : strings.preparing}</p>`}
    </div>`;
  }

  #renderAbout({ origin, licence, consent, provenance, triangles, layers, name }: AvatarDescription): unknown {
    const { strings } = this;
    const lines: readonly (readonly [string, string | undefined])[] = [
      [strings.folder, name],
      [strings.origin, origin],
      [strings.licence, licence],
      [strings.agreed, consent],
      [strings.words, provenance?.words],
      [strings.prompt, provenance?.prompt],
      [strings.size, strings.triangles(triangles, layers)],
    ];
    return html`<dl>${lines.map(([what, text]) => (text ? html`<dt>${what}</dt><dd dir="auto">${text}</dd>` : nothing))}</dl>`;
  }

  #renderRemoval({ removable, title }: AvatarDescription): unknown {
    const { strings } = this;
    if (!removable) return nothing;
    if (!this.asking)
      return html`<button
        class="secondary"
        type="button"
        @click=${() => {
          this.asking = true;
        }}
      >
        ${strings.remove}
      </button>`;
    return html`<span class="sure" role="alertdialog" aria-label=${strings.removeSure(title)}>
      ${strings.removeSure(title)}
      <button class="danger" type="button" ?disabled=${this.busy} @click=${() => void this.#remove()}>${strings.removeYes}</button>
      <button
        class="secondary"
        type="button"
        @click=${() => {
          this.asking = false;
        }}
      >
        ${strings.no}
      </button>
    </span>`;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  #open(name: string): void {
    this.shown = name;
    this.#show('clip');
    this.asking = false;
    this.problem = undefined;
    this.#dialog?.showModal();
  }

  #show(view: View): void {
    this.media = view === 'sheet' && (view !== this.view || this.media !== 'there') ? 'waiting' : 'there';
    this.view = view;
  }

  #close = (): void => this.#dialog?.close();

  #onClose = (): void => {
    this.shown = undefined;
    this.view = 'clip';
  };

  #onBackdrop = (event: MouseEvent): void => {
    if (event.target === event.currentTarget) this.#close();
  };

  async #remove(): Promise<void> {
    const { shown } = this;
    if (shown === undefined) return;
    const removed = await this.attempt(async () => {
      await this.api.remove(shown);
      return true;
    });
    if (!removed) return;
    this.#close();
    this.dispatchEvent(new CustomEvent('changed'));
  }
}

customElements.define('visavis-gallery', AvatarGallery);
