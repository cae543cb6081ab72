import { css } from 'lit';

/** What lies over the face in a call: its state, notices, captions. */
export const overlayStyles = css`
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
    /* Dark enough for white words on a white shirt from the first line on: 4.5 to 1. */
    background: linear-gradient(transparent, #0c0f12a6 4.5rem, #0c0f12d9);
    border-end-start-radius: inherit;
    border-end-end-radius: inherit;
    color: #fff;
    text-align: center;
    pointer-events: none;
    transition: opacity 500ms;
  }
  .captions[data-quiet] {
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
    color: #ffffffe6;
  }
  .captions [data-partial] {
    color: #ffffffcc;
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
`;
