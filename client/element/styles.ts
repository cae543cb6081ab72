import { css } from 'lit';
import { visuallyHidden } from './visually-hidden.ts';

/** The picture and what belongs to it. Colours can be set from outside through `--visavis-*`. */
export const avatarStyles = css`
  :host {
    --_listening: var(--visavis-listening, #2a9d8f);
    --_hearing: var(--visavis-hearing, #3f8efc);
    --_thinking: var(--visavis-thinking, #d9962b);
    --_speaking: var(--visavis-speaking, #7b6cf6);
    --_radius: var(--visavis-radius, 0px);
    --_state: transparent;
    display: block;
    position: relative;
    min-block-size: 8rem;
    aspect-ratio: var(--visavis-aspect, auto);
    contain: layout style;
  }
  :host([hidden]) {
    display: none;
  }
  .stage {
    position: absolute;
    inset: 0;
    /* Not hidden: what is hidden can still be scrolled, by a focus that moves, and the face would slide away. */
    overflow: clip;
    border-radius: var(--_radius);
    background: var(--visavis-backdrop, radial-gradient(120% 90% at 50% 18%, #6f7f8f 0%, #3c4753 52%, #20262e 100%));
    isolation: isolate;
  }
  .backdrop {
    position: absolute;
    inset: 0;
    z-index: -1;
  }
  /* A person who is not there yet: head and shoulders in the light of the room. */
  .backdrop::before,
  .backdrop::after {
    content: '';
    position: absolute;
    inset-inline: 0;
    margin-inline: auto;
    background: linear-gradient(#ffffff2e, #ffffff12);
  }
  .backdrop::before {
    inset-block-start: 24%;
    inline-size: 27%;
    aspect-ratio: 0.82;
    border-radius: 50% 50% 46% 46%;
  }
  .backdrop::after {
    inset-block-start: 66%;
    inline-size: 66%;
    aspect-ratio: 1.2;
    border-radius: 48% 48% 0 0;
  }
  .poster,
  video,
  canvas {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
    object-position: var(--visavis-object-position, 50% 30%);
    transition: opacity 420ms ease;
  }
  video,
  canvas {
    opacity: 0;
  }
  .stage[data-picture] video,
  .stage[data-picture][data-drawn-by='client'] canvas {
    opacity: 1;
  }
  .stage[data-phase='reconnecting'] :is(video, canvas) {
    filter: saturate(0.55) brightness(0.8);
  }
  video {
    transition:
      opacity 420ms ease,
      filter 300ms ease;
  }
  /* Over the video, whose last picture still stands: long enough not to cut, too short for a ghost. */
  canvas {
    transition:
      opacity 140ms ease,
      filter 300ms ease;
  }
  .ring {
    position: absolute;
    inset: 0;
    border-radius: var(--_radius);
    pointer-events: none;
    box-shadow:
      inset 0 0 0 2px var(--_state),
      inset 0 0 36px -6px color-mix(in srgb, var(--_state) 65%, transparent);
    opacity: 0.85;
    /* Not the shadow: to blur it anew for each step takes a processor half of its time, just when the answer begins. */
    transition: opacity 260ms ease;
  }
  .stage[data-phase='live'][data-activity='hearing'] {
    --_state: var(--_hearing);
  }
  .stage[data-phase='live'][data-activity='thinking'] {
    --_state: var(--_thinking);
  }
  .stage[data-phase='live'][data-activity='speaking'] {
    --_state: var(--_speaking);
  }
  .stage[data-phase='live'][data-activity='paused'] {
    --_state: var(--_hearing);
  }
  .stage[data-phase='reconnecting'] {
    --_state: var(--_thinking);
  }
  .stage[data-activity='thinking'] .ring,
  .stage[data-phase='reconnecting'] .ring {
    animation: breathe 1.6s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.35;
    }
  }
  .captions {
    position: absolute;
    inset-inline: 0;
    inset-block-end: 0;
    display: flex;
    flex-direction: column;
    gap: 0.35em;
    padding: 3.5em 1.25em 1.1em;
    /* Dark enough for white words on a white shirt from the first line on: 4.5 to 1. */
    background: linear-gradient(transparent, #000000a6 3.5em, #000000d9);
    color: #fff;
    font: 500 clamp(0.95rem, 2.4cqi, 1.2rem) / 1.4 system-ui, sans-serif;
    text-align: center;
    text-wrap: balance;
    pointer-events: none;
  }
  .caption {
    margin: 0;
  }
  .captions[hidden] {
    display: none;
  }
  .caption.visitor {
    font-size: 0.86em;
    color: #ffffffe6;
  }
  .caption[data-partial] {
    color: #ffffffcc;
  }
  .hidden {
    ${visuallyHidden}
  }
  @media (prefers-reduced-motion: reduce) {
    .poster,
    video,
    canvas,
    .ring {
      transition-duration: 1ms;
      animation: none;
    }
  }
`;
