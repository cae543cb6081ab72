import { css } from 'lit';
import { visuallyHidden } from '../element/visually-hidden.ts';

/** What buttons and focus look like everywhere. */
export const controlStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  select,
  input,
  textarea {
    font: inherit;
    color: inherit;
  }
  /* An empty field knows no direction of its own: what it asks for is written in the page's. */
  :placeholder-shown {
    direction: inherit;
  }
  button {
    -webkit-tap-highlight-color: transparent;
    touch-action: manipulation;
    cursor: pointer;
    border: 0;
    background: none;
    padding: 0;
  }
  button:disabled {
    cursor: default;
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--focus, var(--accent));
    outline-offset: 3px;
  }
  [hidden] {
    display: none !important;
  }
  .icon-button {
    display: inline-grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    flex: none;
    border-radius: 50%;
    color: var(--ink-soft);
    transition:
      background 160ms,
      color 160ms;
  }
  .icon-button svg {
    inline-size: 1.3rem;
    block-size: 1.3rem;
  }
  .icon-button:hover {
    background: var(--accent-wash);
    color: var(--ink);
  }
  .visually-hidden {
    margin: -1px;
    ${visuallyHidden}
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition-duration: 1ms !important;
      animation-duration: 1ms !important;
      animation-iteration-count: 1 !important;
    }
  }
`;
