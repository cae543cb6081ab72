import { css } from 'lit';

export const describeStyles = css`
  .columns {
    grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr);
  }
  .examples {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .examples button {
    padding: 0.375rem 0.875rem;
    border: 1px solid var(--line);
    border-radius: 1.25rem;
    color: var(--ink-soft);
    font-size: 0.9063rem;
    text-align: start;
  }
  .examples button:hover {
    background: var(--accent-wash);
    color: var(--ink);
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem 1.25rem;
    margin: 0;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  legend {
    padding: 0;
    margin-block-end: 0.375rem;
  }
  .reading {
    display: grid;
    gap: 0.5rem;
    padding-inline: 0.25rem;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .chips li {
    padding: 0.25rem 0.75rem;
    border-radius: 1rem;
    background: var(--accent-wash);
    font-size: 0.9063rem;
  }
  .chips span {
    color: var(--ink-soft);
  }
  .people {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0.875rem;
  }
  .people.empty {
    min-block-size: 20rem;
    margin: 0;
    padding: 2rem;
    place-content: center;
    grid-template-columns: minmax(0, 22rem);
    text-align: center;
    color: var(--ink-soft);
    border: 2px dashed var(--line);
    border-radius: var(--radius-l);
  }
  .person {
    position: relative;
    display: block;
    border-radius: 1.25rem;
    cursor: pointer;
  }
  .person .picture {
    border-radius: 1.25rem;
    animation: appear 400ms var(--ease) both;
  }
  .person input {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-start: 0.75rem;
    z-index: 1;
    margin: 0;
    inline-size: 1.375rem;
    block-size: 1.375rem;
  }
  .person:has(:checked) {
    outline: 3px solid var(--accent);
    outline-offset: 3px;
  }
  .person:has(:focus-visible) {
    outline: 3px dashed var(--accent);
    outline-offset: 3px;
  }
  .waiting {
    aspect-ratio: 1;
    background: var(--accent-wash);
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
      scale: 0.97;
    }
  }
  @media (max-width: 56rem) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    .people.empty {
      display: none;
    }
  }
`;
