import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { CaptionLine, Captions } from '../element/captions.ts';
import { noCaptions } from '../element/captions.ts';
import type { EngineList, Notice, Quality } from '../element/events.ts';
import type { Transcript } from '../element/heard-captions.ts';
import type { TurnLatency } from '../element/latency.ts';
import { type CallState, initialState, isBusy } from '../element/state.ts';
import type { VisavisAvatar } from '../element/visavis-avatar.ts';
import { appStyles } from './app-styles.ts';
import type { ControlName } from './call-controls.ts';
import { callOverlay } from './call-overlay.ts';
import { type Catalogue, emptyCatalogue, fetchCatalogue } from './catalogue.ts';
import { composerStyles } from './composer-styles.ts';
import { engineLines } from './engine-lines.ts';
import { icons } from './icons.ts';
import { keyCommand } from './keyboard.ts';
import { overlayStyles } from './overlay-styles.ts';
import { applyTheme, pageOptions, preferences, withoutToken } from './preferences.ts';
import { controlStyles } from './shared-styles.ts';
import { smallScreenStyles } from './small-screen-styles.ts';
import type { BeginDetail, Choice, StartCard } from './start-card.ts';
import { type Locale, localeOf } from './strings.ts';
import { themeButton } from './theme-button.ts';

const NOTICE_FOR_MS = 7_000;
/** Wide enough for the conversation beside the face. */
const WIDE = '(min-width: 68rem) and (min-height: 30rem)';
/** A caption of a finished line stays this long. */
const CAPTION_LINGERS_MS = 6_000;

/** The page `/`: the face, the buttons under it, and the conversation beside it. */
export class VisavisApp extends LitElement {
  static override styles = [controlStyles, appStyles, overlayStyles, composerStyles, smallScreenStyles];

  static override properties = {
    call: { state: true },
    captions: { state: true },
    latency: { state: true },
    engines: { state: true },
    quality: { state: true },
    notice: { state: true },
    catalogue: { state: true },
    choice: { state: true },
    muted: { state: true },
    typing: { state: true },
    panel: { state: true },
    showCaptions: { state: true },
    theme: { state: true },
    quiet: { state: true },
    spoken: { state: true },
  };

  declare call: CallState;
  declare captions: Captions;
  declare latency: TurnLatency | undefined;
  declare engines: EngineList;
  declare quality: Quality | undefined;
  declare notice: Notice | undefined;
  declare catalogue: Catalogue;
  declare choice: Choice;
  declare muted: boolean;
  declare typing: boolean;
  declare panel: boolean;
  declare showCaptions: boolean;
  declare theme: 'light' | 'dark';
  /** Nothing has been said for a while: captions get out of the face's way. */
  declare quiet: boolean;
  /** Complete lines for screen readers. */
  declare spoken: readonly Transcript[];

  readonly #options = pageOptions(location.search);
  #locale: Locale;
  /** How the visitor wanted to talk last time. */
  #byTyping = false;
  /** Comes back when the server cannot show the one that was picked. */
  #faceBefore: string | undefined;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #quietTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.call = initialState;
    this.captions = noCaptions;
    this.latency = undefined;
    this.engines = [];
    this.quality = undefined;
    this.notice = undefined;
    this.catalogue = emptyCatalogue;
    this.choice = { avatar: this.#options.avatar, voice: this.#options.voice, language: this.#options.language };
    this.muted = false;
    this.typing = false;
    this.panel = matchMedia(WIDE).matches;
    this.showCaptions = preferences.captions;
    this.theme = preferences.theme;
    this.quiet = false;
    this.spoken = [];
    this.#locale = this.#wantedLocale();
  }

  get #avatar(): VisavisAvatar | null {
    return this.renderRoot.querySelector('visavis-avatar');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    applyTheme();
    document.addEventListener('keydown', this.#onKey);
    if (this.#options.token) history.replaceState(history.state, '', withoutToken(location.href));
    void fetchCatalogue(new URL('/', document.baseURI)).then((catalogue) => {
      this.catalogue = catalogue;
      if (this.engines.length === 0) this.engines = catalogue.engines;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.#onKey);
    clearTimeout(this.#noticeTimer);
    clearTimeout(this.#quietTimer);
  }

  protected override firstUpdated(): void {
    if (this.#options.autostart) void this.#avatar?.start();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('choice') && this.hasUpdated) return;
    this.#locale = this.#wantedLocale();
    document.documentElement.lang = this.#locale.language;
    document.documentElement.dir = this.#locale.direction;
  }

  protected override render(): unknown {
    const { strings } = this.#locale;
    const { call } = this;
    const busy = isBusy(call);
    const inCall = call.phase === 'live' || call.phase === 'reconnecting';
    return html`
      <div class="app" ?data-panel=${this.panel} ?data-busy=${busy}>
        ${this.#renderHeader()}
        <main>
          <div class="stage">
            <visavis-avatar
              src="/"
              .avatar=${this.choice.avatar}
              .voice=${this.choice.voice}
              .language=${this.choice.language}
              .rendering=${this.#options.rendering}
              .renderer=${this.#options.renderer}
              .token=${this.#options.token}
              ?muted=${this.muted}
              @state=${this.#onState}
              @caption=${this.#onCaption}
              @transcript=${this.#onTranscript}
              @latency=${(event: CustomEvent<TurnLatency>) => {
                this.latency = event.detail;
              }}
              @engines=${(event: CustomEvent<EngineList>) => {
                this.engines = event.detail;
              }}
              @quality=${(event: CustomEvent<Quality>) => {
                this.quality = event.detail;
              }}
              @notice=${(event: CustomEvent<Notice>) => this.#tell(event.detail)}
            >
              ${
                inCall
                  ? this.#renderOverlay()
                  : html`<visavis-start
                      .state=${call}
                      .name=${this.#avatarName}
                      .catalogue=${this.catalogue}
                      .choice=${this.choice}
                      .language=${this.#locale.language}
                      .strings=${strings}
                      @begin=${this.#onBegin}
                      @choose=${(event: CustomEvent<Choice>) => {
                        this.choice = event.detail;
                      }}
                    ></visavis-start>`
              }
            </visavis-avatar>
          </div>
          <div class="foot">
            ${this.typing && inCall ? this.#renderComposer() : nothing}
            <visavis-controls
              ?hidden=${!busy}
              .state=${call}
              .muted=${this.muted}
              .typing=${this.typing}
              .captions=${this.showCaptions}
              .level=${() => this.#avatar?.microphoneLevel() ?? 0}
              .strings=${strings}
              @control=${this.#onControl}
            ></visavis-controls>
          </div>
        </main>
        ${this.#renderPanel()}
        <p class="engines">${engineLines(this.engines, strings).map(({ label, value }) => html`<span>${label}: <b>${value}</b></span>`)}</p>
        <div class="visually-hidden" role="log" aria-live="polite" aria-relevant="additions">
          ${this.spoken.map((line) => html`<p dir="auto">${line.speaker === 'visitor' ? strings.you : this.#avatarName}: ${line.text}</p>`)}
        </div>
      </div>
    `;
  }

  #renderHeader(): unknown {
    const { strings } = this.#locale;
    return html`<header>
      <span class="brand"><img src="/favicon.svg" alt="" width="28" height="28" />${strings.appName}</span>
      <span class="tools">
        ${this.#renderFacePicker()}
        ${themeButton(this.theme, strings, (theme) => {
          this.theme = theme;
        })}
        <button
          class="icon-button"
          type="button"
          title=${this.panel ? strings.hidePanel : strings.showPanel}
          aria-label=${strings.showPanel}
          aria-expanded=${this.panel}
          aria-controls="panel"
          @click=${this.#togglePanel}
        >
          ${icons.panel}
        </button>
      </span>
    </header>`;
  }

  /** Before a call the start card has it. */
  #renderFacePicker(): unknown {
    const { phase } = this.call;
    const { avatars } = this.catalogue;
    if (avatars.length < 2 || phase === 'idle' || phase === 'ended') return nothing;
    return html`<visavis-face-picker
      compact
      .avatars=${avatars}
      .chosen=${this.#chosenFace}
      .strings=${this.#locale.strings}
      @pick=${(event: CustomEvent<string>) => {
        this.#faceBefore = this.#chosenFace;
        this.choice = { ...this.choice, avatar: event.detail };
      }}
    ></visavis-face-picker>`;
  }

  #renderOverlay(): unknown {
    const { call, muted, quality, notice, quiet } = this;
    const avatar = this.#avatar;
    const lines = this.captions.lines.slice(-2).map((line) => ({ line, heard: avatar?.heardText(line) ?? line.text }));
    return callOverlay({
      call,
      muted,
      isPoor: quality?.level === 'poor',
      notice,
      lines: this.showCaptions ? lines.filter(({ heard }) => heard !== '') : undefined,
      quiet,
      strings: this.#locale.strings,
      onSound: () => void avatar?.resumeSound(),
    });
  }

  #renderComposer(): unknown {
    const { strings } = this.#locale;
    return html`<form class="composer" @submit=${this.#onSubmit}>
      <input
        name="text"
        type="text"
        dir="auto"
        autocomplete="off"
        enterkeyhint="send"
        maxlength="2000"
        aria-label=${strings.type}
        placeholder=${strings.typePlaceholder}
      />
      <button class="send" type="submit" title=${strings.send} aria-label=${strings.send}>${icons.send}</button>
    </form>`;
  }

  #renderPanel(): unknown {
    const { strings } = this.#locale;
    return html`<aside id="panel" ?hidden=${!this.panel} aria-label=${strings.transcript}>
      <button class="icon-button close" type="button" aria-label=${strings.hidePanel} @click=${this.#togglePanel}>${icons.close}</button>
      <visavis-transcript
        .captions=${this.captions}
        .heardText=${(line: CaptionLine) => this.#avatar?.heardText(line) ?? line.text}
        .avatarName=${this.#avatarName}
        .strings=${strings}
      ></visavis-transcript>
      <visavis-waterfall .latency=${this.latency} .strings=${strings}></visavis-waterfall>
    </aside>`;
  }

  get #chosenFace(): string | undefined {
    return this.choice.avatar ?? this.catalogue.avatars.find((avatar) => avatar.default)?.name;
  }

  get #avatarName(): string {
    const { avatars } = this.catalogue;
    const entry = this.choice.avatar ? avatars.find((a) => a.name === this.choice.avatar) : (avatars.find((a) => a.default) ?? avatars[0]);
    return entry?.title ?? capitalised(this.choice.avatar ?? 'mia');
  }

  /** The conversation's language is the page's, where the page is written in it. */
  #wantedLocale(): Locale {
    return localeOf(this.choice?.language, ...(this.choice?.language ? [] : navigator.languages));
  }

  #onBegin = (event: CustomEvent<BeginDetail>): void => {
    this.#byTyping = event.detail.typing ?? this.#byTyping;
    void this.#avatar?.start({ typing: this.#byTyping });
  };

  #onState = (event: CustomEvent<CallState>): void => {
    const before = this.call;
    this.call = event.detail;
    if (this.call.phase === 'starting') {
      this.latency = undefined;
      this.quality = undefined;
      this.notice = undefined;
      this.spoken = [];
    }
    if (isTyped(this.call) && !isTyped(before)) void this.#openComposer();
    if (!isBusy(this.call)) this.typing = false;
  };

  #onCaption = (event: CustomEvent<Captions>): void => {
    this.captions = event.detail;
    this.requestUpdate();
    for (const child of this.renderRoot.querySelectorAll('visavis-transcript')) child.requestUpdate();
    this.quiet = false;
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => {
      this.quiet = true;
    }, CAPTION_LINGERS_MS);
  };

  #onTranscript = (event: CustomEvent<Transcript>): void => {
    const line = event.detail;
    if (line.final && !this.spoken.some((other) => other.id === line.id)) this.spoken = [...this.spoken, line].slice(-50);
  };

  #onControl = (event: CustomEvent<ControlName>): void => this.#run(event.detail);

  #run(command: ControlName): void {
    switch (command) {
      case 'mute':
        if (this.call.microphone === 'live' || this.call.microphone === 'muted') this.muted = !this.muted;
        break;
      case 'type':
        if (this.typing) this.typing = false;
        else void this.#openComposer();
        break;
      case 'interrupt':
        this.#avatar?.interrupt();
        break;
      case 'captions':
        this.showCaptions = !this.showCaptions;
        preferences.captions = this.showCaptions;
        break;
      case 'end':
        this.#avatar?.stop();
        break;
    }
  }

  #onKey = (event: KeyboardEvent): void => {
    const { phase, activity } = this.call;
    const answering = phase === 'live' && (activity === 'speaking' || activity === 'thinking');
    const command = keyCommand(event, { inCall: isBusy(this.call), answering, typing: this.typing, panel: this.panel });
    if (!command) return;
    event.preventDefault();
    if (command === 'start')
      this.renderRoot.querySelector<StartCard>('visavis-start')?.renderRoot.querySelector<HTMLElement>('.primary')?.click();
    else if (command === 'focus-typing') void this.#openComposer();
    else if (command === 'close-typing') this.typing = false;
    else if (command === 'close-panel') this.panel = false;
    else this.#run(command);
  };

  async #openComposer(): Promise<void> {
    this.typing = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.composer input')?.focus();
  }

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem('text') as HTMLInputElement;
    if (input.value.trim() === '') return;
    this.#avatar?.send(input.value);
    input.value = '';
  };

  #togglePanel = (): void => {
    this.panel = !this.panel;
  };

  #tell(notice: Notice): void {
    this.notice = notice;
    if (notice.code === 'avatar_unknown' && this.#faceBefore) this.choice = { ...this.choice, avatar: this.#faceBefore };
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.notice = undefined;
    }, NOTICE_FOR_MS);
  }
}

/** In a call in which nobody hears the visitor. */
const isTyped = ({ phase, microphone, hears }: CallState): boolean =>
  (phase === 'live' || phase === 'reconnecting') && (microphone === 'off' || !hears);

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

customElements.define('visavis-app', VisavisApp);

declare global {
  interface HTMLElementTagNameMap {
    'visavis-app': VisavisApp;
    'visavis-transcript': LitElement;
    'visavis-start': StartCard;
  }
}
