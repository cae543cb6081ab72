import { css, html, LitElement, nothing } from 'lit';
import type { StageName, TurnLatency } from '../element/latency.ts';
import { localeOf, type Strings } from './strings.ts';

/** Where the time of the last answer went, stage after stage on one axis. */
export class LatencyWaterfall extends LitElement {
  static override properties = { latency: { attribute: false }, strings: { attribute: false } };

  declare latency: TurnLatency | undefined;
  declare strings: Strings;

  constructor() {
    super();
    this.strings = localeOf('en').strings;
  }

  static override styles = css`
    :host {
      display: block;
    }
    header {
      display: flex;
      align-items: baseline;
      justify-content: space-between;
      gap: 1rem;
    }
    h2 {
      margin: 0;
      font: 600 0.8125rem/1.4 var(--sans);
      color: var(--ink-soft);
    }
    .total {
      font: 500 1.375rem/1.2 var(--serif);
      font-variant-numeric: tabular-nums;
    }
    p {
      margin: 0.25rem 0 0;
      font-size: 0.8125rem;
      color: var(--ink-faint);
    }
    ol {
      list-style: none;
      margin: 0.75rem 0 0;
      padding: 0;
      display: grid;
      gap: 0.4rem;
    }
    li {
      display: grid;
      grid-template-columns: 6.6rem 1fr 3.6rem;
      align-items: center;
      gap: 0.625rem;
      font-size: 0.8125rem;
      color: var(--ink-soft);
    }
    .track {
      position: relative;
      block-size: 0.5rem;
      border-radius: 1rem;
      background: var(--accent-wash);
    }
    .bar {
      position: absolute;
      inset-block: 0;
      inset-inline-start: calc(var(--start) * 100%);
      inline-size: max(0.25rem, calc(var(--length) * 100%));
      border-radius: 1rem;
      background: var(--colour, var(--accent));
      transition:
        inset-inline-start 400ms var(--ease),
        inline-size 400ms var(--ease);
    }
    [data-stage='endpoint'] {
      --colour: var(--state-listening);
    }
    [data-stage='asr'] {
      --colour: var(--state-hearing);
    }
    [data-stage='llm'] {
      --colour: var(--state-thinking);
    }
    [data-stage='tts'],
    [data-stage='frame'] {
      --colour: var(--state-speaking);
    }
    [data-stage='network'] {
      --colour: var(--ink-faint);
    }
    .ms {
      text-align: end;
      font-variant-numeric: tabular-nums;
      color: var(--ink);
      white-space: nowrap;
    }
    @media (prefers-reduced-motion: reduce) {
      .bar {
        transition: none;
      }
    }
  `;

  protected override render(): unknown {
    const { latency, strings } = this;
    if (!latency) return html`<h2>${strings.lastAnswer}</h2><p>${strings.lastAnswerEmpty}</p>`;
    return html`
      <header>
        <h2>${strings.lastAnswer}</h2>
        <span class="total">${strings.milliseconds(Math.round(latency.totalMs))}</span>
      </header>
      ${latency.prepared ? html`<p>${strings.preparedEarly}</p>` : nothing}
      <ol>
        ${latency.stages.map(
          (stage) => html`<li data-stage=${stage.name}>
            <span>${this.#nameOf(stage.name)}</span>
            <span class="track" aria-hidden="true"
              ><span class="bar"></span
            ></span>
            <span class="ms">${strings.milliseconds(Math.round(stage.durationMs))}</span>
          </li>`,
        )}
      </ol>
    `;
  }

  /** Through the style object, since the pages' content security policy forbids style attributes. */
  protected override updated(): void {
    const { latency } = this;
    if (!latency) return;
    const spanMs = Math.max(latency.totalMs, ...latency.stages.map((stage) => stage.startMs + stage.durationMs), 1);
    for (const [i, bar] of [...this.renderRoot.querySelectorAll<HTMLElement>('.bar')].entries()) {
      const stage = latency.stages[i]!;
      bar.style.setProperty('--start', `${stage.startMs / spanMs}`);
      bar.style.setProperty('--length', `${stage.durationMs / spanMs}`);
    }
  }

  #nameOf(stage: StageName): string {
    const { strings } = this;
    const names: Record<StageName, string> = {
      endpoint: strings.stageEndpoint,
      asr: strings.stageAsr,
      llm: strings.stageLlm,
      tts: strings.stageTts,
      frame: strings.stageFrame,
      network: strings.stageNetwork,
    };
    return names[stage];
  }
}

customElements.define('visavis-waterfall', LatencyWaterfall);
