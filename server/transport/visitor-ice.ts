import type { RTCPeerConnection } from 'werift';
import { answerFragment, MAX_CANDIDATES, type Offer, type SdpFragment, usableCandidate, withCredentials } from './sdp.ts';
import { transportError } from './transport-error.ts';

export interface VisitorIceOptions {
  readonly peer: RTCPeerConnection;
  readonly offer: Offer;
  /** Answers an offer. */
  readonly answer: (offerSdp: string) => Promise<void>;
  /** Until the call ends. */
  readonly after: (delayMs: number, fn: () => void) => void;
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/**
 * Checks that reach the browser before the answer does are not answered, and back off for seconds. So the first ones wait a
 * little; when the browser's own checks come first, they show that it is ready.
 */
const ANSWER_DELAY_MS = 80;
const RESTART_POLL_MS = 20;
const RESTART_LATEST_MS = 400;

/** The visitor's candidates and credentials: those of the offer, those that trickle in, and those of ICE restarts. */
export class VisitorIce {
  readonly #options: VisitorIceOptions;
  #ufrag: string;
  #candidates = 0;
  /** Candidates of a restart that overtook the request for it. */
  readonly #early: { ufrag: string; candidate: string; sdpMid: string }[] = [];

  constructor(options: VisitorIceOptions) {
    this.#options = options;
    this.#ufrag = options.offer.iceUfrag;
  }

  /** The offer has been answered: its candidates may be tried soon. */
  begin(): void {
    const { offer, after } = this.#options;
    after(ANSWER_DELAY_MS, () => {
      for (const { candidate, mid } of offer.candidates) this.#add(candidate, mid);
    });
  }

  /** One at a time. The server's own fragment after a restart. Throws `sdp_invalid`. */
  async take({ iceUfrag, icePwd, candidates }: SdpFragment): Promise<string | undefined> {
    const { peer, offer } = this.#options;
    const restarts = iceUfrag !== undefined && iceUfrag !== this.#ufrag;
    if (restarts) await this.#restart(iceUfrag, icePwd!);
    for (const { candidate, mid } of candidates) this.#add(candidate, mid ?? offer.audio.mid);
    return restarts ? answerFragment(peer.localDescription!.sdp) : undefined;
  }

  async #restart(ufrag: string, pwd: string): Promise<void> {
    const { offer, answer, after, log } = this.#options;
    this.#ufrag = ufrag;
    this.#candidates = 0;
    const early = this.#early.splice(0).filter((candidate) => candidate.ufrag === ufrag);
    try {
      await answer(withCredentials(offer.sdp, ufrag, pwd));
    } catch (error) {
      throw transportError('sdp_invalid', 'ICE could not be restarted', { cause: error });
    }
    log('ice restart');
    for (const { candidate, sdpMid } of early) this.#add(candidate, sdpMid);
    after(ANSWER_DELAY_MS, () => this.#start(ufrag, ANSWER_DELAY_MS));
  }

  /** With DTLS up, werift does not start ICE again by itself, and no state change would tell. */
  #start(ufrag: string, waitedMs: number): void {
    if (this.#ufrag !== ufrag) return;
    const { peer, after, log } = this.#options;
    for (const { iceTransport, state } of peer.dtlsTransports) {
      if (state !== 'connected' || iceTransport.state === 'connected' || iceTransport.state === 'closed') continue;
      const { earlyChecks } = iceTransport.connection as unknown as { readonly earlyChecks: readonly unknown[] };
      if (earlyChecks.length === 0 && waitedMs < RESTART_LATEST_MS) {
        after(RESTART_POLL_MS, () => this.#start(ufrag, waitedMs + RESTART_POLL_MS));
        return;
      }
      iceTransport.start().catch((error) => log('ice restart failed', { error: String(error) }));
    }
  }

  /** Never awaited: werift may look names up for seconds, though none should be left after the filter. */
  #add(candidate: string, sdpMid: string): void {
    if (this.#candidates >= MAX_CANDIDATES || !usableCandidate(candidate)) return;
    this.#candidates++;
    const ufrag = / ufrag (\S+)/.exec(candidate)?.[1];
    if (ufrag !== undefined && ufrag !== this.#ufrag) {
      this.#early.push({ ufrag, candidate, sdpMid });
      return;
    }
    const { peer, log } = this.#options;
    peer.addIceCandidate({ candidate, sdpMid }).catch((error) => log('candidate refused', { error: String(error) }));
  }
}
