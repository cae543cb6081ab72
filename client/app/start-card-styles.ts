import { css } from 'lit';
import { visuallyHidden } from '../element/visually-hidden.ts';

export const startCardStyles = css`
  :host {
    --focus: #fff;
    position: absolute;
    inset: 0;
    display: flex;
    align-items: flex-end;
    justify-content: center;
    padding: 1.5rem 1.25rem calc(1.75rem + env(safe-area-inset-bottom));
    color: #fff;
    background: linear-gradient(transparent 40%, #0d1113bf 80%, #0d1113e0);
    border-radius: inherit;
    overflow-y: auto;
  }
  .card {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 1rem;
    inline-size: min(100%, 27rem);
    margin-block-start: auto;
    text-align: center;
    animation: rise 420ms var(--ease) both;
  }
  .words,
  .actions {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: 0;
  }
  @keyframes rise {
    from {
      opacity: 0;
      translate: 0 0.75rem;
    }
  }
  h1 {
    margin: 0;
    font: 500 clamp(2.25rem, 6cqi, 3.25rem) / 1.1 var(--serif);
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  h1.small {
    font-size: clamp(1.375rem, 4cqi, 1.75rem);
    line-height: 1.2;
  }
  .lead {
    margin: 0;
    font-size: 1.0313rem;
    line-height: 1.45;
    color: #ffffffd9;
    text-wrap: balance;
  }
  .primary {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.625rem;
    min-block-size: 3.5rem;
    padding-inline: 1.75rem 2rem;
    border-radius: 3rem;
    background: #fff;
    color: #12322e;
    font-weight: 600;
    font-size: 1.0625rem;
    font-variant-numeric: tabular-nums;
    box-shadow: 0 10px 30px -10px #0009;
    transition:
      transform 180ms var(--ease),
      background 180ms;
  }
  .primary:hover:not(:disabled) {
    transform: translateY(-1px);
    background: #f3f7f5;
  }
  .primary:active:not(:disabled) {
    transform: translateY(0);
  }
  .primary:disabled {
    background: #ffffff3d;
    color: #fff;
    box-shadow: none;
  }
  .secondary {
    min-block-size: 2.75rem;
    padding-inline: 1.25rem;
    border-radius: 2rem;
    color: #ffffffe6;
    font-weight: 500;
    text-decoration: underline;
    text-decoration-color: #ffffff59;
    text-underline-offset: 0.3em;
  }
  .secondary:hover {
    text-decoration-color: #fff;
  }
  .spinner {
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 50%;
    border: 2.5px solid #ffffff3d;
    border-block-start-color: #fff;
    animation: turn 900ms linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  .choices {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 0.5rem;
    margin-block-start: 0.5rem;
  }
  .choices label {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    padding-inline-start: 0.875rem;
    border-radius: 2rem;
    background: #ffffff24;
    font-size: 0.8438rem;
    color: #ffffffcc;
  }
  .choices label::after {
    content: '';
    inline-size: 0.4rem;
    block-size: 0.4rem;
    margin-inline: -1.625rem 1rem;
    border-inline-end: 1.5px solid;
    border-block-end: 1.5px solid;
    translate: 0 -0.12rem;
    rotate: 45deg;
    pointer-events: none;
  }
  .choices label:dir(rtl)::after {
    rotate: -45deg;
  }
  .choices label:focus-within {
    outline: 2px solid #fff;
    outline-offset: 2px;
  }
  select {
    appearance: none;
    max-inline-size: 11rem;
    min-block-size: 2.5rem;
    padding-inline: 0.25rem 1.875rem;
    border: 0;
    background: transparent;
    color: #fff;
    font-weight: 500;
    text-overflow: ellipsis;
    cursor: pointer;
  }
  select:focus-visible {
    outline: none;
  }
  option {
    color: #1d2024;
    background: #fff;
  }
  .choices:empty {
    display: none;
  }
  /* Room enough: the words stand at the face's shoulder, the button beside them. */
  @container (min-width: 40rem) {
    :host {
      padding: 2rem 2.5rem 2.25rem;
      background: linear-gradient(transparent 55%, #0d1113b3 82%, #0d1113d9);
    }
    .card {
      flex-direction: row;
      align-items: flex-end;
      justify-content: space-between;
      gap: 2rem;
      inline-size: 100%;
      text-align: start;
    }
    .words {
      align-items: flex-start;
      max-inline-size: 28rem;
    }
    .choices {
      justify-content: flex-start;
    }
    .actions {
      flex: none;
    }
    .spinner {
      margin-block-end: 0.5rem;
    }
  }
  /* A narrow screen, upright: little lies over the face. The list of faces shows the name, and lists say what they are. */
  @container (max-width: 30rem) {
    :host {
      padding-inline: 0.75rem;
      background: linear-gradient(transparent 40%, #0d1113b3 64%, #0d1113e6 84%);
    }
    .lead {
      font-size: 0.9375rem;
    }
    .choices {
      gap: 0.375rem;
    }
    .choices label {
      padding-inline-start: 0.625rem;
    }
    h1.name,
    .choices label span {
      ${visuallyHidden}
    }
    select {
      max-inline-size: 9.5rem;
    }
    .choices label::after {
      margin-inline: -1.375rem 0.875rem;
    }
  }
  @media (max-height: 30rem) {
    .card {
      flex-direction: row;
      align-items: flex-end;
      justify-content: space-between;
      inline-size: 100%;
      text-align: start;
    }
    .words {
      align-items: flex-start;
    }
    .actions {
      flex: none;
      gap: 0;
    }
    .choices {
      justify-content: flex-start;
    }
    :host {
      background: linear-gradient(transparent, #0d111380 42%, #0d1113e0);
      padding-block-end: calc(1rem + env(safe-area-inset-bottom));
      padding-inline: max(1.25rem, env(safe-area-inset-left)) max(1.25rem, env(safe-area-inset-right));
    }
  }
`;
