import { css } from 'lit';

/** The line to type in. */
export const composerStyles = css`
  .composer {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    flex: 0 1 28rem;
    min-inline-size: min(100%, 18rem);
    padding: 0.375rem;
    padding-inline-start: 1.25rem;
    border-radius: 3rem;
    background: var(--surface-raised);
    border: 1px solid var(--line-strong);
    box-shadow: var(--shadow-soft);
    animation: appear 240ms var(--ease) both;
  }
  .composer:focus-within {
    border-color: var(--accent);
  }
  .composer input {
    flex: 1;
    min-inline-size: 0;
    border: 0;
    background: none;
    /* Below 16px iOS zooms in. */
    font-size: 1rem;
    padding-block: 0.5rem;
  }
  .composer input:focus-visible {
    outline: none;
  }
  .composer input::placeholder {
    color: var(--ink-faint);
    opacity: 1;
  }
  .send {
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    flex: none;
    border-radius: 50%;
    background: var(--accent);
    color: var(--on-accent);
  }
  .send:hover {
    background: var(--accent-strong);
  }
`;
