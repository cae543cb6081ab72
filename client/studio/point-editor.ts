import { css, html, LitElement, nothing, svg } from 'lit';
import { FACE_POINTS, type FacePoint, type FacePoints } from '../../server/core/face-points.ts';
import { controlStyles } from '../app/shared-styles.ts';
import { type StudioStrings, studioStrings } from './studio-strings.ts';

/** Shown beside a dragged point: this share of the picture, enlarged. */
const LOUPE_SHARE = 0.12;

/**
 * A picture with the points of a face on it, to be dragged or moved by the arrow keys. Coordinates are pixels of the
 * picture as it was sent. Fires `move` (FacePoints).
 */
export class PointEditor extends LitElement {
  static override styles = [
    controlStyles,
    css`
      :host {
        display: block;
      }
      .frame {
        position: relative;
        border-radius: var(--radius-m);
        overflow: hidden;
        background: #000;
      }
      svg {
        display: block;
        inline-size: 100%;
        touch-action: none;
        user-select: none;
      }
      svg.loupe {
        position: absolute;
        inset-block-start: 0.75rem;
        inset-inline-end: 0.75rem;
        inline-size: 8.5rem;
        block-size: 8.5rem;
        border: 3px solid #fff;
        border-radius: 50%;
        box-shadow: 0 4px 20px #0008;
        pointer-events: none;
      }
      .handle {
        cursor: grab;
        outline: none;
      }
      .handle:active {
        cursor: grabbing;
      }
      .ring {
        fill: #7fe3d233;
        stroke: #0d2724;
        vector-effect: non-scaling-stroke;
        stroke-width: 4;
      }
      .ring + .ring {
        fill: none;
        stroke: #7fe3d2;
        stroke-width: 2;
      }
      .handle:focus-visible .ring + .ring,
      .handle[data-held] .ring + .ring {
        stroke: #fff;
        stroke-width: 4;
      }
      .dot {
        fill: #fff;
      }
      .name {
        position: absolute;
        inset-block-end: 0.625rem;
        inset-inline-start: 0.625rem;
        padding: 0.25rem 0.75rem;
        border-radius: 1rem;
        background: #14171bcc;
        color: #fff;
        font-size: 0.875rem;
      }
    `,
  ];

  static override properties = {
    picture: { attribute: false },
    width: { type: Number },
    height: { type: Number },
    points: { attribute: false },
    strings: { attribute: false },
    held: { state: true },
  };

  /** Address of the picture. */
  declare picture: string;
  declare width: number;
  declare height: number;
  declare points: FacePoints;
  declare strings: StudioStrings;
  /** The point that is moved, or has the keyboard. */
  declare held: FacePoint | undefined;

  constructor() {
    super();
    this.picture = '';
    this.width = 1;
    this.height = 1;
    this.points = {};
    this.strings = studioStrings('en');
    this.held = undefined;
  }

  protected override render(): unknown {
    const { width, height, points, strings, held } = this;
    const radius = Math.max(width, height) / 60;
    const at = held && points[held];
    return html`<div class="frame">
      <svg class="board" viewBox="0 0 ${width} ${height}" role="group" aria-label=${strings.placeTitle}>
        <image href=${this.picture} width=${width} height=${height}></image>
        ${FACE_POINTS.map((name) => {
          const point = points[name];
          if (!point) return nothing;
          return svg`<g
            class="handle"
            role="button"
            tabindex="0"
            aria-label=${`${strings.points[name]}, ${Math.round(point.x)} ${Math.round(point.y)}`}
            ?data-held=${name === held}
            transform="translate(${point.x} ${point.y})"
            @pointerdown=${(event: PointerEvent) => this.#take(name, event)}
            @pointermove=${(event: PointerEvent) => this.#drag(name, event)}
            @keydown=${(event: KeyboardEvent) => this.#nudge(name, event)}
            @focus=${() => {
              this.held = name;
            }}
            @blur=${() => {
              this.held = undefined;
            }}
          ><circle class="ring" r=${radius}></circle><circle class="ring" r=${radius}></circle><circle class="dot" r=${radius / 6}></circle></g>`;
        })}
      </svg>
      ${at ? this.#renderLoupe(at) : nothing}
      ${held ? html`<span class="name" aria-hidden="true">${strings.points[held]}</span>` : nothing}
    </div>`;
  }

  #renderLoupe({ x, y }: { x: number; y: number }): unknown {
    const { width, height } = this;
    const side = Math.max(width, height) * LOUPE_SHARE;
    return html`<svg class="loupe" viewBox="${x - side / 2} ${y - side / 2} ${side} ${side}" aria-hidden="true">
      <image href=${this.picture} width=${width} height=${height}></image>
      <path d="M${x - side / 8} ${y}h${side / 4}M${x} ${y - side / 8}v${side / 4}" stroke="#7fe3d2" stroke-width=${side / 90}></path>
    </svg>`;
  }

  #take(name: FacePoint, event: PointerEvent): void {
    const handle = event.currentTarget as SVGGElement;
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    this.held = name;
  }

  #drag(name: FacePoint, event: PointerEvent): void {
    if (!(event.currentTarget as SVGGElement).hasPointerCapture(event.pointerId)) return;
    const board = this.renderRoot.querySelector<SVGSVGElement>('.board');
    const toPicture = board?.getScreenCTM()?.inverse();
    if (!toPicture) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(toPicture);
    this.#move(name, x, y);
  }

  #nudge(name: FacePoint, event: KeyboardEvent): void {
    const point = this.points[name];
    const step = (Math.max(this.width, this.height) / 800) * (event.shiftKey ? 10 : 1);
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!point || (!dx && !dy)) return;
    event.preventDefault();
    this.#move(name, point.x + (dx ?? 0) * step, point.y + (dy ?? 0) * step);
  }

  #move(name: FacePoint, x: number, y: number): void {
    const inside = (value: number, size: number) => Math.round(Math.min(size - 1, Math.max(0, value)) * 10) / 10;
    const points: FacePoints = { ...this.points, [name]: { x: inside(x, this.width), y: inside(y, this.height) } };
    this.points = points;
    this.dispatchEvent(new CustomEvent<FacePoints>('move', { detail: points }));
  }
}

customElements.define('visavis-points', PointEditor);
