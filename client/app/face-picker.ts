import { html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AvatarEntry } from './catalogue.ts';
import { facePickerStyles } from './face-picker-styles.ts';
import { galleryFind, galleryMove } from './gallery-keys.ts';
import { icons } from './icons.ts';
import { controlStyles } from './shared-styles.ts';
import { localeOf, type Strings } from './strings.ts';

/** Letters that follow each other faster than this are one name. */
const TYPING_MS = 700;
/** Between the button and the gallery, and between the gallery and the window's edge. */
const GAP_PX = 10;
/** As wide as the gallery is where there is room; see the styles. */
const WIDTH_PX = 400;

/**
 * The choice of a face: a button that shows whose turn it is, and a gallery of posters that it opens. A listbox for
 * keyboards and screen readers. Fires `pick` with the avatar's name.
 */
export class FacePicker extends LitElement {
  static override styles = [controlStyles, facePickerStyles];

  static override properties = {
    avatars: { attribute: false },
    chosen: { attribute: false },
    strings: { attribute: false },
    compact: { type: Boolean, reflect: true },
    open: { state: true },
    at: { state: true },
    unseen: { state: true },
  };

  declare avatars: readonly AvatarEntry[];
  /** Name of the avatar of this call, or of the next one. */
  declare chosen: string | undefined;
  declare strings: Strings;
  /** Only the picture: where there is little room. */
  declare compact: boolean;
  declare open: boolean;
  /** The tile that has the keyboard. */
  declare at: number;
  /** Posters that did not load: the initial stands in. */
  declare unseen: ReadonlySet<string>;
  #typed = '';
  #typedAtMs = 0;

  constructor() {
    super();
    this.avatars = [];
    this.chosen = undefined;
    this.strings = localeOf('en').strings;
    this.compact = false;
    this.open = false;
    this.at = 0;
    this.unseen = new Set();
  }

  get #entry(): AvatarEntry | undefined {
    return this.avatars.find(({ name }) => name === this.chosen);
  }

  get #gallery(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.gallery');
  }

  protected override render(): unknown {
    const { strings } = this;
    const entry = this.#entry;
    const label = entry ? `${strings.chooseFace} (${entry.title})` : strings.chooseFace;
    return html`<button
        class="opener"
        type="button"
        popovertarget="faces"
        aria-haspopup="listbox"
        aria-expanded=${this.open}
        aria-controls="faces"
        aria-label=${label}
        title=${strings.chooseFace}
        @keydown=${this.#onOpenerKey}
      >
        <span class="thumb" aria-hidden="true">${entry ? this.#renderPicture(entry) : icons.face}</span>
        ${this.compact ? nothing : html`<span class="name" dir="auto">${entry?.title ?? strings.chooseFace}</span><i aria-hidden="true"></i>`}
      </button>
      <div
        id="faces"
        class="gallery"
        popover="auto"
        @beforetoggle=${this.#onBeforeToggle}
        @toggle=${this.#onToggle}
        @keydown=${this.#onKey}
      >
        <p class="heading" id="heading">${strings.chooseFace}</p>
        <div class="tiles" role="listbox" aria-labelledby="heading">
          ${repeat(
            this.avatars,
            ({ name }) => name,
            (avatar, index) => html`<div
              class="tile"
              role="option"
              aria-selected=${avatar.name === this.chosen}
              tabindex=${index === this.at ? 0 : -1}
              @click=${() => this.#pick(index)}
            >
              <span class="picture" aria-hidden="true">${this.open ? this.#renderPicture(avatar) : nothing}<b>${icons.check}</b></span>
              <span class="name" dir="auto">${avatar.title}</span>
            </div>`,
          )}
        </div>
        <a class="make" href="/studio">${icons.plus}${strings.makeFace}</a>
      </div>`;
  }

  #renderPicture({ name, title, poster_url: poster }: AvatarEntry): unknown {
    if (!poster || this.unseen.has(name)) return html`<span class="initial">${[...title][0] ?? '?'}</span>`;
    return html`<img
      src=${poster}
      alt=""
      decoding="async"
      draggable="false"
      @error=${() => {
        this.unseen = new Set([...this.unseen, name]);
      }}
    />`;
  }

  #pick(index: number): void {
    const avatar = this.avatars[index];
    this.#gallery?.hidePopover();
    if (avatar && avatar.name !== this.chosen) this.dispatchEvent(new CustomEvent<string>('pick', { detail: avatar.name }));
  }

  /** Where there is room for it: over or under the button, inside the window. Small screens have a sheet instead. */
  #onBeforeToggle = (event: ToggleEvent): void => {
    this.open = event.newState === 'open';
    const gallery = this.#gallery;
    const opener = this.renderRoot.querySelector('.opener');
    if (!this.open || !gallery || !opener) return;
    this.#typed = '';
    this.at = Math.max(
      0,
      this.avatars.findIndex(({ name }) => name === this.chosen),
    );
    const { left, right, top, bottom } = opener.getBoundingClientRect();
    const isAbove = top > innerHeight - bottom;
    const width = Math.min(WIDTH_PX, innerWidth - 2 * GAP_PX);
    const wanted = (left + right - width) / 2;
    const set = (name: string, px: number | undefined) =>
      gallery.style.setProperty(name, px === undefined ? 'auto' : `${Math.round(px)}px`);
    set('--left', Math.min(innerWidth - width - GAP_PX, Math.max(GAP_PX, wanted)));
    set('--top', isAbove ? undefined : bottom + GAP_PX);
    set('--bottom', isAbove ? innerHeight - top + GAP_PX : undefined);
    set('--room', (isAbove ? top : innerHeight - bottom) - 2 * GAP_PX);
  };

  #onToggle = (event: ToggleEvent): void => {
    if (event.newState === 'open') void this.#focus(this.at);
  };

  #onOpenerKey = (event: KeyboardEvent): void => {
    const isArrow = event.key === 'ArrowDown' || event.key === 'ArrowUp';
    // The gallery gets the focus a moment after it opens: what is typed in between is meant for it.
    if (this.open) this.#onKey(event);
    else if (isArrow && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#gallery?.showPopover();
    }
  };

  #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onLink = (event.composedPath()[0] as Element).matches?.('a');
    if (event.key === 'Tab') {
      // A listbox is one stop of the tabulator; behind it is the way to other faces, and then the page goes on.
      if (onLink !== event.shiftKey) this.#gallery?.hidePopover();
      return;
    }
    if (onLink && event.key !== 'Escape') {
      event.stopPropagation();
      return;
    }
    // Nothing typed here is a command of the page: M would mute, Escape would stop the answer.
    event.stopPropagation();
    const move = this.#meaningOf(event.key);
    if (move === undefined) return;
    event.preventDefault();
    if (move === 'close') this.#gallery?.hidePopover();
    else if (move !== 'pick') void this.#focus(move);
    // The key that opened the gallery may still be held down.
    else if (!event.repeat) this.#pick(this.at);
  };

  #meaningOf(key: string): number | 'pick' | 'close' | undefined {
    if (key === 'Escape') return 'close';
    const place = { at: this.at, count: this.avatars.length, columns: this.#columns(), rightToLeft: this.matches(':dir(rtl)') };
    const move = galleryMove(key, place);
    if (move !== undefined || [...key].length !== 1) return move;
    const nowMs = performance.now();
    this.#typed = nowMs - this.#typedAtMs < TYPING_MS ? this.#typed + key : key;
    this.#typedAtMs = nowMs;
    return galleryFind(
      this.#typed,
      this.avatars.map(({ title }) => title),
      this.at,
    );
  }

  #columns(): number {
    const tops = [...this.renderRoot.querySelectorAll<HTMLElement>('.tile')].map((tile) => tile.offsetTop);
    return Math.max(1, tops.filter((top) => top === tops[0]).length);
  }

  #reveal(tile: HTMLElement): void {
    const gallery = this.#gallery;
    if (!gallery) return;
    const [inside, outside] = [tile.getBoundingClientRect(), gallery.getBoundingClientRect()];
    gallery.scrollTop += Math.min(0, inside.top - outside.top - GAP_PX) + Math.max(0, inside.bottom - outside.bottom + GAP_PX);
  }

  async #focus(index: number): Promise<void> {
    this.at = index;
    await this.updateComplete;
    const tile = this.renderRoot.querySelectorAll<HTMLElement>('.tile')[index];
    // Only the gallery scrolls: browsers would also move the boxes that the button stands in.
    tile?.focus({ preventScroll: true });
    if (tile) this.#reveal(tile);
  }
}

customElements.define('visavis-face-picker', FacePicker);
