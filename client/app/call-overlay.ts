import { html, nothing } from 'lit';
import type { CaptionLine } from '../element/captions.ts';
import type { Notice } from '../element/events.ts';
import type { CallState } from '../element/state.ts';
import { icons } from './icons.ts';
import type { Strings } from './strings.ts';

export interface OverlayView {
  readonly call: CallState;
  readonly muted: boolean;
  /** The server calls the connection poor. */
  readonly isPoor: boolean;
  readonly notice: Notice | undefined;
  /** The newest lines as far as they were heard; undefined where no captions are wanted. */
  readonly lines: readonly { readonly line: CaptionLine; readonly heard: string }[] | undefined;
  /** Nothing has been said for a while. */
  readonly quiet: boolean;
  readonly strings: Strings;
  readonly onSound: () => void;
}

/** What lies over the face in a call. */
export const callOverlay = (view: OverlayView): unknown =>
  html`${statusOf(view)} ${noticeOf(view)} ${captionsOf(view)} ${soundButton(view)}`;

function statusOf({ call, muted, isPoor, strings }: OverlayView): unknown {
  const reconnecting = call.phase === 'reconnecting';
  return html`<div class="status">
    <span
      class="pill"
      role="status"
      data-activity=${reconnecting ? 'thinking' : call.activity}
      ?data-deaf=${muted || call.microphone === 'lost'}
    >
      <i aria-hidden="true"></i>${statusText(call, muted, strings)}
    </span>
    ${isPoor && !reconnecting ? html`<span class="pill poor">${strings.connectionPoor}</span>` : nothing}
  </div>`;
}

function statusText({ phase, activity, microphone, hears }: CallState, muted: boolean, strings: Strings): string {
  if (phase === 'reconnecting') return strings.reconnecting;
  if (microphone === 'lost') return strings.microphoneGone;
  if (activity !== 'listening') return strings[activity];
  if (microphone === 'off' || !hears) return strings.readyForTyping;
  return muted ? strings.muted : strings.listening;
}

function noticeOf({ call, notice, strings }: OverlayView): unknown {
  const missing = call.microphone !== 'off' && !call.hears ? strings.noRecogniser : undefined;
  const text = notice ? (strings.notices[notice.code] ?? [notice.message, notice.hint].filter(Boolean).join(' ')) : missing;
  return html`<div class="notice" role="status">${text ? html`<p dir="auto">${text}</p>` : nothing}</div>`;
}

function captionsOf({ lines, quiet }: OverlayView): unknown {
  if (!lines) return nothing;
  return html`<div class="captions" ?data-quiet=${quiet || lines.length === 0} aria-hidden="true">
    ${lines.map(
      ({ line, heard }) => html`<p class=${line.speaker} ?data-partial=${line.speaker === 'visitor' && line.state === 'partial'} dir="auto">
        <span>${heard}</span>
      </p>`,
    )}
  </div>`;
}

function soundButton({ call, strings, onSound }: OverlayView): unknown {
  if (!call.soundBlocked) return nothing;
  return html`<button class="sound" type="button" @click=${onSound}>${icons.sound}<span>${strings.tapForSound}</span></button>`;
}
