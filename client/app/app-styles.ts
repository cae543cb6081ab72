import { css } from 'lit';

/**
 * Three shapes of one page: beside each other on a wide screen, the conversation as a sheet over the face on a small
 * one, and everything over the face on a phone.
 */
export const appStyles = css`
  :host {
    display: block;
  }
  .app {
    --gap: clamp(0.75rem, 2vw, 1.5rem);
    position: fixed;
    inset: 0;
    block-size: 100dvh;
    display: grid;
    grid-template: 'header header' auto 'main panel' minmax(0, 1fr) 'engines engines' auto / minmax(0, 1fr) auto;
    column-gap: var(--gap);
    padding: env(safe-area-inset-top) max(var(--gap), env(safe-area-inset-right)) max(0.75rem, env(safe-area-inset-bottom))
      max(var(--gap), env(safe-area-inset-left));
    background: radial-gradient(90rem 50rem at 30% -10%, var(--ground-glow), transparent 70%), var(--ground);
    color: var(--ink);
    overflow: hidden;
  }
  header {
    grid-area: header;
    display: flex;
    align-items: center;
    justify-content: space-between;
    block-size: 4rem;
    z-index: 3;
  }
  .brand {
    display: inline-flex;
    align-items: center;
    gap: 0.625rem;
    font: 500 1.25rem/1 var(--serif);
    letter-spacing: 0.005em;
  }
  .brand img {
    inline-size: 1.75rem;
    block-size: 1.75rem;
  }
  .tools {
    display: inline-flex;
    gap: 0.25rem;
    margin-inline-end: -0.625rem;
  }
  main {
    grid-area: main;
    min-block-size: 0;
    min-inline-size: 0;
    display: grid;
    grid-template-rows: minmax(0, 1fr) auto;
    justify-items: center;
  }
  .stage {
    container-type: size;
    inline-size: 100%;
    block-size: 100%;
    min-block-size: 0;
    display: grid;
    place-items: center;
  }
  visavis-avatar {
    --visavis-radius: var(--radius-l);
    --visavis-listening: var(--state-listening);
    --visavis-hearing: var(--state-hearing);
    --visavis-thinking: var(--state-thinking);
    --visavis-speaking: var(--state-speaking);
    --visavis-backdrop: radial-gradient(110% 90% at 50% 14%, var(--stage-1) 0%, var(--stage-2) 55%, var(--stage-3) 100%);
    container-type: inline-size;
    contain: layout style;
    --visavis-object-position: 50% 18%;
    /* The picture is square: a little may be cut off, mostly at the bottom, never the face. */
    inline-size: min(100cqi, 116cqb);
    block-size: min(100cqb, 124cqi);
    border-radius: var(--radius-l);
    box-shadow: var(--shadow-stage);
  }
  .foot {
    display: flex;
    flex-wrap: wrap-reverse;
    align-items: center;
    justify-content: center;
    gap: 0.625rem;
    inline-size: 100%;
    padding-block: 1rem 1.25rem;
    min-block-size: 6.375rem;
    z-index: 2;
  }
  visavis-controls {
    animation: appear 300ms var(--ease) both;
  }
  @keyframes appear {
    from {
      opacity: 0;
      translate: 0 0.5rem;
    }
  }
  .status {
    position: absolute;
    inset-block-start: 1rem;
    inset-inline: 1rem;
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.375rem 0.875rem 0.375rem 0.75rem;
    border-radius: 2rem;
    background: #14171bb3;
    backdrop-filter: blur(10px);
    color: #fff;
    font-size: 0.875rem;
    font-weight: 500;
    line-height: 1.3;
  }
  .pill i {
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: var(--state-listening);
    transition: background 200ms;
  }
  .pill[data-activity='hearing'] i,
  .pill[data-activity='paused'] i {
    background: var(--state-hearing);
  }
  .pill[data-activity='thinking'] i {
    background: var(--state-thinking);
    animation: blink 1.1s ease-in-out infinite;
  }
  .pill[data-activity='speaking'] i {
    background: var(--state-speaking);
  }
  .pill[data-deaf][data-activity='listening'] i {
    background: #e5786e;
  }
  @keyframes blink {
    50% {
      opacity: 0.25;
    }
  }
  .pill.poor {
    background: #6d3b12cc;
    padding-inline: 0.875rem;
  }
  .notice {
    position: absolute;
    inset-block-start: 3.75rem;
    inset-inline: 1rem;
    display: grid;
    justify-items: center;
    pointer-events: none;
  }
  .notice p {
    margin: 0;
    max-inline-size: 28rem;
    padding: 0.625rem 1rem;
    border-radius: var(--radius-m);
    background: #14171bd9;
    color: #fff;
    font-size: 0.9063rem;
    text-align: center;
    animation: appear 260ms var(--ease) both;
  }
  .captions {
    position: absolute;
    inset-inline: 0;
    inset-block-end: 0;
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    align-items: center;
    gap: 0.375rem;
    padding: 4.5rem clamp(1rem, 5cqi, 3rem) 1.375rem;
    background: linear-gradient(transparent, #0c0f12b8);
    border-end-start-radius: inherit;
    border-end-end-radius: inherit;
    color: #fff;
    text-align: center;
    pointer-events: none;
    transition: opacity 500ms;
  }
  .captions[data-quiet],
  .captions:empty {
    opacity: 0;
  }
  .captions p {
    margin: 0;
    max-inline-size: 36rem;
    /* The newest words stay in sight; what scrolled out is in the transcript. */
    max-block-size: 4.2em;
    overflow: hidden;
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    text-wrap: balance;
    text-shadow: 0 1px 3px #0008;
  }
  .captions .avatar {
    font-size: clamp(1.0625rem, 2.6cqi, 1.3125rem);
    font-weight: 500;
    line-height: 1.4;
  }
  .captions .visitor {
    font-size: clamp(0.9375rem, 2.1cqi, 1.0625rem);
    line-height: 1.4;
    color: #ffffffd1;
  }
  .captions [data-partial] {
    color: #ffffff94;
  }
  .sound {
    position: absolute;
    inset: 0;
    margin: auto;
    inline-size: fit-content;
    block-size: 3.5rem;
    display: inline-flex;
    align-items: center;
    gap: 0.625rem;
    padding-inline: 1.5rem 1.75rem;
    border-radius: 3rem;
    background: #fff;
    color: #12322e;
    font-weight: 600;
    box-shadow: 0 10px 30px -10px #0009;
  }
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
  aside {
    grid-area: panel;
    position: relative;
    inline-size: 22.5rem;
    min-block-size: 0;
    margin-block-end: 1.25rem;
    display: grid;
    grid-template-rows: minmax(0, 1fr) auto;
    border-radius: var(--radius-l);
    background: var(--surface);
    border: 1px solid var(--line);
    animation: appear 300ms var(--ease) both;
  }
  visavis-transcript {
    padding: 1rem 1.5rem 0;
  }
  visavis-waterfall {
    padding: 1.125rem 1.5rem 1.375rem;
    border-block-start: 1px solid var(--line);
  }
  .close {
    display: none;
  }
  .engines {
    grid-area: engines;
    margin: 0;
    min-block-size: 1.25rem;
    display: flex;
    flex-wrap: wrap;
    gap: 0.125rem 1.25rem;
    font-size: 0.75rem;
    color: var(--ink-faint);
  }
  .engines b {
    font-weight: 500;
    color: var(--ink-soft);
  }

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
    header {
      background: none;
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
    .captions {
      padding: 3rem 2.5rem calc(1rem + env(safe-area-inset-bottom));
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

  @media (prefers-reduced-motion: reduce) {
    .captions,
    .pill i {
      transition: none;
      animation: none;
    }
  }
`;
