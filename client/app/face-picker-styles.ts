import { css } from 'lit';

export const facePickerStyles = css`
  :host {
    display: inline-flex;
  }
  .opener {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-block-size: 2.75rem;
    padding-inline: 0.3125rem 0.9375rem;
    border-radius: 2rem;
    background: #ffffff24;
    color: #fff;
    font-size: 0.9375rem;
    font-weight: 500;
    transition: background 160ms;
  }
  .opener:hover,
  .opener[aria-expanded='true'] {
    background: #ffffff3d;
  }
  .opener .name {
    max-inline-size: 9rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .opener i {
    inline-size: 0.4rem;
    block-size: 0.4rem;
    margin-inline-start: 0.125rem;
    border-right: 1.5px solid;
    border-bottom: 1.5px solid;
    translate: 0 -0.12rem;
    rotate: 45deg;
  }
  .thumb {
    display: grid;
    place-items: center;
    inline-size: 2.125rem;
    block-size: 2.125rem;
    border-radius: 50%;
    overflow: hidden;
    background: #ffffff2e;
  }
  .thumb svg {
    inline-size: 1.3rem;
    block-size: 1.3rem;
  }
  :host([compact]) .opener {
    padding: 0.3125rem;
    min-inline-size: 2.75rem;
    background: none;
    color: inherit;
  }
  :host([compact]) .opener:hover,
  :host([compact]) .opener[aria-expanded='true'] {
    background: var(--accent-wash);
  }
  img {
    display: block;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  /* A poster shows the shoulders, too; so small, only the head says who it is. */
  .thumb img {
    object-position: 50% 20%;
    scale: 1.5;
    transform-origin: 50% 38%;
  }
  .initial {
    font: 500 1em/1 var(--serif);
  }

  .gallery {
    --focus: var(--accent);
    position: fixed;
    inset: var(--top) auto var(--bottom) var(--left);
    margin: 0;
    inline-size: min(25rem, 100vw - 1.25rem);
    max-block-size: max(13rem, var(--room));
    padding: 0.875rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface-raised);
    color: var(--ink);
    box-shadow: 0 24px 70px -18px #000a;
    overflow-y: auto;
    overscroll-behavior: contain;
    text-align: center;
  }
  .gallery:popover-open {
    animation: arrive 200ms var(--ease) both;
  }
  @keyframes arrive {
    from {
      opacity: 0;
      translate: 0 0.5rem;
    }
  }
  .heading {
    margin: 0 0 0.75rem;
    padding-inline: 0.375rem;
    font: 500 1.125rem/1.3 var(--serif);
    text-align: start;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr));
    gap: 0.5rem;
  }
  .tile {
    min-inline-size: 0;
    padding: 0.375rem 0.375rem 0.5rem;
    border-radius: 1.125rem;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
    transition: background 160ms;
  }
  .tile:hover {
    background: var(--accent-wash);
  }
  .tile:focus-visible {
    outline-offset: 0;
  }
  .picture {
    position: relative;
    display: grid;
    place-items: center;
    aspect-ratio: 1;
    border-radius: 0.875rem;
    background: linear-gradient(var(--stage-1), var(--stage-2));
    color: #fff;
    font-size: 2.25rem;
    overflow: hidden;
  }
  .tile .name {
    display: block;
    margin-block-start: 0.375rem;
    font-size: 0.9063rem;
    line-height: 1.3;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tile[aria-selected='true'] {
    background: var(--accent-wash);
  }
  .tile[aria-selected='true'] .name {
    color: var(--accent-strong);
    font-weight: 600;
  }
  .picture b {
    position: absolute;
    inset-block-end: 0.375rem;
    inset-inline-end: 0.375rem;
    display: none;
    place-items: center;
    inline-size: 1.5rem;
    block-size: 1.5rem;
    border-radius: 50%;
    background: var(--accent);
    color: var(--on-accent);
    font-size: 0.625rem;
  }
  .tile[aria-selected='true'] b {
    display: grid;
  }

  .make {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-block-size: 2.75rem;
    margin-block-start: 0.75rem;
    border: 1px dashed var(--line-strong);
    border-radius: 1.125rem;
    color: var(--ink-soft);
    font-size: 0.9375rem;
    font-weight: 500;
    text-decoration: none;
  }
  .make:hover {
    background: var(--accent-wash);
    color: var(--ink);
  }
  .make svg {
    inline-size: 1.125rem;
    block-size: 1.125rem;
  }

  /* Phones: a sheet from below, so that the face stays in sight over it. */
  @media (max-width: 40rem) {
    .gallery {
      inset: auto 0 0;
      inline-size: 100%;
      max-inline-size: none;
      max-block-size: 56dvh;
      padding: 1rem max(0.875rem, env(safe-area-inset-right)) calc(1rem + env(safe-area-inset-bottom))
        max(0.875rem, env(safe-area-inset-left));
      border-width: 1px 0 0;
      border-end-start-radius: 0;
      border-end-end-radius: 0;
    }
  }
  /* On its side there is room at the side. */
  @media (max-height: 30rem) and (orientation: landscape) {
    .gallery {
      inset: 0.5rem auto 0.5rem 0.5rem;
      inline-size: min(24rem, 55vw);
      max-block-size: none;
      border: 1px solid var(--line);
      border-radius: var(--radius-l);
    }
    .gallery:dir(rtl) {
      inset: 0.5rem 0.5rem 0.5rem auto;
    }
  }
  @media (forced-colors: active) {
    .tile[aria-selected='true'] {
      outline: 2px solid Highlight;
    }
  }
`;
