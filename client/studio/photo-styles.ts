import { css } from 'lit';

export const photoStyles = css`
  .drop {
    display: grid;
    place-items: center;
    align-content: center;
    gap: 1rem;
    min-block-size: min(24rem, 60dvh);
    padding: 2rem;
    border: 2px dashed var(--line-strong);
    border-radius: var(--radius-l);
    color: var(--ink-soft);
    text-align: center;
    transition:
      background 160ms,
      border-color 160ms;
  }
  .drop[data-over] {
    border-color: var(--accent);
    background: var(--accent-wash);
  }
  .drop > svg {
    inline-size: 4rem;
    block-size: 4rem;
    opacity: 0.6;
  }
  label.primary,
  label.secondary {
    position: relative;
    cursor: pointer;
  }
  label[data-busy] {
    opacity: 0.5;
    cursor: default;
  }
  label:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 3px;
  }
  .whole {
    display: block;
    max-inline-size: 100%;
    max-block-size: 32rem;
    margin-inline: auto;
    border-radius: var(--radius-m);
  }
  .checks {
    display: grid;
    gap: 0.625rem;
    margin: 0;
    padding: 0 0.25rem;
    list-style: none;
  }
  .checks li {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.75rem;
  }
  .checks i {
    display: grid;
    place-items: center;
    inline-size: 1.5rem;
    block-size: 1.5rem;
    border-radius: 50%;
    background: var(--line);
    font-size: 0.625rem;
  }
  .checks b {
    font-weight: 500;
  }
  .checks p {
    color: var(--ink-soft);
    font-size: 0.9375rem;
  }
  [data-state='good'] i {
    background: var(--accent);
    color: var(--on-accent);
  }
  [data-state='doubtful'] i {
    background: color-mix(in srgb, var(--warning) 22%, transparent);
    color: var(--warning);
  }
  [data-state='bad'] i {
    background: var(--danger-solid);
    color: #fff;
  }
  [data-state='unknown'] b {
    color: var(--ink-faint);
    font-weight: 400;
  }
`;
