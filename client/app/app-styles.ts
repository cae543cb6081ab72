import { css } from 'lit';

/** The page where there is room: the face, the buttons under it, and the conversation beside it. See small-screen-styles.ts. */
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
`;
