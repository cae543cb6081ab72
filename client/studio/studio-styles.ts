import { css } from 'lit';

/** Forms, buttons, notes and progress of every panel. */
export const studioStyles = css`
  :host {
    display: block;
  }
  h2 {
    margin: 0 0 0.75rem;
    font: 500 1.25rem/1.3 var(--serif);
  }
  p {
    margin: 0;
  }
  .lead {
    max-inline-size: 44rem;
    margin-block-end: 1.5rem;
    color: var(--ink-soft);
    font-size: 1.0625rem;
    text-wrap: pretty;
  }
  .card {
    padding: clamp(1rem, 2.5vw, 1.75rem);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow-soft);
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 24rem);
    gap: clamp(1rem, 2.5vw, 2rem);
    align-items: start;
  }
  .stack {
    display: grid;
    gap: 1rem;
    align-content: start;
  }
  label,
  legend {
    font-size: 0.9375rem;
    font-weight: 500;
  }
  label > span {
    display: block;
    margin-block-end: 0.375rem;
  }
  input[type='text'],
  input[type='password'],
  select,
  textarea {
    inline-size: 100%;
    min-block-size: 2.75rem;
    padding: 0.625rem 0.875rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface-raised);
    color: var(--ink);
    font-weight: 400;
  }
  textarea {
    min-block-size: 6rem;
    resize: vertical;
    font-size: 1.0625rem;
    line-height: 1.5;
  }
  ::placeholder {
    color: var(--ink-faint);
  }
  .check {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.625rem;
    align-items: start;
    font-weight: 400;
  }
  input[type='checkbox'],
  input[type='radio'] {
    inline-size: 1.125rem;
    block-size: 1.125rem;
    margin: 0.1875rem 0 0;
    accent-color: var(--accent);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625rem;
    align-items: center;
  }
  .primary,
  .secondary,
  .danger {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-block-size: 2.75rem;
    padding: 0.5rem 1.375rem;
    border-radius: 2rem;
    font-weight: 550;
    text-decoration: none;
    transition: background 160ms;
  }
  .primary {
    background: var(--accent);
    color: var(--on-accent);
  }
  .primary:hover {
    background: var(--accent-strong);
  }
  .secondary {
    border: 1px solid var(--line-strong);
    color: var(--ink);
  }
  .secondary:hover {
    background: var(--accent-wash);
  }
  .danger {
    background: var(--danger-solid);
    color: #fff;
  }
  button:disabled {
    opacity: 0.5;
  }
  .quiet {
    color: var(--ink-soft);
    font-size: 0.9375rem;
  }
  .problem {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.625rem;
    padding: 0.875rem 1rem;
    border-radius: var(--radius-m);
    background: color-mix(in srgb, var(--danger) 10%, transparent);
    color: var(--ink);
  }
  .problem svg {
    color: var(--danger);
  }
  .problem b {
    display: block;
    font-weight: 550;
  }
  .working {
    display: grid;
    gap: 0.5rem;
  }
  .working .actions {
    justify-content: space-between;
  }
  progress {
    appearance: none;
    inline-size: 100%;
    block-size: 0.5rem;
    border: 0;
    border-radius: 1rem;
    background: var(--accent-wash);
    overflow: hidden;
  }
  progress::-webkit-progress-bar {
    background: none;
  }
  progress::-webkit-progress-value {
    border-radius: 1rem;
    background: var(--accent);
    transition: inline-size 300ms;
  }
  progress::-moz-progress-bar {
    border-radius: 1rem;
    background: var(--accent);
  }
  .picture {
    inline-size: 100%;
    aspect-ratio: 1;
    border-radius: var(--radius-m);
    background: linear-gradient(var(--stage-1), var(--stage-2));
    object-fit: cover;
    display: block;
  }
  video.picture {
    background: #000;
  }
  @media (max-width: 56rem) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
