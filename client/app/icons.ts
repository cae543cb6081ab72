import { svg, type TemplateResult } from 'lit';

const icon = (paths: TemplateResult<2>): TemplateResult<2> => svg`
  <svg viewBox="0 0 24 24" width="1.5em" height="1.5em" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"
    stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`;

const microphoneBody = svg`<rect x="9" y="3" width="6" height="11.5" rx="3" /><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />`;

export const icons = {
  microphone: icon(microphoneBody),
  microphoneOff: icon(svg`${microphoneBody}<path d="M4 4l16 16" />`),
  keyboard: icon(
    svg`<rect x="3" y="6" width="18" height="12" rx="2.5" /><path d="M7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M7 13.8h.01M17 13.8h.01M10 14h4" />`,
  ),
  send: icon(svg`<path d="M12 19V5M5.5 11.5L12 5l6.5 6.5" />`),
  stop: icon(svg`<rect x="4.5" y="4.5" width="15" height="15" rx="3.4" fill="currentColor" stroke="none" />`),
  captions: icon(svg`<rect x="3" y="5" width="18" height="14" rx="3" /><path d="M10.6 10.6a2 2 0 1 0 0 2.8M17 10.6a2 2 0 1 0 0 2.8" />`),
  end: icon(
    svg`<path d="M3.6 14.9c-.8-.9-.9-2.3-.1-3.2C5.6 9.3 8.7 8 12 8s6.4 1.3 8.5 3.7c.8.9.7 2.3-.1 3.2l-.9.9c-.5.5-1.3.6-1.9.2l-2-1.3c-.5-.3-.8-.9-.7-1.5l.1-1.1a9.8 9.8 0 0 0-6 0l.1 1.1c.1.6-.2 1.2-.7 1.5l-2 1.3c-.6.4-1.4.3-1.9-.2z" fill="currentColor" stroke="none" />`,
  ),
  sun: icon(
    svg`<circle cx="12" cy="12" r="4" /><path d="M12 2.8v2M12 19.2v2M2.8 12h2M19.2 12h2M5.5 5.5l1.4 1.4M17.1 17.1l1.4 1.4M5.5 18.5l1.4-1.4M17.1 6.9l1.4-1.4" />`,
  ),
  moon: icon(svg`<path d="M20 14.3A8.3 8.3 0 0 1 9.7 4 8.3 8.3 0 1 0 20 14.3z" />`),
  panel: icon(
    svg`<path d="M4.5 6.5A2.5 2.5 0 0 1 7 4h10a2.5 2.5 0 0 1 2.5 2.5v7A2.5 2.5 0 0 1 17 16h-4.5L8 20v-4H7a2.5 2.5 0 0 1-2.5-2.5z" /><path d="M8.5 8.5h7M8.5 11.7h4.5" />`,
  ),
  face: icon(svg`<circle cx="12" cy="8.5" r="4" /><path d="M4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6" />`),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18" />`),
  copy: icon(
    svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2.5" /><path d="M5.5 15.5a1 1 0 0 1-1-1v-8a2 2 0 0 1 2-2h8a1 1 0 0 1 1 1" />`,
  ),
  plus: icon(svg`<path d="M12 5.5v13M5.5 12h13" />`),
  check: icon(svg`<path d="M5 12.5l4.5 4.5L19 7.5" />`),
  sound: icon(svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" />`),
  warning: icon(svg`<path d="M12 4.2L21 19.5H3z" /><path d="M12 10v4.5M12 17h.01" />`),
} as const;
