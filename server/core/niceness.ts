import { setPriority } from 'node:os';

/**
 * Who goes first where processor time is short, as niceness: -20 is the most urgent, 19 the least. A packet that leaves late
 * makes the listener's buffer grow, and so every later answer; a sentence that is made 20 ms later is noticed by nobody.
 */
export const NICENESS = {
  /** The main process sends each packet at its deadline. */
  pacing: -10,
  /** Frames of 32 and of 40 ms: the ear and the face. */
  perFrame: -5,
  normal: 0,
  /** Long work that nobody waits for in a conversation. */
  background: 10,
} as const;

/** Sets it for a process, with all threads that it starts later. Less than that of the user's own needs a right: without it nothing changes. */
export function setNiceness(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // Not allowed, or the process is gone already.
  }
}
