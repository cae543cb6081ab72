import { css } from 'lit';

/** Two more shapes of the page: the conversation as a sheet over the face on a small screen, and everything over the face on a phone. */
export const smallScreenStyles = css`
  /* Not enough room for two columns: the conversation is a sheet over the face. */
  @media (max-width: 67.99rem), (max-height: 29.99rem) {
    aside {
      position: fixed;
      z-index: 5;
      inset-block: max(0.75rem, env(safe-area-inset-top)) max(0.75rem, env(safe-area-inset-bottom));
      inset-inline-end: 0.75rem;
      inline-size: min(24rem, 100vw - 1.5rem);
      margin: 0;
      box-shadow: 0 20px 70px -10px #0009;
    }
    visavis-transcript {
      padding-block-start: 0.75rem;
      --header-end: 2.75rem;
    }
    .close {
      display: inline-grid;
      position: absolute;
      inset-block-start: 0.75rem;
      inset-inline-end: 0.875rem;
      z-index: 1;
    }
  }

  /* Phones: the face is the page. */
  @media (max-width: 40rem), (max-height: 30rem) {
    .app {
      padding: 0;
      grid-template: 'main' minmax(0, 1fr) / minmax(0, 1fr);
      background: #14171b;
    }
    header {
      position: absolute;
      inset-inline: 0;
      inset-block-start: 0;
      block-size: calc(3.5rem + env(safe-area-inset-top));
      padding: env(safe-area-inset-top) max(0.75rem, env(safe-area-inset-right)) 0 max(1rem, env(safe-area-inset-left));
      color: #fff;
      pointer-events: none;
      background: linear-gradient(#0c0f1299, transparent);
    }
    .brand {
      font-size: 1.125rem;
    }
    .tools {
      margin-inline-end: 0;
      pointer-events: auto;
    }
    header .icon-button {
      color: #fff;
      --focus: #fff;
    }
    header .icon-button:hover {
      background: #ffffff24;
      color: #fff;
    }
    main {
      position: relative;
      grid-template-rows: minmax(0, 1fr);
    }
    visavis-avatar {
      --visavis-radius: 0px;
      inline-size: 100%;
      block-size: 100%;
      border-radius: 0;
      box-shadow: none;
    }
    .foot {
      position: absolute;
      inset-inline: 0;
      inset-block-end: 0;
      min-block-size: 0;
      padding: 0 max(0.75rem, env(safe-area-inset-right)) calc(0.875rem + env(safe-area-inset-bottom)) max(0.75rem, env(safe-area-inset-left));
      pointer-events: none;
    }
    .foot > * {
      pointer-events: auto;
    }
    .status {
      inset-block-start: calc(3.5rem + env(safe-area-inset-top));
      justify-content: center;
    }
    .notice {
      inset-block-start: calc(6.25rem + env(safe-area-inset-top));
    }
    .captions {
      padding-block-end: calc(6rem + env(safe-area-inset-bottom));
    }
    /* The buttons lie over the face: what is said meanwhile stands above them. */
    .app[data-busy] visavis-start {
      padding-block-end: calc(6rem + env(safe-area-inset-bottom));
    }
    .app:has(.composer) .captions {
      padding-block-end: calc(10rem + env(safe-area-inset-bottom));
    }
    .engines {
      display: none;
    }
  }

  /* A phone on its side: the buttons stand in a column beside the face. */
  @media (max-height: 30rem) and (orientation: landscape) {
    visavis-avatar {
      inline-size: min(100cqi, 150cqb);
    }
    /* The state of the call stands beside it: no shade over both, but one behind every sign. */
    header {
      background: none;
    }
    .brand {
      text-shadow: 0 0 0.375rem #000c;
    }
    header .icon-button svg {
      filter: drop-shadow(0 0 0.1875rem #000c);
    }
    .foot {
      position: static;
      padding: 0;
    }
    visavis-controls {
      position: absolute;
      inset-block: 3.5rem 0;
      inset-inline-end: max(0.75rem, env(safe-area-inset-right));
      align-items: center;
      --dock-direction: column;
      --end-size: 3rem;
    }
    .composer {
      position: absolute;
      inset-block-end: calc(0.75rem + env(safe-area-inset-bottom));
      inset-inline: 0;
      margin-inline: auto;
      inline-size: min(26rem, 60vw);
    }
    .status {
      inset-block-start: calc(0.75rem + env(safe-area-inset-top));
    }
    .notice {
      inset-block-start: calc(3.5rem + env(safe-area-inset-top));
    }
    /* Where the face is as wide as the window, the buttons stand on it: words keep clear of them. */
    .captions {
      padding-block: 3rem calc(1rem + env(safe-area-inset-bottom));
      padding-inline: max(2.5rem, 5.25rem + env(safe-area-inset-right) - (100vw - 100cqi) / 2);
    }
    .app[data-busy] visavis-start {
      padding-block-end: calc(1rem + env(safe-area-inset-bottom));
      padding-inline-end: calc(6rem + env(safe-area-inset-right));
    }
    .app:has(.composer) .captions {
      padding-block-end: calc(4.75rem + env(safe-area-inset-bottom));
    }
    .captions p {
      max-block-size: 2.8em;
    }
    aside {
      grid-template-rows: minmax(11rem, 1fr) auto;
      overflow-y: auto;
    }
  }
`;
