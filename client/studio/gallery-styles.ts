import { css } from 'lit';

export const galleryStyles = css`
  .faces {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(11rem, 42vw), 1fr));
    gap: clamp(0.75rem, 2vw, 1.25rem);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .faces button {
    display: grid;
    inline-size: 100%;
    padding: 0.5rem 0.5rem 0.875rem;
    border-radius: 1.375rem;
    text-align: start;
    transition: background 160ms;
  }
  .faces button:hover {
    background: var(--accent-wash);
  }
  .faces .picture {
    margin-block-end: 0.625rem;
    display: grid;
    place-items: center;
    color: #fff;
    font: 500 3rem/1 var(--serif);
  }
  .faces b {
    padding-inline: 0.375rem;
    font: 500 1.0625rem/1.3 var(--serif);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .faces button > span:last-child {
    padding-inline: 0.375rem;
    color: var(--ink-soft);
    font-size: 0.875rem;
  }
  dialog {
    inline-size: min(44rem, 100vw - 1.5rem);
    max-block-size: calc(100dvh - 1.5rem);
    padding: clamp(1rem, 3vw, 1.75rem);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface-raised);
    color: var(--ink);
    box-shadow: 0 30px 90px -20px #000c;
    overflow-y: auto;
  }
  dialog[open] {
    display: grid;
    gap: 1rem;
    align-content: start;
  }
  dialog::backdrop {
    background: #0009;
    backdrop-filter: blur(4px);
  }
  dialog header {
    display: flex;
    justify-content: space-between;
    align-items: center;
  }
  dialog h2 {
    margin: 0;
    font-size: 1.5rem;
  }
  .views {
    display: inline-flex;
    justify-self: start;
    max-inline-size: 100%;
    padding: 0.25rem;
    border-radius: 2rem;
    background: var(--accent-wash);
  }
  .views button {
    min-block-size: 2.25rem;
    padding: 0.25rem 1rem;
    border-radius: 2rem;
    font-size: 0.9375rem;
  }
  .views [aria-pressed='true'] {
    background: var(--surface);
    box-shadow: var(--shadow-soft);
    font-weight: 550;
  }
  .media {
    display: grid;
    gap: 0.5rem;
    justify-items: center;
    align-content: center;
    /* As high as a clip: nothing under it moves when another view is chosen, or when its picture arrives. */
    min-block-size: min(30rem, 100vw - 4rem);
  }
  .media .picture {
    max-inline-size: 30rem;
  }
  .media img {
    display: block;
    max-inline-size: 100%;
    min-block-size: 6rem;
    border-radius: var(--radius-m);
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.5rem 1.25rem;
    margin: 0;
  }
  dt {
    color: var(--ink-soft);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .sure {
    display: inline-flex;
    flex-wrap: wrap;
    gap: 0.625rem;
    align-items: center;
  }
`;
